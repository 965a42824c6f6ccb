"""A notebook in a kernel, by nbclient, with limits: time for a cell and for the notebook, memory of
the kernel, bytes of output.

What nbclient lacks is a watch on the kernel from outside: a cell that never returns, a kernel that
eats the machine's memory, or one that prints without end each end in one clear line.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import itertools
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.utils import ensure_async
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from ..ground.tracebacks import plain

_LOOK_SECONDS = 0.25
_OPENED = "__import__('ca_research.ground.opened', fromlist=['listing'])"
"""In the kernel: notes what a run reads."""


@dataclass(frozen=True)
class Limits:
    """Seconds for a cell and for the whole notebook, bytes of memory of the kernel and what it
    started, bytes of output.
    """

    cell_seconds: int = 600
    notebook_seconds: int = 1800
    memory_bytes: int = 8 * 1024**3
    output_bytes: int = 50 * 1024**2


class Client(NotebookClient):
    """Executes a notebook, and stops its kernel where a limit is passed.

    ordinary: why the kernel is no warm one, where one was asked for. failed: number of the cell
    that failed, 0 for none. read: what it opened besides its declared inputs; None where the kernel
    cannot say, or is of another Python, of which no key tells.
    """

    def __init__(self, notebook: Any, limits: Limits, **options: Any) -> None:
        super().__init__(
            notebook,
            timeout=limits.cell_seconds,
            raise_on_iopub_timeout=True,
            record_timing=False,
            **options,
        )
        self.limits, self.ordinary, self.failed, self._printed = limits, "", 0, 0
        self.read: Mapping[str, Any] | None = None
        self._passed = f"it took longer than {limits.notebook_seconds} s"
        self._clock = asyncio.timeout(limits.notebook_seconds)

    async def run(self, connection: Path, env: Mapping[str, str]) -> str:
        """Execute all cells in a kernel with this environment, which has ended afterwards; what
        went wrong, in one line.

        connection: where the file with the kernel's key lies for as long as it runs.
        """
        manager = AsyncKernelManager(kernel_name=self.kernel_name, connection_file=str(connection))
        self.km, running = manager, asyncio.current_task()
        watch, gently = asyncio.create_task(self._watch(manager)), False
        try:
            async with self._clock:
                await self.async_start_new_kernel(env=dict(env))
                self.ordinary = getattr(manager.provisioner, "ordinary", "")
                await self.async_start_new_kernel_client()
                await self._ask("begin()")
                for index, cell in enumerate(self.nb.cells):
                    await self.async_execute_cell(cell, index)
                self.set_widgets_metadata()
                told = await self._ask("listing()")
                self.read = told if told and told["prefix"] == sys.prefix else None
            gently = True
            return ""
        except CellExecutionError as problem:
            gently = True
            self.failed = max(cell.get("execution_count") or 0 for cell in self.nb.cells)
            return f"{problem.ename}: {plain(problem.evalue)}"
        except (asyncio.CancelledError, Exception) as problem:
            if self._clock.expired():
                return self._passed
            if running and running.cancelling():  # nbclient takes that for a death of the kernel
                raise asyncio.CancelledError from None
            ends: dict[type, str] = {
                CellTimeoutError: f"a cell took longer than {self.limits.cell_seconds} s",
                DeadKernelError: "the kernel died",
                TimeoutError: "its kernel does not answer",
            }
            return ends.get(type(problem)) or plain(f"{type(problem).__name__}: {problem}")
        finally:
            watch.cancel()
            if manager.has_kernel and gently:
                with contextlib.suppress(asyncio.CancelledError):  # then it is ended at once
                    await ensure_async(manager.request_shutdown())
                    await ensure_async(manager.finish_shutdown(pollinterval=0.01))
            if manager.has_kernel:
                await ensure_async(manager.shutdown_kernel(now=True))
            await ensure_async(manager.cleanup_resources())
            if self.kc is not None:
                self.kc.stop_channels()

    async def _ask(self, call: str) -> Any:
        """What a call of `opened` gives in the kernel; None where that has no such module."""
        assert self.kc is not None
        message_id = self.kc.execute("", silent=True, user_expressions={"it": f"{_OPENED}.{call}"})
        reply = await self.async_wait_for_reply(message_id)
        answer = reply["content"]["user_expressions"]["it"] if reply else {}
        return ast.literal_eval(answer.get("data", {"text/plain": "None"})["text/plain"])

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        self._printed += len(repr(msg["content"]))
        if self._printed > self.limits.output_bytes:
            self._stop(f"it put out more than {self.limits.output_bytes // 1024**2} MB")
            return None  # what is still under way is dropped
        return super().process_message(msg, cell, cell_index)

    async def _watch(self, manager: AsyncKernelManager) -> None:
        most = self.limits.memory_bytes
        for look in itertools.count():
            await asyncio.sleep(_LOOK_SECONDS)
            # what it started is found by reading of every process of the machine: not each time
            pid, below = getattr(manager.provisioner, "pid", None), look % 4 == 3
            if pid and _memory(pid, below) > most:
                self._stop(f"its kernel used more than {most / 1024**3:.3g} GiB of memory")

    def _stop(self, why: str) -> None:
        """End it as if its time had passed."""
        if not self._clock.expired():
            self._passed = why
            self._clock.reschedule(0)


def _memory(pid: int, below: bool) -> int:
    """Bytes that a process holds, and what it has started where that is asked for."""
    with contextlib.suppress(psutil.Error):
        kernel = psutil.Process(pid)
        started = kernel.children(recursive=True) if below else []
        return sum(one.memory_info().rss for one in (kernel, *started))
    return 0
