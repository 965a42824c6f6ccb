"""Made-up files in BACI's exact form and skew, at any size.

    python benchmarks/baci.py FOLDER [--rows 1000000] [--first 2019] [--years 1] [--seed 1]

One CSV a year with the columns t, i, j, k, v, q: year, exporter, importer (numbers of the UN, with
BACI's own for some), product of six digits, thousands of dollars, tons or NA. As in BACI a few
pairs trade thousands of products and most pairs a handful, and most cells are small.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

_NUMBERS = (
    "4 8 12 24 31 32 36 40 44 48 50 51 56 58 60 64 68 70 72 76 84 96 100 104 108 112 116 120 124 "
    "132 140 144 148 152 156 170 174 178 180 188 191 192 196 203 204 208 214 218 222 231 233 242 "
    "246 251 266 268 270 275 276 288 300 320 324 328 332 340 344 348 352 360 364 368 372 376 380 "
    "384 388 392 398 400 404 408 410 414 417 418 422 426 428 430 434 440 442 446 450 454 458 462 "
    "466 470 478 480 484 490 496 498 499 504 508 512 516 524 528 554 558 562 566 579 586 591 598 "
    "600 604 608 616 620 624 626 634 642 643 646 682 686 688 690 694 699 702 703 704 705 706 710 "
    "716 724 729 740 748 752 757 760 762 764 768 780 784 788 792 795 800 804 807 818 826 834 842 "
    "854 858 860 862 882 887 894"
)
ECONOMIES = np.array(_NUMBERS.split())
"""58 is a union that is no more and 490 a rest: neither is an economy of the project's list."""
CHAPTERS = np.array([f"{n:02}" for n in range(1, 98) if n != 77])
PRODUCTS = 5018
"""Products of six digits; BACI has some 5,000 in each classification."""
PLAIN = csv.WriteOptions(include_header=False, quoting_style="none")
LARGEST = 0.6
"""The part of all products that the largest pair trades."""


def products() -> np.ndarray:
    """Codes of six digits, spread over the chapters."""
    place, chapter = np.divmod(np.arange(PRODUCTS), len(CHAPTERS))
    tails = np.char.zfill((place * 10 + 10).astype(str), 4)
    return np.char.add(CHAPTERS[chapter], tails)


def listed(rows: int, rng: np.random.Generator) -> np.ndarray:
    """How many products each ordered pair trades: a heavy tail that sums to `rows`."""
    size = rng.lognormal(0, 2.2, len(ECONOMIES))
    weight = np.outer(size, size) * rng.lognormal(0, 1, (len(ECONOMIES),) * 2)
    np.fill_diagonal(weight, 0)
    weight = np.sort(weight.ravel())[::-1]
    most, low, high = int(PRODUCTS * LARGEST), 0.0, float(rows)
    if rows > most * (len(weight) - len(ECONOMIES)):
        raise SystemExit("more rows than a year can hold: make several years")
    relative = np.sqrt(weight / weight[0])
    for _ in range(200):  # the factor under which the counts sum to the rows
        middle = (low + high) / 2
        total = np.minimum(np.floor(relative * middle * most), most).sum()
        low, high = (middle, high) if total <= rows else (low, middle)
    counts = np.minimum(np.floor(relative * low * most), most).astype(np.int64)
    room = np.flatnonzero((counts < most) & (weight > 0))
    lacking = rows - int(counts.sum())
    counts[room[:lacking]] += 1
    return counts


def year(when: int, rows: int, seed: int = 1) -> Iterator[pa.RecordBatch]:
    """One year of so many rows, in BACI's order (exporter, importer, product), by exporter."""
    rng = np.random.default_rng([seed, when])
    counts, codes = listed(rows, rng), products()
    pairs = np.flatnonzero(~np.eye(len(ECONOMIES), dtype=bool).ravel())
    of_pair = np.zeros(len(ECONOMIES) ** 2, dtype=np.int64)
    of_pair[rng.permutation(pairs)] = counts[: len(pairs)]
    for exporter, mine in enumerate(of_pair.reshape(len(ECONOMIES), -1)):
        importer = np.repeat(np.arange(len(ECONOMIES)), mine)
        if not len(importer):
            continue
        place = np.arange(len(importer)) - np.repeat(np.cumsum(mine) - mine, mine)
        shift = np.repeat(rng.integers(0, PRODUCTS, len(mine)), mine)
        product = (place * 7 + shift) % PRODUCTS  # 7 and the number of products share no factor
        order = np.lexsort((product, importer))
        value = np.round(rng.lognormal(3, 2.8, len(order)), 3) + 0.001
        tons = np.round(value * rng.lognormal(0, 1, len(order)), 3).astype(str)
        tons[rng.random(len(order)) < 0.03] = "NA"
        yield pa.record_batch(
            {
                "t": pa.array(np.full(len(order), when)),
                "i": pa.array(np.full(len(order), ECONOMIES[exporter])),
                "j": pa.array(ECONOMIES[importer[order]]),
                "k": pa.array(codes[product[order]]),
                "v": pc.round(pa.array(value), 3),
                "q": pa.array(tons),
            }
        )


def write(
    folder: Path, rows: int, *, first: int = 2019, years: int = 1, seed: int = 1
) -> list[Path]:
    """Files of BACI's names with so many rows in all; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for n in range(years):
        file = folder / f"BACI_HS17_Y{first + n}_V202501.csv"
        with file.open("wb") as out:
            out.write(b"t,i,j,k,v,q\n")
            for batch in year(first + n, rows // years + (n < rows % years), seed):
                csv.write_csv(batch, out, PLAIN)
        files.append(file)
    return files


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("folder", type=Path)
    for name, value in (("rows", 1_000_000), ("first", 2019), ("years", 1), ("seed", 1)):
        options.add_argument(f"--{name}", type=int, default=value)
    said = vars(options.parse_args())
    for file in write(said.pop("folder"), said.pop("rows"), **said):
        print(file)


if __name__ == "__main__":
    main()
