"""Run one reading or converting of a media file in a process of its own, with limits, and take its reply.

A broken or hostile file can hurt that process only: it has a clock, a memory and a processor limit, an environment
without our secrets, and is killed when the caller stops waiting. The other end of the pipe is child_main.py.
"""

import asyncio
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from pathlib import Path
from typing import Final, Literal

from pydantic import TypeAdapter

from postwright.kit.media import HEAD_BYTES, CannotConvert, Probe, ProbeTimeout, Signature, Unreadable, sniff

MEMORY_BYTES: Final = 2 * 1024**3
"""Address space of a child; a 100-megapixel progressive JPEG needs about 1 GB of it."""

_ENVIRONMENT: Final = {
    "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    "VIPS_BLOCK_UNTRUSTED": "1",
    "VIPS_CONCURRENCY": "1",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a child writes to its standard output, as JSON: either an error with its sentence, or what it found."""

    probe: Probe | None = None
    error: Literal["unreadable", "cannot_convert"] | None = None
    reason: str = ""


_REPLY: Final = TypeAdapter(Reply)


async def signature_of(path: Path) -> Signature:
    """Read the first bytes of a file and say what it is. Raises Unreadable, or OSError if it cannot be opened."""
    return sniff(await asyncio.to_thread(_head, path))


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


async def run_child(module: str, job: Sequence[str], *, limit: timedelta) -> Probe | None:
    """Run `module` of this package on `job` in a limited process, at most for `limit`, and return what it found.

    Raises Unreadable (also when the file kills its reader), CannotConvert, ProbeTimeout; RuntimeError if the child
    itself is at fault.
    """
    cpu_seconds = ceil(limit.total_seconds()) + 1
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-P", "-m", f"postwright.kit.{module}", str(cpu_seconds), str(MEMORY_BYTES), *job),
        env=_ENVIRONMENT,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(limit.total_seconds()):
            output, complaint = await process.communicate()
    except TimeoutError:
        raise ProbeTimeout(f"Reading the file took longer than {limit.total_seconds():g} seconds.") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise _death(process.returncode, complaint)
    return _open(_REPLY.validate_json(output))


def _death(returncode: int | None, complaint: bytes) -> Exception:
    if returncode == -signal.SIGXCPU:
        return ProbeTimeout("Reading the file took too much computing time.")
    if returncode is not None and returncode < 0:
        return Unreadable(
            f"The file is broken: it stopped the program that read it ({signal.Signals(-returncode).name})."
        )
    return RuntimeError(f"media child failed with {returncode}: {complaint[-2000:].decode(errors='replace')}")


def _open(reply: Reply) -> Probe | None:
    if reply.error == "unreadable":
        raise Unreadable(reply.reason)
    if reply.error == "cannot_convert":
        raise CannotConvert(reply.reason)
    return reply.probe
