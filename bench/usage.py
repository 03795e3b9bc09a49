"""What the processes of a benchmark used: seconds of CPU, bytes of memory. On a busy machine CPU is what compares.

Memory that processes share, as PostgreSQL's do, is counted once.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import psutil

from bench.setting import Bench

_PID_FILE = ("postgres", "cluster", "postmaster.pid")


@dataclass(frozen=True, slots=True)
class Usage:
    """At one moment."""

    cpu_seconds: float
    memory_bytes: int

    def since(self, before: "Usage") -> float:
        """Seconds of CPU since then."""
        return self.cpu_seconds - before.cpu_seconds


def usage(pids: Iterable[int]) -> Usage:
    """What these processes have used so far, together; the CPU of children that ended is theirs."""
    seconds, size = 0.0, 0
    for pid in pids:
        try:
            process = psutil.Process(pid)
            times = process.cpu_times()
            seconds += sum(times[:4])
            size += process.memory_full_info().pss
        except psutil.NoSuchProcess:
            continue
    return Usage(seconds, size)


def database_pids(setting: Bench) -> list[int]:
    """The server of this benchmark and its backends as they are now."""
    postmaster = int(setting.folder.joinpath(*_PID_FILE).read_text().split("\n", 1)[0])
    return [postmaster, *(child.pid for child in psutil.Process(postmaster).children())]


def cores() -> int:
    """How many processes can run at a time here."""
    return len(psutil.Process().cpu_affinity() or ()) or psutil.cpu_count() or 1


def megabytes(size: int) -> str:
    """A size for people."""
    return f"{size / 1_000_000:.0f} MB"
