"""Reading, cleaning and counting: what every group of tables shares."""

import re
from pathlib import Path

import pandas as pd

CA5 = ["KAZ", "KGZ", "TJK", "TKM", "UZB"]
CODES = {"C5": "CA5", "EUU": "EU27", "CA+SC": "CASC", "ALL": "WLD"}
LONG_QUOTATION = 15
NOTE_LIMIT = 200


class Ledger:
    """Counts what came in, what was left out and why, so that nothing disappears."""

    def __init__(self):
        self.came_in, self.left, self.extra = {}, {}, {}

    def read(self, folder, name):
        """A figures file as text, with the file name kept on every row."""
        path = Path(folder) / name
        if name.endswith(".parquet"):
            frame = pd.read_parquet(path)
            for column in frame.select_dtypes("category"):
                frame[column] = frame[column].astype(object)
        else:
            frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        frame["_file"] = name
        return frame

    def enter(self, frame):
        """Count rows as input. Rows without a source column must be given one first."""
        for key, n in frame.groupby(["_file", "source_id"]).size().items():
            self.came_in[key] = self.came_in.get(key, 0) + int(n)
        return frame

    def leave(self, frame, reason):
        """Count rows as left out."""
        for (name, source), n in frame.groupby(["_file", "source_id"]).size().items():
            key = (name, source, reason)
            self.left[key] = self.left.get(key, 0) + int(n)

    def split(self, frame, keep, reason):
        """The rows where `keep` is true; the others are counted under `reason`."""
        self.leave(frame[~keep], reason)
        return frame[keep].copy()

    def make(self, frame, why):
        """Count rows that were made here from other kept rows."""
        for (name, source), n in frame.groupby(["_file", "source_id"]).size().items():
            key = (name, source, why)
            self.extra[key] = self.extra.get(key, 0) + int(n)


def code(text):
    """One economy code: the figures use two spellings for some groups."""
    return CODES.get(text, text)


def codes(text):
    """Codes joined by ';' whatever they were joined by before."""
    text = code(text)
    return ";".join(code(part) for part in re.split(r"[+;]", text))


def number(text):
    """A cell as written by this project: '' stays empty, no '.0', shortest exact digits."""
    if text is None or text == "" or (isinstance(text, float) and text != text):
        return ""
    value = float(text)
    return str(int(value)) if value.is_integer() else repr(value)


def numbers(series):
    return series.map(number)


def _words(text):
    wide = len(re.findall(r"[\u3040-\u9fff\uac00-\ud7a3]", text))
    return len(text.split()) + wide // 2


def clean_note(text):
    """A note without running quotation, at most 200 characters; '' if only quotation is left."""
    text = re.sub(r"\s+", " ", text).strip().replace("sum of our ", "sum of the ")
    text = re.sub(r"; see report for[^;]*", "", text)
    quotations = re.findall(r'"[^"]*"', text)
    for quotation in quotations:
        if _words(quotation) > LONG_QUOTATION or quotation == text:
            text = text.replace(quotation, "").strip(" ,;:")
    text = re.sub(r"\(\s*\)|\s+([,;:.)])", r"\1", text).strip(" ,;:")
    if len(text) > NOTE_LIMIT:
        cut = max(text.rfind(mark, 0, NOTE_LIMIT) for mark in ("; ", ". ", ", ", " "))
        text = text[:cut].rstrip(" ,;:(")
    return text if re.search(r"\w", text) else ""


def last_year(period):
    """The last year a period names, or ''."""
    found = re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", period)
    return max(found) if found else ""


def bound(note):
    """Whether a note says that a figure is a floor or a ceiling."""
    text = note.lower()
    if "rounded" in text:
        return "as_stated"
    if re.search(r"lower bound|floor|more than|exceed|over \$?\d|\bover \d", text):
        return "lower"
    if re.search(r"upper bound|ceiling|fewer than|almost|nearly|upper value", text):
        return "upper"
    return "as_stated"
