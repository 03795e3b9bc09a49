"""`make soak`: COUNT posts, at most MINUTES, WORKERS processes, and the choices of SEED."""

import asyncio
import os
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from tests.soak.soak import Report, Soak, crew_of, soaked
from tests.support.database import fresh_database, remove_server, server
from tests.support.drawing_lots import SEED

NAME = f"soak-{os.getpid()}"


def _wish(name: str, usual: int) -> int:
    return int(os.environ.get(name) or usual)  # noqa: TID251 - what the person at the keyboard wants


async def _soak(database_url: str, folder: Path) -> Report:
    async with soaked(database_url, folder) as world:
        with crew_of(world, _wish("WORKERS", 3)) as crew:
            return await Soak(world, crew, SEED).run(_wish("COUNT", 300), timedelta(minutes=_wish("MINUTES", 10)))


def main() -> int:
    """The exit code: 0 where every post is accounted for."""
    try:
        with server(NAME) as postgres, fresh_database(postgres) as url, tempfile.TemporaryDirectory() as folder:
            report = asyncio.run(_soak(url, Path(folder)))
    finally:
        remove_server(NAME)
    sys.stdout.write(f"{report}\n")
    return 0 if report.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
