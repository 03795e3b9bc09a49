"""The processes of a benchmark, each started as `python -m bench.parts NAME …`: the sandbox, a worker."""

import asyncio
import signal
import sys
from pathlib import Path

import uvloop

from bench.setting import bench_settings
from postwright.bootstrap import running_app
from postwright.kit.logging import configure
from postwright.sandbox.config import SandboxConfig
from postwright.sandbox.serve import serve
from postwright.worker.engine import run_worker


async def work(folder: Path, database_url: str, sandbox: str) -> None:
    """A worker on the benchmark's database until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with running_app(bench_settings(folder, database_url, sandbox)) as app:
        await run_worker(app, stop)


def main() -> None:
    """Run the part that the arguments name."""
    configure("warning", json_lines=True)
    name, *arguments = sys.argv[1:]
    if name == "sandbox":
        uvloop.run(serve(SandboxConfig.bench(), port=int(arguments[0])))
    elif name == "worker":
        folder, database_url, sandbox = arguments
        uvloop.run(work(Path(folder), database_url, sandbox))
    else:
        sys.exit(f"no part {name!r}")


if __name__ == "__main__":
    main()
