"""What the benchmarks share: a clock, commands as whole processes, and where they ran."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any


def timed(action: Callable[[], Any]) -> float:
    """Seconds that an action takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def median(action: Callable[[], Any], repeats: int) -> float:
    return statistics.median(timed(action) for _ in range(repeats))


def python(*words: str, **environment: str) -> None:
    """Python as a process of its own, with its bytecode cached. Where it fails, the benchmark ends
    with what it said.
    """
    env: Mapping[str, str] = {
        k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"
    } | environment
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, env=env)
    if done.returncode:
        raise SystemExit(f"python {' '.join(words)}\n{done.stderr}")


def machine() -> str:
    return (
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
