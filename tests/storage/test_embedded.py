"""The PostgreSQL of a data folder: started, shared, killed, found again."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import asyncpg
import pytest

from postwright.storage.embedded import EmbeddedPostgres, EmbeddedPostgresError, start
from postwright.storage.os_account import OsAccount, run_as
from tests.support.waiting import eventually_blocking

OTHER_PROCESS = """
import sys
from pathlib import Path
from postwright.storage.embedded import start
server = start(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.read()
server.stop()
"""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another account")


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A folder that any account may pass through; pytest's own is closed to all but its user."""
    folder = Path(tempfile.mkdtemp(prefix="postwright-embedded-"))
    folder.chmod(0o755)
    yield folder / "data"
    with suppress(OSError):  # most tests stop their server themselves
        os.kill(postmaster(folder / "data"), signal.SIGQUIT)
    shutil.rmtree(folder)


def postmaster(data_dir: Path) -> int:
    return int((data_dir / "postgres/cluster/postmaster.pid").read_text().split("\n", 1)[0])


def is_stopped(data_dir: Path) -> bool:
    return not (data_dir / "postgres/cluster/postmaster.pid").exists()


def is_private(folder: Path) -> bool:
    return folder.stat().st_mode & 0o077 == 0


@contextmanager
def other_process(data_dir: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", OTHER_PROCESS, str(data_dir)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert any(b"ready" in line for line in process.stdout)
        yield process


async def ask(server: EmbeddedPostgres, query: str) -> object:
    connection = await asyncpg.connect(server.url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_data_survives_a_stop_and_a_start(data_dir: Path) -> None:
    first = start(data_dir)
    await ask(first, "CREATE TABLE kept AS SELECT 42 AS value")
    first.stop()
    assert is_stopped(data_dir)
    second = start(data_dir)
    assert await ask(second, "SELECT value FROM kept") == 42
    second.stop()


async def test_the_last_process_to_leave_stops_the_server(data_dir: Path) -> None:
    ours = start(data_dir)
    with other_process(data_dir) as other:
        ours.stop()
        assert not is_stopped(data_dir)
        other.communicate()
        assert is_stopped(data_dir)


async def test_stopping_twice_takes_nothing_from_the_others(data_dir: Path) -> None:
    one, another = start(data_dir), start(data_dir)
    one.stop()
    one.stop()
    assert await ask(another, "SELECT 1") == 1
    another.stop()
    assert is_stopped(data_dir)


async def test_a_killed_application_leaves_a_server_that_the_next_one_finds_and_stops(data_dir: Path) -> None:
    with other_process(data_dir) as other:
        running = postmaster(data_dir)
        other.kill()
    found = start(data_dir)
    assert await ask(found, "SELECT 1") == 1
    assert postmaster(data_dir) == running
    found.stop()
    assert is_stopped(data_dir)


async def test_a_killed_server_is_started_again_with_its_data(data_dir: Path) -> None:
    first = start(data_dir)
    await ask(first, "CREATE TABLE kept AS SELECT 42 AS value")
    os.kill(postmaster(data_dir), signal.SIGKILL)
    second = start(data_dir)
    assert await ask(second, "SELECT value FROM kept") == 42
    first.stop()
    second.stop()


async def test_a_process_id_that_is_somebody_elses_by_now_is_not_taken_for_the_server(data_dir: Path) -> None:
    server = start(data_dir)
    lines = (data_dir / "postgres/cluster/postmaster.pid").read_text().split("\n")
    server.stop()
    (data_dir / "postgres/cluster/postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]))
    again = start(data_dir)
    assert await ask(again, "SELECT 1") == 1
    again.stop()


async def test_a_database_that_was_killed_while_it_was_made_is_made_again(data_dir: Path) -> None:
    half_made = data_dir / "postgres/cluster.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18")
    server = start(data_dir)
    assert await ask(server, "SELECT 1") == 1
    server.stop()


def test_a_cluster_of_another_version_is_refused_with_the_way_out(data_dir: Path) -> None:
    (data_dir / "postgres/cluster").mkdir(parents=True)
    (data_dir / "postgres/cluster/PG_VERSION").write_text("16\n")
    with pytest.raises(EmbeddedPostgresError, match=r"PostgreSQL 16.*backup"):
        start(data_dir)


def test_a_server_that_refuses_its_configuration_is_quoted(data_dir: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="max_connections"):
        start(data_dir, settings={"max_connections": "'many'"})


def test_a_folder_that_cannot_be_written_is_reported_with_the_setting_to_change(data_dir: Path) -> None:
    data_dir.write_text("a file in the way")
    with pytest.raises(EmbeddedPostgresError, match="POSTWRIGHT_DATA_DIR"):
        start(data_dir)


async def test_a_folder_with_a_very_long_name_works(data_dir: Path) -> None:
    server = start(data_dir / ("long" * 30))
    assert await ask(server, "SHOW max_connections") == "200"
    server.stop()


async def test_nothing_listens_where_another_account_could_come_in(data_dir: Path) -> None:
    server = start(data_dir)
    folder = Path(str(await ask(server, "SHOW unix_socket_directories")))
    assert await ask(server, "SHOW listen_addresses") == ""
    assert is_private(folder)
    server.stop()


@as_root
async def test_root_may_keep_the_data_behind_a_closed_folder_and_opens_it_to_one_account_only(data_dir: Path) -> None:
    closed = data_dir.parent / "closed"
    closed.mkdir(mode=0o700)
    server = start(closed / "data")
    assert await ask(server, "SELECT 1") == 1
    server.stop()
    nobody = OsAccount("nobody", 65534, 65534)
    assert run_as(nobody, ["/usr/bin/test", "-x", data_dir.parent]).returncode == 0
    assert run_as(nobody, ["/usr/bin/test", "-x", closed]).returncode != 0


def test_many_processes_may_start_at_once(data_dir: Path) -> None:
    command = [sys.executable, "-c", OTHER_PROCESS, str(data_dir)]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(4)]
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    eventually_blocking(lambda: is_stopped(data_dir))
