"""What a kernelspec starts: this environment's Python, or another one, which then is an input of
every run.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

from ..ground.errors import RunError, UnknownNameError, UsageError

_LAUNCHER = ["-m", "ipykernel_launcher", "-f", "{connection_file}"]
_NO_MATTER = ("-Xfrozen_modules=off",)
"""Options of Python that ipykernel adds for the debugger; they change no result."""

_OWN_PROVISIONERS = ("", "local-provisioner", "ca-research-provisioner")
_ASK_SECONDS = 60
_ASK = """
import importlib.util, json, os, sys
installed = ("site-packages", "dist-packages")
folders = [p for p in sys.path if os.path.basename(p) in installed and os.path.isdir(p)]
names = sorted(n for p in folders for n in os.listdir(p) if n.endswith((".dist-info", ".egg-info")))
spec = importlib.util.find_spec("ca_research")
package = getattr(spec, "submodule_search_locations", None) or ["nowhere"]
walked = [(folder, name) for folder, _, names in os.walk(package[0]) for name in names]
sources = [os.path.join(folder, name) for folder, name in walked if name.endswith(".py")]
marks = sorted([n, os.stat(n).st_size, os.stat(n).st_mtime_ns] for n in sources)
ipykernel = importlib.util.find_spec("ipykernel") is not None
print(json.dumps([sys.version, sys.prefix, names, marks, ipykernel]))
"""
"""Its Python, what is installed for it, and the package as it would find it."""


def described(name: str) -> str:
    """What a key must hold of a kernel beside this environment; the same text, the same results.

    Parameters
    ----------
    name
        A kernelspec; empty for the default.

    Returns
    -------
    str
        Empty for a kernel that runs on this very Python. For another: its command and variables,
        its executable, its Python and packages.

    Raises
    ------
    UnknownNameError
        There is no such kernelspec.
    UsageError
        It is not one of a Python kernel.
    RunError
        Its Python does not exist, does not answer, or has no ipykernel.

    Examples
    --------
    >>> described("") == described("python3") == ""
    True
    """
    if not name:
        return ""
    spec, where = _spec(name)
    provisioner = spec.metadata.get("kernel_provisioner", {}).get("provisioner_name", "")
    argv = [word for word in spec.argv if word not in _NO_MATTER]
    if (
        _is_ours(argv[0])
        and argv[1:] == _LAUNCHER
        and not spec.env
        and provisioner in _OWN_PROVISIONERS
    ):
        return ""
    executable = sys.executable if _is_ours(argv[0]) else shutil.which(argv[0])
    if executable is None:
        raise RunError(
            f"the kernel {name!r} starts {argv[0]}, which is not there", where=where, hint=_OTHERS
        )
    about = Path(executable).resolve().stat()
    start = spec.argv[: spec.argv.index("-m")] if "-m" in spec.argv else spec.argv[:1]
    return json.dumps(
        {
            "argv": argv,
            "env": spec.env,
            "provisioner": provisioner,
            "executable": [executable, about.st_size, about.st_mtime_ns],
            "python": _python(name, [executable, *start[1:]], spec.env, where),
        },
        sort_keys=True,
    )


_OTHERS = "leave out --kernel, or name another (jupyter kernelspec list)"


def _spec(name: str) -> tuple[Any, str]:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    manager = KernelSpecManager()
    try:
        spec = manager.get_kernel_spec(name)
    except NoSuchKernel:
        raise UnknownNameError("kernel", name, sorted(manager.find_kernel_specs())) from None
    except Exception as problem:  # whatever its file holds
        raise RunError(f"the kernelspec {name!r} cannot be read: {problem}", hint=_OTHERS) from None
    where = str(Path(spec.resource_dir, "kernel.json"))
    if spec.language.lower() != "python" or not spec.argv:
        raise UsageError(f"{name!r} is not a Python kernel", where=where, hint=_OTHERS)
    return spec, where


def _is_ours(command: str) -> bool:
    """Whether a kernelspec's first word starts this Python, as jupyter_client takes it. Links are
    not followed: two environments may share one."""
    if command in (
        "python",
        f"python{sys.version_info[0]}",
        "python{}.{}".format(*sys.version_info[:2]),
    ):
        return True
    own = Path(sys.executable)
    return (
        Path(command).name.startswith("python")
        and Path(command).parent == own.parent
        and Path(command).exists()
    )


def _python(name: str, start: list[str], env: dict[str, str], where: str) -> list[Any]:
    """Version, prefix and packages of another Python, by its own word."""
    try:
        done = subprocess.run(
            [*start, "-c", _ASK],
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_ASK_SECONDS,
        )
        *found, has_ipykernel = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        raise RunError(
            f"the kernel {name!r} starts {start[0]}, which gives no answer",
            where=where,
            hint=_OTHERS,
        ) from None
    if not has_ipykernel:
        raise RunError(
            f"the kernel {name!r} starts {start[0]}, which has no ipykernel",
            where=where,
            hint=_OTHERS,
        )
    return [*found[:-1], sha256(json.dumps(found[-1]).encode()).hexdigest()]
