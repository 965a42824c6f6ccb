"""When a kernel counts as ready: after all of its first answer has been heard, and never where it
is dead.
"""

import asyncio
from queue import Empty

import pytest

from ca_research import kernels
from ca_research.runs.engine import _Answers, _Manager

IDLE, BUSY = "idle", "busy"


class Scripted(_Answers):
    """A client whose kernel answers as told: each question gets the next list of broadcasts, or no
    reply at all.
    """

    def __init__(self, *answers, alive=True):
        super().__init__()
        self.answers, self.alive, self.asked, self.heard = list(answers), alive, [], []

    def kernel_info(self, reply=False):
        self.asked.append(f"question {len(self.asked) + 1}")
        self.heard = self.answers.pop(0) if self.answers else None
        return self.asked[-1]

    async def get_shell_msg(self, *args, **kwargs):
        if self.heard is None:
            raise Empty
        return {"content": {"protocol_version": "5.3"}, "msg_type": "kernel_info_reply"}

    async def get_iopub_msg(self, *args, **kwargs):
        if not self.heard:
            raise Empty
        state, of = self.heard.pop(0)
        return {"content": {"execution_state": state}, "parent_header": {"msg_id": of}}

    async def is_alive(self):
        return self.alive


def ready(client, timeout=60.0):
    asyncio.run(client.wait_for_ready(timeout))
    return client.asked


def test_it_is_ready_with_the_idle_to_its_own_question():
    first = [(BUSY, "question 1"), (IDLE, "question 1"), ("after", "question 1")]
    client = Scripted(first)
    assert ready(client) == ["question 1"] and client.heard == [("after", "question 1")]


def test_another_clients_idle_is_not_ours():
    client = Scripted(
        [(IDLE, "another"), (IDLE, None)], [(IDLE, "question 1"), (IDLE, "question 2")]
    )
    assert ready(client) == ["question 1", "question 2"]


def test_a_kernel_whose_broadcasts_do_not_arrive_yet_is_asked_again():
    """A reply proves nothing of the other channel: what a first cell shows would be lost."""
    assert len(ready(Scripted([], [], [(IDLE, "question 3")]))) == 3


def test_a_dead_kernel_and_a_silent_one_are_told_apart():
    with pytest.raises(RuntimeError, match="died before replying"):
        ready(Scripted(alive=False))
    with pytest.raises(RuntimeError, match="didn't respond in"):
        ready(Scripted(), timeout=0.1)


def test_nothing_of_a_first_cell_is_lost():
    async def first() -> str:
        manager = _Manager(kernel_name=kernels.ORDINARY)
        await manager.start_kernel()
        client, said = manager.client(), []
        assert isinstance(client, _Answers)
        client.start_channels()
        try:
            await client.wait_for_ready(60)
            hook = lambda m: said.append(m["content"].get("text", ""))  # noqa: E731
            await client.execute_interactive("print('heard')", output_hook=hook, timeout=60)
        finally:
            client.stop_channels()
            await manager.shutdown_kernel(now=True)
        return "".join(said)

    assert asyncio.run(first()) == "heard\n"
