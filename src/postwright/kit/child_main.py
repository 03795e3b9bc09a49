"""The frame of a media child process: takes limits on itself, does one job, writes one JSON reply.

Runs inside the child only (the parent's side is child.py) and stands on the standard library alone, so that a child
starts fast.
"""

import json
import resource
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict

from postwright.kit.media import CannotConvert, Probe, Unreadable


def serve(work: Callable[[Sequence[str]], Probe | None]) -> None:
    """Do the one job named on the command line and reply on standard output."""
    cpu_seconds, memory_bytes, *job = sys.argv[1:]
    _limit(int(cpu_seconds), int(memory_bytes))
    sys.stdout.write(json.dumps(_reply(work, job)))


def _reply(work: Callable[[Sequence[str]], Probe | None], job: Sequence[str]) -> dict[str, object]:
    try:
        found = work(job)
    except Unreadable as fault:
        return {"error": "unreadable", "reason": fault.reason}
    except CannotConvert as fault:
        return {"error": "cannot_convert", "reason": fault.reason}
    except MemoryError:
        return {"error": "unreadable", "reason": "Reading the file takes more memory than is allowed."}
    return {"probe": None if found is None else asdict(found)}


def _limit(cpu_seconds: int, memory_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    if sys.platform == "linux":  # macOS refuses a limit below what the process already maps
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
