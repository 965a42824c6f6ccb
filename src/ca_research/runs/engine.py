"""A papermill engine with limits: time for a cell and for the notebook, memory of the kernel, bytes
of output.

Papermill and nbclient do the work. What they lack is a watch on the kernel from outside: a cell
that never returns, a kernel that eats the machine's memory, or one that prints without end each end
in one clear line.
"""

from __future__ import annotations

import ast
import contextlib
import itertools
import threading
import time
from dataclasses import dataclass
from queue import Empty
from typing import Any

import psutil
from jupyter_client import KernelClient
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines
from traitlets import Type

from ..ground.errors import RunError

NAME = "ca-research"


@dataclass(frozen=True)
class Limits:
    """Seconds for a cell and for the whole notebook, bytes of memory of the kernel and what it
    started, bytes of output.
    """

    cell_seconds: int = 600
    notebook_seconds: int = 1800
    memory_bytes: int = 8 * 1024**3
    output_bytes: int = 50 * 1024**2


class _Answers(AsyncKernelClient):
    """A client that knows a kernel for ready when it has heard all of its first answer, and waits
    no longer.
    """

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """As in jupyter_client, which then goes on to wait for a fifth of a second in which the
        kernel is silent.

        Raises RuntimeError where the kernel has died or does not answer in `timeout` seconds.
        """
        end = time.monotonic() + (timeout or float("inf"))
        while True:
            question = self.kernel_info()
            with contextlib.suppress(Empty):
                reply = await self.get_shell_msg(timeout=1)
                self._handle_kernel_info_reply(reply)
                if await self._heard_out(question):
                    return
            if not await self.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
            if time.monotonic() > end:
                raise RuntimeError(f"Kernel didn't respond in {timeout:g} seconds")

    async def _heard_out(self, question: str) -> bool:
        """Whether what the kernel broadcasts arrives here: all that belongs to the question, up to
        its `idle`.
        """
        with contextlib.suppress(Empty):
            while True:
                message = await self.get_iopub_msg(timeout=0.2)
                idle = message["content"].get("execution_state") == "idle"
                if idle and message["parent_header"].get("msg_id") == question:
                    return True
        return False


class _Manager(AsyncKernelManager):
    """A kernel manager that knows the process it started."""

    client_factory = Type(klass=KernelClient, default_value=_Answers)

    @property
    def pid(self) -> int | None:
        return getattr(self.provisioner, "pid", None)


_OPENED = "__import__('ca_research.ground.opened', fromlist=['listing'])"
"""In the kernel: notes what a run reads."""


class _Client(PapermillNotebookClient):
    """Stops the kernel where a limit is passed, and remembers which one."""

    def __init__(self, nb_man: Any, limits: Limits, **options: Any) -> None:
        super().__init__(
            nb_man, kernel_manager_class=_Manager, timeout=limits.cell_seconds, **options
        )
        self.limits, self.passed, self._printed = limits, "", 0
        self.read: list[dict[str, Any]] = []

    def papermill_execute_cells(self) -> None:
        """Execute the cells, and have the kernel say what they read."""
        self._ask("begin()")
        super().papermill_execute_cells()
        self.read = [found] if (found := self._ask("listing()")) else []

    def _ask(self, call: str) -> Any:
        """What a call of `opened` gives in the kernel; None where that has no such module."""
        asked = self.kc.execute("", silent=True, user_expressions={"it": f"{_OPENED}.{call}"})
        answer = self.wait_for_reply(asked)["content"].get("user_expressions", {}).get("it", {})
        if answer.get("status") != "ok":
            return None
        return ast.literal_eval(answer["data"]["text/plain"])

    def process_message(self, message: dict[str, Any], *rest: Any, **options: Any) -> Any:
        self._printed += _size(message["content"])
        if self._printed > self.limits.output_bytes:
            self._stop(f"it put out more than {self.limits.output_bytes // 1024**2} MB")
            return None  # what is still under way is dropped
        return super().process_message(message, *rest, **options)

    def watch(self, done: threading.Event) -> None:
        """Runs beside the notebook until it is done. A kernel that comes up after its time is
        stopped then.
        """
        end = time.monotonic() + self.limits.notebook_seconds
        for look in itertools.count():
            if done.wait(0.25):
                return
            if self.passed:
                self._kill()
            elif time.monotonic() > end:
                self._stop(f"it took longer than {self.limits.notebook_seconds} s")
            # what it started is found by reading of every process of the machine: not each time
            elif self._memory(with_children=look % 4 == 3) > self.limits.memory_bytes:
                self._stop(
                    f"its kernel used more than {self.limits.memory_bytes / 1024**3:.3g} GiB of "
                    "memory"
                )

    def _process(self) -> psutil.Process | None:
        pid = self.km.pid if isinstance(self.km, _Manager) else None
        try:
            return psutil.Process(pid) if pid else None
        except psutil.NoSuchProcess:
            return None

    def _memory(self, with_children: bool) -> int:
        process, total = self._process(), 0
        if process:
            with contextlib.suppress(psutil.Error):
                below = process.children(recursive=True) if with_children else []
                for one in (process, *below):
                    with contextlib.suppress(psutil.Error):
                        total += one.memory_info().rss
        return total

    def _stop(self, why: str) -> None:
        self.passed = self.passed or why
        self._kill()

    def _kill(self) -> None:
        process = self._process()
        if process:
            with contextlib.suppress(psutil.Error):
                for one in (*process.children(recursive=True), process):
                    with contextlib.suppress(psutil.Error):
                        one.kill()


def _size(content: dict[str, Any]) -> int:
    if "text" in content:
        return len(content["text"])
    if "traceback" in content:
        return len(content["evalue"]) + sum(map(len, content["traceback"]))
    return sum(len(v) if isinstance(v, str) else 1000 for v in content.get("data", {}).values())


class LimitedEngine(Engine):
    """Registered with papermill as 'ca-research'.

    Its own arguments: `limits`; the list `made`, to which the notebook is added before its kernel
    starts, so that it is there whatever becomes of it and no file has to hold it; and the list
    `read`, to which goes what it read besides its declared inputs.
    """

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        limits: Limits,
        made: list[Any],
        read: list[Any],
        start_timeout: int = 60,
        extra_arguments: list[str] | None = None,
        **_: Any,
    ) -> None:
        made.append(nb_man.nb)
        client = _Client(
            nb_man,
            limits,
            startup_timeout=start_timeout,
            kernel_name=kernel_name,
            extra_arguments=extra_arguments or [],
        )
        done = threading.Event()
        watch = threading.Thread(target=client.watch, args=(done,), daemon=True)
        watch.start()
        try:
            client.execute()
        except CellTimeoutError:
            raise RunError(f"a cell took longer than {limits.cell_seconds} s") from None
        except DeadKernelError:
            raise RunError(client.passed or "the kernel died") from None
        except RuntimeError:  # a kernel that ends on its way up
            if client.passed:
                raise RunError(client.passed) from None
            raise
        finally:
            done.set()
            watch.join()
            read += client.read
        if client.passed:
            raise RunError(client.passed)


papermill_engines.register(NAME, LimitedEngine)
