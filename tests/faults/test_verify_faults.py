"""`verify` and `report --zip` on what is missing, broken or half done: a clear message, never a
pass, nothing written.
"""

from __future__ import annotations

import json

import pytest

from ca_research.ground import paths


@pytest.fixture
def out(project, tmp_path):
    """A report without a verdict, and a project without claims: the smallest that can be
    accepted.
    """
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "verdicts.json").write_text("[]")
    (folder / "manifest.json").write_text(json.dumps({"runs": []}))
    return folder


@pytest.fixture
def baseline(project):
    file = project.home / "baseline" / "verdicts.json"
    file.parent.mkdir()
    shared = {name: {} for name in ("environment", "package", "register", "data", "notebooks")}
    file.write_text(json.dumps({"schema": 1, **shared, "verdicts": []}))
    return file


def verify(command, out, *words):
    return command("verify", "--out", str(out), *words)


def test_the_smallest_baseline_and_report_are_the_same(command, out, baseline):
    """Without this, the refusals below could be for another reason."""
    assert verify(command, out)[0] == 0


@pytest.mark.parametrize("format", ["text", "json", "junit", "markdown"])
def test_no_baseline_is_a_message_and_no_pass_in_any_format(command, out, format):
    code, said, told = verify(command, out, "--format", format)
    assert (code, said) == (1, "")
    assert (
        "there is no baseline yet, so nothing was compared" in told and "--accept --reason" in told
    )


BROKEN = {
    "not JSON": ("{", "cannot be read"),
    "empty": ("", "cannot be read"),
    "not text": (b"\xff\xfe\x00", "cannot be read"),
    "a list": ("[]", "has the form None"),
    "an old form": ('{"schema": 0, "verdicts": []}', "has the form 0, this version reads 1"),
    "a later form": ('{"schema": 2}', "has the form 2"),
    "no verdicts": ('{"schema": 1}', "is incomplete: KeyError('verdicts')"),
    "half a verdict": (
        '{"schema": 1, "notebooks": {}, "verdicts": [{"claim": "C07"}]}',
        "is incomplete",
    ),
    "verdicts of another type": ('{"schema": 1, "verdicts": 7}', "is incomplete"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_baseline_that_cannot_be_read_is_neither_passed_nor_replaced(
    command, out, baseline, broken
):
    content, words = BROKEN[broken]
    baseline.write_bytes(content if isinstance(content, bytes) else content.encode())
    before = baseline.read_bytes()
    for more in ((), ("--accept", "--reason", "because")):
        code, said, told = verify(command, out, *more)
        assert (code, said) == (1, "") and words in told and "Traceback" not in told, told
        assert "baseline/verdicts.json" in told
    assert baseline.read_bytes() == before and not (baseline.parent / "CHANGELOG.md").exists()


@pytest.mark.parametrize("name", ["manifest.json", "verdicts.json"])
def test_a_missing_report_is_told(command, out, baseline, name):
    (out / name).unlink()
    code, said, told = verify(command, out)
    assert (code, said) == (1, "") and name in told and "next:  ca-research run" in told


@pytest.mark.parametrize("name", ["manifest.json", "verdicts.json"])
@pytest.mark.parametrize("content", ["{", "7", '{"runs": [7]}', '[{"claim": "C07"}]', "[7]"])
def test_a_broken_report_is_told(command, out, baseline, name, content):
    (out / name).write_text(content)
    code, said, told = verify(command, out)
    assert code == 2 and said == "" and "Traceback" not in told and "next:  ca-research run" in told


def test_two_answers_to_one_question_are_no_report(command, out, baseline):
    one = {
        "claim": "C07",
        "reading": "literal",
        "part": False,
        "params": {},
        "as_of": "latest",
        "verdict": "supported",
        "fragile": False,
        "leads": True,
        "as_printed": "depends on the reading",
        "certainty": {},
        "rule_sha256": "a" * 64,
        "notebook": "n",
        "criteria": [],
    }
    (out / "verdicts.json").write_text(json.dumps([one, one | {"verdict": "contradicted"}]))
    code, _, told = verify(command, out)
    assert code == 2 and "two verdicts for C07 literal, as of latest" in told
    (out / "verdicts.json").write_text(json.dumps([one, one]))
    code, said, _ = verify(command, out)
    assert code == 1 and "1 verdict: 1 new" in said  # the same answer twice is one entry


@pytest.mark.parametrize(
    ("words", "told_", "code"),
    [
        (["--accept"], "accepted for a reason", 2),
        (["--accept", "--reason", " \n "], "accepted for a reason", 2),
        (["--reason", "why"], "--reason goes with --accept", 2),
        (["--accept", "--reason", "why"], "nothing differs from the baseline", 1),
        (["--format", "xml"], "unknown format 'xml'", 2),
    ],
)
def test_a_wrong_call_is_refused_and_writes_nothing(command, out, baseline, words, told_, code):
    before = baseline.read_bytes()
    found, said, told = verify(command, out, *words)
    assert (found, said) == (code, "") and told_ in told
    assert baseline.read_bytes() == before and [f.name for f in baseline.parent.iterdir()] == [
        "verdicts.json"
    ]


def test_a_report_with_a_failed_run_is_not_accepted(command, out, baseline):
    failed = {"run_id": "c07", "claim": "C07", "params": {}, "error": "the kernel died"}
    (out / "manifest.json").write_text(json.dumps({"runs": [failed]}))
    code, _, told = verify(command, out, "--accept", "--reason", "why")
    assert code == 1 and "1 runs of the report failed: c07" in told
    code, said, _ = verify(command, out)
    assert code == 1 and "c07: the kernel died" in said


def test_a_report_of_something_else_than_everything_is_not_accepted(command, out, baseline):
    stray = {"run_id": "c99", "claim": "C99", "params": {}, "error": ""}
    (out / "manifest.json").write_text(json.dumps({"runs": [stray]}))
    code, _, told = verify(command, out, "--accept", "--reason", "why")
    assert code == 1 and "holds runs that the register does not declare: c99" in told


def test_a_part_of_the_report_is_not_accepted(command, tmp_path):
    """The real register declares some hundred runs; a report of none of them cannot speak for
    all.
    """
    (tmp_path / "verdicts.json").write_text("[]")
    (tmp_path / "manifest.json").write_text(json.dumps({"runs": []}))
    before = {f.name: f.read_bytes() for f in paths.baseline_dir().iterdir()}
    code, _, told = verify(command, tmp_path, "--accept", "--reason", "why")
    assert code == 1 and "the report does not hold brief-as-of-latest-economy-kaz" in told
    assert {f.name: f.read_bytes() for f in paths.baseline_dir().iterdir()} == before


def test_an_installed_package_keeps_its_baseline(command, out, baseline, monkeypatch):
    monkeypatch.setattr(paths, "bundled", lambda: True)
    code, _, told = verify(command, out, "--accept", "--reason", "why")
    assert code == 1 and "an installed package keeps its baseline" in told


@pytest.mark.parametrize(
    ("words", "code", "words_told"),
    [
        (["report", "--zip"], 1, "nothing has been run yet"),
        (["report"], 1, "nothing has been run yet"),
        (["report", "x.zip"], 2, "go with --zip"),
        (["report", "--notebooks"], 2, "go with --zip"),
    ],
)
def test_there_is_nothing_to_send(command, project, tmp_path, words, code, words_told):
    found, said, told = command(*words, "--out", str(tmp_path / "nowhere"))
    assert (found, said) == (code, "") and words_told in told
    assert not (tmp_path / "nowhere").exists()


def test_a_report_with_a_failed_run_is_not_sent(command, out):
    (out / "manifest.json").write_text(
        json.dumps(
            {"runs": [{"run_id": "c07", "claim": "C07", "params": {}, "error": "the kernel died"}]}
        )
    )
    code, _, told = command("report", "--zip", "--out", str(out))
    assert code == 1 and "1 failed runs: c07" in told


@pytest.mark.parametrize("name", ["", "thesis.txt"])
def test_only_a_zip_is_written_over_by_a_zip(command, out, tmp_path, name):
    (tmp_path / "thesis.txt").write_text("mine")
    code, _, told = command("report", "--zip", str(tmp_path / name), "--out", str(out))
    assert code == 2 and "is no name of a zip file" in told
    assert (tmp_path / "thesis.txt").read_text() == "mine"
