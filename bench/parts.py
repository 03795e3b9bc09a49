"""The processes of a benchmark, each started as `python -m bench.parts NAME …`: sandbox, endpoint, worker, web."""

import asyncio
import signal
import sys
from pathlib import Path

import uvicorn
import uvloop

from bench import plain
from bench.endpoint import answer
from bench.setting import bench_settings
from postwright.bootstrap import collect_seldom, running_app
from postwright.kit.logging import configure
from postwright.main import create_server
from postwright.sandbox.config import SandboxConfig
from postwright.sandbox.serve import serve
from postwright.worker.engine import run_worker


async def work(folder: Path, database_url: str, sandbox: str) -> None:
    """A worker on the benchmark's database until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with running_app(bench_settings(folder, database_url, sandbox)) as app:
        collect_seldom()
        await run_worker(app, stop)


async def answer_people(folder: Path, database_url: str, sandbox: str, port: int) -> None:
    """The web server on the benchmark's database until SIGTERM, as `postwright web` runs it."""
    async with running_app(bench_settings(folder, database_url, sandbox)) as app:
        collect_seldom()
        doors = create_server(app)
        config = uvicorn.Config(
            doors, port=port, http="httptools", ws="none", lifespan="off", log_config=None, access_log=False
        )
        await uvicorn.Server(config).serve()
        await doors.close()


def main() -> None:
    """Run the part that the arguments name."""
    configure("warning", json_lines=True)
    name, *arguments = sys.argv[1:]
    if name == "sandbox":
        uvloop.run(serve(SandboxConfig.bench(), port=int(arguments[0])))
    elif name == "plain":
        plain.serve(int(arguments[0]), arguments[1])
    elif name == "web":
        folder, database_url, sandbox, port = arguments
        uvloop.run(answer_people(Path(folder), database_url, sandbox, int(port)))
    elif name == "worker":
        folder, database_url, sandbox = arguments
        uvloop.run(work(Path(folder), database_url, sandbox))
    elif name == "endpoint":
        uvloop.run(answer(int(arguments[0]), float(arguments[1])))
    else:
        sys.exit(f"no part {name!r}")


if __name__ == "__main__":
    main()
