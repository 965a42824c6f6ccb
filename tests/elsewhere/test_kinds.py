"""Each kind of place answers as the table does where it lies here, in files of the project."""

import pytest
from places import ROWS, frame, parquet, same

from ca_research import tables


def behind_http(files, move, folder):
    parts = {"a.parquet": frame(ROWS[:700]), "b.parquet": frame(ROWS[700:])}
    move(parquet=[files.put(name, parquet(rows)) for name, rows in parts.items()])


def of_other_types(files, move, folder):
    rows = frame().astype({"year": "int16", "reporter": "category", "value_usd": "float32"})
    move(parquet=[files.put("a.parquet", parquet(rows))])


def in_a_file(files, move, folder):
    (folder / "a.parquet").write_bytes(parquet())
    move(parquet=["data/large/a.parquet"])


def in_a_folder(files, move, folder):
    (folder / "more").mkdir()
    (folder / "a.parquet").write_bytes(parquet(frame(ROWS[:700])))
    (folder / "more" / "b.parquet").write_bytes(parquet(frame(ROWS[700:])))
    move(parquet=["data/large"])


@pytest.mark.parametrize("place", [behind_http, of_other_types, in_a_file, in_a_folder])
def test_parquet(here, files, move, project, place):
    folder = project.home / "data" / "large"
    folder.mkdir()
    place(files, move, folder)
    same(here)
    assert tables.check()["trade"] == len(ROWS)


def test_a_database(here, lake):
    lake.to()
    same(here)
    assert tables.check()["trade"] == len(ROWS)
