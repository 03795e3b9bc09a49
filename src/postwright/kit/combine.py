"""Many callers' requests in one run: while one run is under way, the next ones' requests gather.

One run at a time makes the largest runs, and each run costs something by itself. Only where one is
held up (by a lock in the database, say) another begins beside it, so that it holds up nobody else.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final, Generic, TypeVar

HELD_UP_AFTER: Final = timedelta(milliseconds=50)

Ask = TypeVar("Ask")
Answer = TypeVar("Answer")


class Combiner(Generic[Ask, Answer]):
    """Gives each request its own answer, whatever else was in its run.

    `run` takes some requests and gives as many answers, in order. A run that fails with an error
    of `separable` did nothing at all: its requests are run again one by one, so that one's fault
    is not the others'. Any other error is everybody's. There are at most `at_once` runs, all but
    one of them held up.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Ask]], Awaitable[Sequence[Answer]]],
        *,
        at_most: int,
        at_once: int,
        separable: type[Exception],
    ) -> None:
        self._run = run
        self._at_most = at_most
        self._at_once = at_once
        self._separable = separable
        self._gathered: deque[tuple[Ask, asyncio.Future[Answer]]] = deque()
        self.held_up = 0  # runs under way that have lasted long
        self._runners: set[asyncio.Task[None]] = set()

    async def ask(self, request: Ask) -> Answer:
        """The answer to one request. Raises what the run raised."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._gathered.append((request, future))
        self._see_to_it()
        return await future

    def _see_to_it(self) -> None:
        if self._gathered and self.held_up == len(self._runners) < self._at_once:
            # The loop itself holds tasks only weakly.
            self._runners.add(asyncio.create_task(self._work_off()))

    async def _work_off(self) -> None:
        this = asyncio.current_task()
        assert this is not None  # noqa: S101 it is one
        try:
            while self._gathered and len(self._runners) == self.held_up + 1:
                count = min(len(self._gathered), self._at_most)
                await self._run_one([self._gathered.popleft() for _ in range(count)])
        finally:
            # Nothing awaits between the last look and this: no request falls between the two.
            self._runners.discard(this)

    async def _run_one(self, batch: list[tuple[Ask, "asyncio.Future[Answer]"]]) -> None:
        held_up = False

        def wait_no_longer() -> None:
            nonlocal held_up
            held_up = True
            self.held_up += 1
            self._see_to_it()

        alarm = asyncio.get_running_loop().call_later(HELD_UP_AFTER.total_seconds(), wait_no_longer)
        try:
            await self._answer(batch)
        finally:
            alarm.cancel()
            self.held_up -= held_up

    async def _answer(self, batch: list[tuple[Ask, "asyncio.Future[Answer]"]]) -> None:
        try:
            answers = await self._run([request for request, _ in batch])
        except Exception as error:  # noqa: BLE001 handed on to everybody who asked
            if isinstance(error, self._separable) and len(batch) > 1:
                for one in batch:
                    await self._answer([one])
                return
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), answer in zip(batch, answers, strict=True):
            if not future.done():
                future.set_result(answer)
