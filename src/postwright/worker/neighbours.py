"""Worker processes of one machine see when another of them dies: what it held is free at once, not after its lease.

Only the operating system's word counts. A worker that merely lost its line to the database may be in the middle of
a call, and keeps its leases until they are over.
"""

import os
import socket
from functools import cache
from pathlib import Path

from postwright.kit.logging import logger
from postwright.services.app import App
from postwright.storage import upkeep

_PROC = Path("/proc")
_ENDED = frozenset("ZX")
"""What Linux calls a process that has ended and only waits for its parent to ask (proc(5))."""


@cache
def machine() -> str | None:
    """Where a process id means the same: this boot of this host, and this process namespace. None where it is not told.

    Copies of a virtual machine that were made while it ran share the boot, but hardly the name.
    """
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{socket.gethostname()} {boot} {os.readlink(_PROC / 'self/ns/pid')}"  # noqa: PTH115  # a name, not the path of a file
    except OSError:
        return None


async def free_what_the_dead_held(app: App) -> None:
    """Give back the accounts of this machine's worker processes that ended without doing so."""
    here = machine()
    if here is None:
        return
    async with app.db.tx() as tx:
        dead = [one for one in await upkeep.processes(tx, here) if has_ended(one.pid)]
        if dead:
            freed = await upkeep.bury(tx, [one.worker_id for one in dead])
            logger().warning("workers_died", pids=[one.pid for one in dead], accounts_freed=freed)


def has_ended(pid: int) -> bool:
    """Whether there is certainly no such process any more."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False  # somebody else's: it is there
    try:
        state = (_PROC / str(pid) / "stat").read_bytes().rpartition(b") ")[2][:1].decode()
    except OSError:
        return False
    return state in _ENDED
