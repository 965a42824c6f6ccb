"""When a kernel counts as ready: after all of its first answer has been heard, and never where it
is dead.
"""

import asyncio
from queue import Empty

import pytest
from tests.cases import cases

from ca_research.runs.engine import _Answers


class Scripted(_Answers):
    """A client whose kernel answers as told: each question gets the next list of broadcasts, or no
    reply at all.
    """

    def __init__(self, *answers, alive=True):
        super().__init__()
        self.answers, self.alive, self.asked, self.heard = list(answers), alive, 0, []

    def kernel_info(self, reply=False):
        self.asked += 1
        self.heard = self.answers.pop(0) if self.answers else None
        return self.asked

    async def get_shell_msg(self, *args, **kwargs):
        if self.heard is None:
            await asyncio.sleep(0.01)
            raise Empty
        return {"content": {"protocol_version": "5.3"}, "msg_type": "kernel_info_reply"}

    async def get_iopub_msg(self, *args, **kwargs):
        if not self.heard:
            raise Empty
        state, of = self.heard.pop(0)
        return {"content": {"execution_state": state}, "parent_header": {"msg_id": of}}

    async def is_alive(self):
        return self.alive


@pytest.mark.parametrize(("answers", "asked"), cases(__file__, "ready"))
def test_it_is_ready_with_the_idle_to_its_own_question_and_asked_again_until_then(answers, asked):
    client = Scripted(*answers)
    asyncio.run(client.wait_for_ready(60))
    assert client.asked == asked


@pytest.mark.parametrize("alive", [False, True])
def test_a_dead_kernel_is_not_waited_for_and_a_silent_one_not_for_ever(alive):
    with pytest.raises(TimeoutError if alive else RuntimeError):
        asyncio.run(Scripted(alive=alive).wait_for_ready(0.1 if alive else 60))
