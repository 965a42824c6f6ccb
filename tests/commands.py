"""Processes of their own: Python, the command line, and the blocks of a page of docs."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from ca_research.ground import paths

SEARCH = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
"""Where a shell finds the commands of this environment."""


def ran(*words, ends=0, beside=None, **more):
    """What a process said, which must end with this code; `beside` adds to its environment."""
    told = {"capture_output": True, "text": True, "env": os.environ | (beside or {})}
    done = subprocess.run(words, **told | more)
    assert done.returncode == ends, done.stderr
    return done


def python(*words, **more):
    return ran(sys.executable, *words, **more)


def cli(*words, **more):
    return python("-m", "ca_research.app.cli", *words, **more)


def blocks(page, language="bash"):
    return re.findall(rf"```{language}\n(.*?)```", page, flags=re.S)


def shell(*scripts, folder=None, **env):
    script = "\n".join(["set -euo pipefail", *scripts])
    return ran("bash", "-c", script, cwd=folder, beside=SEARCH | env)


def real_project(home):
    """A project with the real register, on the real tables as they are built."""
    shutil.copytree(paths.registry_dir(), home / "registry")
    shutil.copytree(paths.processed_dir(), home / "data" / "processed")
    (home / "data" / "raw").symlink_to(paths.raw_dir())
    return home
