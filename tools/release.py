"""What a release asks for, tried without releasing anything.

python tools/release.py [--python 3.11 --python 3.13]

One version everywhere, a section of it with its day in CHANGELOG.md, generated files that are
current, nothing uncommitted; then wheel and sdist, each tried in an empty folder on each Python,
with the core's packages from the index. `dist/` then has both and the notes. Ends with 1 where one
check failed; says what is left to do by hand. Some three minutes.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml

from ca_research import __version__, archive
from ca_research.ground import paths

HOME = paths.home()
DIST = HOME / "dist"
LEFT = """\
left to do by hand:
  make test, make test-long, make docs, make verify
  git tag v{version}, with dist/notes-{version}.md as its message
  upload dist/*{version}* where the package is published
"""
TRIAL = """
import ca_research as ca
from ca_research.ground import paths
assert ca.__version__ == {version!r}, ca.__version__
assert paths.bundled(), paths.home()
assert ca.load("facts").shape[0] > 1000
assert ca.cite(ca.load("trade", source="WTO_HSM", since=2020)).startswith("[WTO_HSM]")
print(ca.check("C25").answer)
"""


def versions() -> Iterator[str]:
    """Places that do not name the version, by what they say."""
    project = tomllib.loads((HOME / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    cited = yaml.safe_load((HOME / "CITATION.cff").read_text(encoding="utf-8"))
    for place, said in (("pyproject.toml", project["version"]), ("CITATION.cff", cited["version"])):
        if said != __version__:
            yield f"{place} says {said}, the package {__version__}"
    day = notes_of(__version__)[0]
    if not day:
        yield f"CHANGELOG.md has no section '## {__version__} (YYYY-MM-DD)' at its top"
    elif day != str(cited["date-released"]):
        yield f"CITATION.cff was released on {cited['date-released']}, CHANGELOG.md says {day}"


def notes_of(version: str) -> tuple[str, str]:
    """The day and the text of a version in CHANGELOG.md; '' of both where another comes first."""
    text = (HOME / "CHANGELOG.md").read_text(encoding="utf-8")
    sections = re.split(r"^## ", text, flags=re.M)[1:]
    head, _, body = sections[0].partition("\n") if sections else ("", "", "")
    found = re.fullmatch(rf"{re.escape(version)} \((\d{{4}}-\d{{2}}-\d{{2}})\)", head.strip())
    return (found[1], body.strip() + "\n") if found else ("", "")


def generated() -> Iterator[str]:
    """Generated files that are no longer what would be generated."""
    if (HOME / archive.FILE).read_text(encoding="utf-8") != archive.statement():
        yield "REPLICATION.md is old: make replication"
    schemas = _run(sys.executable, "tools/schemas.py", "--check")
    if schemas.returncode:
        yield schemas.stdout.strip()


def committed() -> Iterator[str]:
    """What git does not have yet."""
    told = _run("git", "status", "--porcelain")
    if told.returncode:
        yield f"no git here: {told.stderr.strip()}"
    elif lines := told.stdout.splitlines():
        yield f"{len(lines)} files are not committed: {', '.join(line[3:] for line in lines[:5])}"


def built() -> Iterator[str]:
    """Nothing where wheel and sdist could be built; dist/ then has no others of this version."""
    for old in DIST.glob(f"*{__version__}*"):
        old.unlink()
    done = _run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(DIST))
    if done.returncode:
        yield (done.stderr or done.stdout).strip()[-500:]
    (DIST / f"notes-{__version__}.md").write_text(notes_of(__version__)[1], encoding="utf-8")


def tried(python: str) -> Iterator[str]:
    """What fails of wheel and sdist in an empty folder, on one Python."""
    interpreter = shutil.which(f"python{python}")
    if interpreter is None:
        yield f"there is no python{python} here: not tried"
        return
    for file in sorted(DIST.glob(f"ca_research-{__version__}*")):
        if file.suffix not in (".whl", ".gz"):
            continue
        with tempfile.TemporaryDirectory() as folder:
            print(f"    {file.name} on Python {python}", flush=True)
            yield from _trial(interpreter, file, Path(folder))


def _trial(interpreter: str, file: Path, folder: Path) -> Iterator[str]:
    python = folder / "venv" / "bin" / "python"
    env = {k: v for k, v in os.environ.items() if k not in ("CA_RESEARCH_HOME", "PYTHONPATH")}
    env |= {"XDG_DATA_HOME": str(folder / "data"), "CA_RESEARCH_CACHE": str(folder / "store")}
    quiet = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    steps = (
        (interpreter, "-m", "venv", str(folder / "venv")),
        (str(python), *quiet, str(file)),
        (str(python.with_name("ca-research")), "data", "build"),
        (str(python), "-c", TRIAL.format(version=__version__)),
        (str(python.with_name("ca-research")), "check", "C25"),
        (str(python.with_name("ca-research")), "doctor"),
        (str(python.with_name("ca-research")), "init", "mine"),
    )
    for step in steps:
        done = _run(*step, cwd=folder, env=env)
        if done.returncode:
            last = (done.stderr or done.stdout).strip().splitlines()[-3:]
            yield f"{file.name}: {' '.join(step[1:4])}: {' / '.join(last)}"
            return


def _run(
    *words: str, cwd: Path = HOME, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True)


def main() -> int:
    asked = argparse.ArgumentParser(description="What a release asks for, tried.")
    asked.add_argument("--python", action="append", help="3.11, 3.13: where to try what was built")
    pythons = asked.parse_args().python or ["3.11", "3.13"]
    checks: list[tuple[str, Callable[[], Iterator[str]]]] = [
        ("one version, with its notes", versions),
        ("generated files are current", generated),
        ("all is committed", committed),
        ("wheel and sdist are built", built),
    ]
    checks += [(f"they work on Python {p}", lambda p=p: tried(p)) for p in pythons]  # type: ignore[misc]
    failed = 0
    for what, check in checks:
        found = list(check())
        print(f"{'no' if found else 'ok'}  {what}", flush=True)
        print("".join(f"    {fault}\n" for fault in found), end="")
        failed += bool(found)
    print(LEFT.format(version=__version__) if not failed else f"failed: {failed} of {len(checks)}")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
