"""Child processes that are kept alive: started, started again when they die, and stopped in good order.

A child is a session of its own, so a Ctrl-C at the terminal reaches the parent only, which then asks
the children to end. Each child's standard input is a pipe that closes with the parent, however it dies:
then the child ends as well (`serve.py` watches it), and nothing is left behind.
"""

import asyncio
import signal
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from postwright.kit.logging import logger

FIRST_PAUSE: Final = timedelta(milliseconds=200)
LONGEST_PAUSE: Final = timedelta(seconds=30)
STEADY_AFTER: Final = timedelta(seconds=30)
"""A child that lived this long is not to blame for its earlier deaths."""
PATIENCE: Final = timedelta(seconds=30)
"""What a child gets to finish what it is doing."""
LAST_LINES: Final = 12


@dataclass(frozen=True, slots=True)
class Program:
    """One of our own commands, to be run as a child under a name."""

    name: str
    arguments: tuple[str, ...]


class Child:
    """A process that is there until `stop`: when it ends before, another one takes its place."""

    def __init__(self, program: Program, environment: Mapping[str, str], log: Path | None = None) -> None:
        self.name = program.name
        self.deaths = 0
        self._arguments = program.arguments
        self._environment = environment
        self._log = log
        self._stopping = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._life = asyncio.create_task(self._live())

    @property
    def pid(self) -> int | None:
        """The present process's id; None between two of them."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def stop(self) -> None:
        """Ask it to end and wait until it has; after a long wait, end it."""
        self._stopping.set()
        self._signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(asyncio.shield(self._life), PATIENCE.total_seconds())
        except TimeoutError:
            logger().warning("process_killed", process=self.name, waited=PATIENCE.total_seconds())
            self._signal(signal.SIGKILL)
            await self._life

    def last_words(self) -> str:
        """The end of its log; empty where it has none of its own."""
        if self._log is None or not self._log.exists():
            return ""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-LAST_LINES:])

    async def _live(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            born = time.monotonic()
            self._process = await self._start()
            if self._stopping.is_set():
                self._signal(signal.SIGTERM)
            code = await self._process.wait()
            if self._stopping.is_set():
                return
            self.deaths += 1
            if time.monotonic() - born > STEADY_AFTER.total_seconds():
                pause = FIRST_PAUSE
            logger().warning("process_ended", process=self.name, exit_code=code, again_in=pause.total_seconds())
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause.total_seconds())
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _start(self) -> asyncio.subprocess.Process:
        command = (sys.executable, "-m", "postwright.cli", *self._arguments, "--with-parent")
        output = self._log.open("ab") if self._log is not None else None
        try:
            return await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=output,
                stderr=output,
                env=dict(self._environment),
                start_new_session=True,
            )
        finally:
            if output is not None:
                output.close()

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)


async def stop_all(children: Iterable[Child]) -> None:
    """Stop several at once."""
    await asyncio.gather(*(child.stop() for child in children))
