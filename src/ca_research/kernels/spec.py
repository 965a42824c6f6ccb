"""Whether a kernelspec starts this environment's Python, or another one, of which no key tells."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from ..ground.errors import RunError, UnknownNameError, UsageError

_LAUNCHER = ["-m", "ipykernel_launcher", "-f", "{connection_file}"]
_NO_MATTER = ("-Xfrozen_modules=off",)
"""Options of Python that ipykernel adds for the debugger; they change no result."""

_OWN_PROVISIONERS = ("", "local-provisioner", "ca-research-provisioner")


def is_own(name: str) -> bool:
    """Whether a kernel runs on this very Python, so that the same input gives the same results.

    Parameters
    ----------
    name
        A kernelspec; empty for the default.

    Raises
    ------
    UnknownNameError
        There is no such kernelspec.
    UsageError
        It is not one of a Python kernel.
    RunError
        Its file cannot be read.

    Examples
    --------
    >>> is_own("") and is_own("python3")
    True
    """
    if not name:
        return True
    spec = _spec(name)
    provisioner = spec.metadata.get("kernel_provisioner", {}).get("provisioner_name", "")
    first, *words = [word for word in spec.argv if word not in _NO_MATTER]
    plain = words == _LAUNCHER and not spec.env and provisioner in _OWN_PROVISIONERS
    return plain and _is_ours(first)


_OTHERS = "leave out --kernel, or name another (jupyter kernelspec list)"


def _spec(name: str) -> Any:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    manager = KernelSpecManager()
    try:
        spec = manager.get_kernel_spec(name)
    except NoSuchKernel:
        raise UnknownNameError("kernel", name, sorted(manager.find_kernel_specs())) from None
    except Exception as problem:  # whatever its file holds
        raise RunError(f"the kernelspec {name!r} cannot be read: {problem}", hint=_OTHERS) from None
    if spec.language.lower() != "python" or not spec.argv:
        where = str(Path(spec.resource_dir, "kernel.json"))
        raise UsageError(f"{name!r} is not a Python kernel", where=where, hint=_OTHERS)
    return spec


def _is_ours(command: str) -> bool:
    """Whether a kernelspec's first word starts this Python, as jupyter_client takes it. Links are
    not followed: two environments may share one.
    """
    major, minor, *_ = sys.version_info
    if command in ("python", f"python{major}", f"python{major}.{minor}"):
        return True
    own, file = Path(sys.executable), Path(command)
    return file.name.startswith("python") and file.parent == own.parent and file.exists()
