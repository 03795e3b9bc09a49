"""Many callers' requests in one run."""

import asyncio
from collections.abc import Sequence

import pytest

from postwright.kit.combine import Combiner
from tests.support.waiting import eventually


class Doubling:
    """Doubles numbers; remembers its runs; can be held up, and cannot bear a 13."""

    def __init__(self) -> None:
        self.runs: list[list[int]] = []
        self.go = asyncio.Event()

    async def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.runs.append(list(numbers))
        await self.go.wait()
        if 13 in numbers:
            raise LookupError("13")
        if 14 in numbers:
            raise ConnectionError("14")
        return [number * 2 for number in numbers]


def combined(double: Doubling, *, at_most: int = 100, at_once: int = 1) -> Combiner[int, int]:
    return Combiner(double, at_most=at_most, at_once=at_once, separable=LookupError)


async def test_each_gets_its_own_answer_and_those_who_wait_share_a_run() -> None:
    double = Doubling()
    combiner = combined(double)
    asked = [asyncio.create_task(combiner.ask(number)) for number in range(5)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    later = [asyncio.create_task(combiner.ask(number)) for number in range(5, 9)]
    await asyncio.sleep(0)
    double.go.set()
    assert await asyncio.gather(*asked, *later) == [number * 2 for number in range(9)]
    assert len(double.runs) == 2


async def test_who_asks_while_a_run_is_held_up_does_not_wait_for_it() -> None:
    double = Doubling()
    combiner = combined(double, at_once=2)
    first = asyncio.create_task(combiner.ask(1))
    await eventually(lambda: double.runs == [[1]])
    second, third = (asyncio.create_task(combiner.ask(number)) for number in (2, 3))
    await eventually(lambda: double.runs == [[1], [2, 3]])
    fourth = asyncio.create_task(combiner.ask(4))
    await eventually(lambda: combiner.held_up == 2)
    assert double.runs == [[1], [2, 3]]
    double.go.set()
    asked = [first, second, third, fourth]
    assert await asyncio.gather(*asked) == [2, 4, 6, 8]
    assert combiner.held_up == 0


async def test_a_run_is_never_larger_than_allowed() -> None:
    double = Doubling()
    double.go.set()
    combiner = combined(double, at_most=4)
    await asyncio.gather(*(combiner.ask(number) for number in range(10)))
    assert max(len(run) for run in double.runs) == 4


async def test_what_one_request_cannot_bear_is_not_the_others_fault() -> None:
    double = Doubling()
    double.go.set()
    combiner = combined(double)
    answers = await asyncio.gather(*(combiner.ask(number) for number in (1, 13, 3)), return_exceptions=True)
    assert answers[0] == 2
    assert isinstance(answers[1], LookupError)
    assert answers[2] == 6


async def test_an_error_after_which_nobody_knows_what_was_done_is_everybodys_and_not_run_again() -> None:
    double = Doubling()
    double.go.set()
    combiner = combined(double)
    answers = await asyncio.gather(*(combiner.ask(number) for number in (1, 14)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [ConnectionError, ConnectionError]
    assert double.runs == [[1, 14]]


async def test_after_a_failure_the_next_request_is_answered() -> None:
    double = Doubling()
    double.go.set()
    combiner = combined(double)
    with pytest.raises(LookupError):
        await combiner.ask(13)
    assert await combiner.ask(4) == 8


async def test_who_no_longer_waits_does_not_disturb_the_others() -> None:
    double = Doubling()
    combiner = combined(double)
    gone, stays = (asyncio.create_task(combiner.ask(number)) for number in (1, 2))
    await asyncio.sleep(0)
    gone.cancel()
    double.go.set()
    assert await stays == 4
