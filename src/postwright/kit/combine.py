"""Many callers' requests in one run: while one run is under way, the next ones' requests gather."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Ask = TypeVar("Ask")
Answer = TypeVar("Answer")


class Combiner(Generic[Ask, Answer]):
    """Gives each request its own answer, whatever else was in its run.

    `run` takes some requests and gives as many answers, in order. A run that fails with an error
    of `separable` did nothing at all: its requests are run again one by one, so that one's fault
    is not the others'. Any other error is everybody's.
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
        self._working = 0
        self._runners: set[asyncio.Task[None]] = set()

    async def ask(self, request: Ask) -> Answer:
        """The answer to one request. Raises what the run raised."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._gathered.append((request, future))
        if self._working < self._at_once:
            self._working += 1
            runner = asyncio.create_task(self._work_off())
            self._runners.add(runner)  # the loop itself holds tasks only weakly
            runner.add_done_callback(self._runners.discard)
        return await future

    async def _work_off(self) -> None:
        try:
            while self._gathered:
                count = min(len(self._gathered), self._at_most)
                await self._answer([self._gathered.popleft() for _ in range(count)])
        finally:
            # Nothing awaits between the last look and this: no request falls between the two.
            self._working -= 1

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
