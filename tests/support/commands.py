"""Runs the command `postwright` as a process of its own: to its end, or in the background until a test is done."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO

import psutil
from pydantic import BaseModel

from tests.support.waiting import eventually_blocking

COMMAND = (sys.executable, "-m", "postwright.cli")
PATIENCE = timedelta(seconds=90)


class Ready(BaseModel):
    """What `up --json` says once everything is ready."""

    dashboard: str
    sandbox: str | None
    data: Path
    pid: int
    processes: dict[str, int]


@dataclass(frozen=True, slots=True)
class Background:
    """`up`, running and ready."""

    process: "subprocess.Popen[str]"
    ready: Ready
    family: tuple[psutil.Process, ...]
    """The parent and the children it began with."""

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end; its exit code."""
        self.process.send_signal(by)
        return self.process.wait(PATIENCE.total_seconds())

    def left(self) -> list[psutil.Process]:
        """What still runs of the family it began with."""
        return [one for one in self.family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]

    def children(self) -> set[int]:
        """The processes that it runs now."""
        return {child.pid for child in psutil.Process(self.process.pid).children()}


def postwright(
    *arguments: str, cwd: Path, settings: Mapping[str, str] | None = None, stdin: str = ""
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=cwd,
        env=environment(settings),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE.total_seconds() * 2,
        check=False,
    )


@contextmanager
def running_up(*arguments: str, cwd: Path, settings: Mapping[str, str] | None = None) -> Iterator[Background]:
    """`up` from being ready until the end of the block; nothing of it is left afterwards."""
    with (cwd / "up.log").open("w+") as log:
        process = subprocess.Popen(
            [*COMMAND, "up", "--json", *arguments],
            cwd=cwd,
            env=environment(settings),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        with process:
            try:
                yield _when_ready(process, log)
            finally:
                _end(process)


def environment(settings: Mapping[str, str] | None) -> dict[str, str]:
    """The machine's environment with these settings alone."""
    inherited = os.environ.items()  # noqa: TID251  # handed on to the process under test
    plain = {name: value for name, value in inherited if not name.startswith("POSTWRIGHT_")}
    return {**plain, **(settings or {})}


def fetch(url: str) -> tuple[int, object]:
    """The status of an address (0 where nobody answers), and the JSON that came."""
    try:
        with urllib.request.urlopen(url, timeout=10) as reply:  # noqa: S310  # addresses that up has printed
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as refused:
        return refused.code, None
    except OSError:
        return 0, None


def _when_ready(process: "subprocess.Popen[str]", log: IO[str]) -> Background:
    assert process.stdout is not None
    first = process.stdout.readline()
    if not first:
        log.seek(0)
        raise AssertionError(f"up ended with {process.wait()}: {log.read()}")
    ready = Ready.model_validate_json(first)
    parent = psutil.Process(process.pid)
    return Background(process, ready, (parent, *parent.children(recursive=True)))


def _end(process: "subprocess.Popen[str]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE.total_seconds())
        except subprocess.TimeoutExpired:
            process.kill()


def gone(background: Background) -> None:
    """Wait until nothing of it runs."""
    eventually_blocking(lambda: not background.left(), within=PATIENCE)
