"""Compile the embedded snapshot: python tools/snapshot/compile.py FIGURES_DIR

Reads a folder of figures and writes data/raw, the file blocks of registry/tables,
registry/sources.csv and docs/snapshot.md. Same input, same bytes.
"""

import sys
from pathlib import Path

import money
import people
import report
import sources
import trade
import words
import world
import write
from common import Ledger

ROOT = Path(__file__).resolve().parents[2]


def tables(ledger, folder):
    """Every table as a frame, with the ledger filled on the way."""
    facts = words.read_facts(ledger, folder)
    uranium, rail = words.read_rail(ledger, folder)
    press_trade, press_rest = trade.anchors(ledger, folder)
    energy, fuels = world.energy(ledger, folder, facts["gas"], facts["lng"], uranium)
    investment, debt = money.investment_and_debt(ledger, folder)
    trade.audit_trail(ledger, folder)
    found = {
        "trade": trade.build(ledger, folder, fuels, press_trade),
        "investment": investment,
        "projects": money.projects(ledger, folder),
        "debt": debt,
        "students": people.students(ledger, folder, facts["dashboard"]),
        "culture": people.culture(ledger, folder),
        "macro": world.macro(ledger, folder, facts["series"]),
        "geography": world.geography(ledger, folder),
        "energy": energy,
        "events": words.events(ledger, folder),
        "facts": words.facts(ledger, folder, facts["rest"], rail, press_rest),
        "evidence": words.evidence(ledger, folder),
        "opinion": people.opinion(ledger, folder),
        "visits": people.visits(ledger, folder),
    }
    words.check_same_page(facts["dropped"], found)
    return found


def kept(frames):
    """How many rows of each (file, source) are in some table."""
    counts = {}
    for frame in frames.values():
        for key, n in frame.groupby(["_file", "source_id"]).size().items():
            counts[key] = counts.get(key, 0) + int(n)
    return counts


def balance(ledger, held):
    """in + made = kept + left out, for every file and source."""
    for key in sorted(set(ledger.came_in) | set(held)):
        left = sum(n for k, n in ledger.left.items() if k[:2] == key)
        made = sum(n for k, n in ledger.extra.items() if k[:2] == key)
        if ledger.came_in.get(key, 0) + made != held.get(key, 0) + left:
            raise AssertionError(
                f"{key}: in {ledger.came_in.get(key, 0)} + made {made} != kept {held.get(key, 0)} + left out {left}"
            )


def main(folder):
    ledger = Ledger()
    frames = tables(ledger, folder)
    held = kept(frames)
    balance(ledger, held)
    specs = {name: write.schema(ROOT, name) for name in frames}
    shaped = {name: write.shaped(frame, specs[name]) for name, frame in frames.items()}
    used = sorted(set().union(*(set(f.source_id) for f in shaped.values())))
    listing = sources.build(folder, used)
    found = [p for name, f in shaped.items() for p in write.problems(f, specs[name])]
    found += write.problems(listing, write.schema(ROOT, "sources"))
    found += sources.forbidden(listing, shaped)
    if found:
        sys.exit("\n".join(found))
    files = {}
    for name, frame in shaped.items():
        files.update(write.write_table(ROOT, frame, specs[name]))
    (ROOT / "registry" / "sources.csv").write_bytes(write.text_of(listing).encode("utf-8"))
    (ROOT / "docs" / "snapshot.md").write_text(
        report.text(ledger, frames, files, listing), encoding="utf-8", newline="\n"
    )
    print(
        f"{sum(len(f) for f in shaped.values())} rows, {len(listing)} sources, "
        f"{sum(size for _, _, size in files.values()) / 1e6:.1f} MB"
    )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python tools/snapshot/compile.py FIGURES_DIR")
    main(sys.argv[1])
