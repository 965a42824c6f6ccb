"""Writing: CSV files, the file blocks of the table registry, and the checks before either."""

import csv
import hashlib
import io
import re

import pandas as pd
import yaml

LARGE = 400
DATE = re.compile(r"^\d{4}(-\d\d(-\d\d)?)?(/\d{4}(-\d\d(-\d\d)?)?)?$")


def schema(root, table):
    return yaml.safe_load(
        (root / "registry" / "tables" / f"{table}.yaml").read_text(encoding="utf-8")
    )


def shaped(rows, spec):
    """The declared columns in their order, sorted by the key."""
    rows = rows[list(spec["columns"])].fillna("").astype(str)
    return rows.sort_values(spec["key"], kind="stable").reset_index(drop=True)


def problems(rows, spec):
    """What breaks the declared schema; an empty list is good."""
    found, table = [], spec["table"]
    if rows.duplicated(spec["key"]).any():
        found.append(
            f"{table}: {int(rows.duplicated(spec['key']).sum())} rows share a key, e.g. "
            f"{rows[rows.duplicated(spec['key'], keep=False)].head(2).to_dict('records')}"
        )
    for name, column in spec["columns"].items():
        cells = rows[name]
        empty = cells == ""
        if empty.any() and (not column.get("nullable") or name in spec["key"]):
            found.append(f"{table}.{name}: {int(empty.sum())} empty cells")
        cells = cells[~empty]
        if "values" in column:
            bad = cells[~cells.isin([str(v) for v in column["values"]])]
        elif column["type"] == "boolean":
            bad = cells[~cells.isin(["true", "false"])]
        elif column["type"] == "date":
            bad = cells[~cells.str.match(DATE)]
        elif column["type"] in ("year", "integer"):
            bad = cells[~cells.str.fullmatch(r"-?\d+")]
        elif "pattern" in column:
            bad = cells[~cells.str.match(column["pattern"])]
        else:
            bad = cells[:0]
        if "min" in column and bad.empty:
            values = pd.to_numeric(cells)
            bad = cells[(values < column["min"]) | (values > column["max"])]
        if len(bad):
            found.append(
                f"{table}.{name}: {len(bad)} cells against the schema, e.g. {sorted(set(bad))[:5]}"
            )
    return found


def text_of(rows):
    """CSV text: header, LF line ends, quoting only where needed."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(rows.columns)
    writer.writerows(rows.itertuples(index=False, name=None))
    return out.getvalue()


def parts(rows, table):
    """One file per large source, one for the small ones together."""
    counts = rows.source_id.value_counts()
    large = sorted(counts[counts > LARGE].index)
    for source in large:
        yield (
            f"{table}/{re.sub(r'[^a-z0-9_]', '_', source.lower())}.csv",
            rows[rows.source_id == source],
        )
    small = rows[~rows.source_id.isin(large)]
    if len(small):
        yield f"{table}/small.csv", small


def write_table(root, rows, spec):
    """Write the files of one table and the blocks that describe them; returns {file: rows}."""
    table, folder = spec["table"], root / "data" / "raw" / spec["table"]
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for name, part in parts(rows, table):
        data = text_of(part).encode("utf-8")
        (root / "data" / "raw" / name).write_bytes(data)
        written[name] = (hashlib.sha256(data).hexdigest(), len(part), len(data))
    for stale in folder.glob("*.csv"):
        if f"{table}/{stale.name}" not in written:
            stale.unlink()
    describe(root, table, written, rows.source_id.value_counts())
    return written


def describe(root, table, written, counts):
    """Replace the `files` and `rows` blocks; the text above them is written by hand and stays."""
    path = root / "registry" / "tables" / f"{table}.yaml"
    head = re.split(r"^files:", path.read_text(encoding="utf-8"), maxsplit=1, flags=re.M)[0]
    lines = ["files:"] + [
        f"  {n}: {{sha256: {h}, rows: {r}}}" for n, (h, r, _) in sorted(written.items())
    ]
    lines += ["rows:"] + [f"  {_key(s)}: {counts[s]}" for s in sorted(counts.index)]
    path.write_text(head + "\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _key(source):
    """A source name YAML reads as text (24kg_2019 is fine, a bare number would not be)."""
    return source if isinstance(yaml.safe_load(source), str) else f"'{source}'"
