"""The installed command line as people and scripts meet it: real processes, a real database, real HTTP."""

import json
import os
import re
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from pydantic import BaseModel

from postwright.platforms.registry import describe
from postwright.storage.embedded import EmbeddedPostgres
from tests.support.commands import PATIENCE, Background, fetch, gone, postwright, running_up
from tests.support.database import empty_database
from tests.support.waiting import eventually_blocking, free_port


class DemoRow(BaseModel):
    platform: str
    type: str
    status: str
    calls: int
    external_url: str


class Demo(BaseModel):
    email: str
    posts: list[DemoRow]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL's account may pass through; pytest's own is closed to all but its user."""
    made = Path(tempfile.mkdtemp(prefix="postwright-cli-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def empty_database_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    with empty_database(postgres) as url:
        yield url


@pytest.fixture
def ports() -> tuple[str, ...]:
    return ("--port", str(free_port()), "--sandbox-port", str(free_port()))


def is_ready(up: Background) -> bool:
    return fetch(f"{up.ready.dashboard}/readyz")[0] == 200


def postmaster(up: Background) -> int | None:
    try:
        return int((up.ready.data / "postgres/cluster/postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


@pytest.mark.timeout(240)
def test_up_brings_everything_and_leaves_nothing_behind(folder: Path, ports: tuple[str, ...]) -> None:
    with running_up("--data-dir", "data", *ports, cwd=folder) as up:
        assert set(up.ready.processes) == {"web", "worker-1", "sandbox"}
        assert fetch(f"{up.ready.dashboard}/healthz") == (200, {"status": "ok"})
        assert is_ready(up)
        assert up.ready.sandbox is not None
        assert fetch(f"{up.ready.sandbox}settings")[0] == 200
        assert len(up.family) == 4
        assert up.stop() == 0
        assert up.left() == []
        assert postmaster(up) is None


@pytest.mark.timeout(240)
def test_a_worker_that_is_killed_is_replaced(folder: Path, ports: tuple[str, ...], database_url: str) -> None:
    settings = {"POSTWRIGHT_DATABASE_URL": database_url}
    with running_up("--workers", "2", *ports, cwd=folder, settings=settings) as up:
        before = up.children()
        victim = up.ready.processes["worker-2"]
        os.kill(victim, signal.SIGKILL)
        eventually_blocking(lambda: victim not in up.children() and len(up.children()) == len(before), within=PATIENCE)
        eventually_blocking(lambda: is_ready(up), within=PATIENCE)
        assert len(before & up.children()) == 3
        assert up.stop(signal.SIGINT) == 0


@pytest.mark.timeout(240)
def test_nothing_is_left_when_up_itself_is_killed(folder: Path, ports: tuple[str, ...], database_url: str) -> None:
    with running_up(*ports, cwd=folder, settings={"POSTWRIGHT_DATABASE_URL": database_url}) as up:
        up.process.kill()
        gone(up)


def is_told_to_end(stopped: int) -> bool:
    """Whether a SIGTERM waits for a process that stands still."""
    status = Path(f"/proc/{stopped}/status").read_text(encoding="utf-8")
    waiting = next(line for line in status.splitlines() if line.startswith("ShdPnd:"))
    return bool(int(waiting.split()[1], 16) >> (signal.SIGTERM - 1) & 1)


def stand_still(process: int) -> None:
    """Stop a process and wait until it is: a SIGTERM that overtakes the SIGSTOP would be taken before it."""
    os.kill(process, signal.SIGSTOP)
    eventually_blocking(lambda: psutil.Process(process).status() == psutil.STATUS_STOPPED, within=PATIENCE)


@pytest.mark.timeout(240)
def test_a_second_signal_does_not_wait_for_the_children(
    folder: Path, ports: tuple[str, ...], database_url: str
) -> None:
    with running_up(*ports, cwd=folder, settings={"POSTWRIGHT_DATABASE_URL": database_url}) as up:
        worker = up.ready.processes["worker-1"]
        stand_still(worker)
        up.process.send_signal(signal.SIGINT)
        eventually_blocking(lambda: is_told_to_end(worker), within=PATIENCE)
        assert up.stop(signal.SIGINT) == -signal.SIGINT
        os.kill(worker, signal.SIGCONT)
        gone(up)


@pytest.mark.timeout(240)
def test_an_embedded_database_that_died_is_started_again(folder: Path, ports: tuple[str, ...]) -> None:
    with running_up("--data-dir", "data", *ports, "--no-sandbox", cwd=folder) as up:
        assert up.ready.sandbox is None
        first = postmaster(up)
        assert first is not None
        os.kill(first, signal.SIGKILL)
        eventually_blocking(lambda: postmaster(up) not in {first, None}, within=PATIENCE)
        eventually_blocking(lambda: is_ready(up), within=PATIENCE)
        assert up.stop() == 0
        assert postmaster(up) is None


@pytest.mark.timeout(240)
def test_the_demo_publishes_one_post_of_each_kind_and_again(folder: Path) -> None:
    first, second = (postwright("demo", "--once", "--json", cwd=folder) for _ in range(2))
    for run in (first, second):
        assert run.returncode == 0, run.stderr
        posts = Demo.model_validate_json(run.stdout).posts
        kinds = {(view.id, kind.name) for view in describe() for kind in view.kinds}
        assert {(post.platform, post.type) for post in posts} == kinds
        assert {post.status for post in posts} == {"published"}
        assert all(post.external_url.startswith("https://") and post.calls > 0 for post in posts)


def test_bad_settings_are_listed_and_end_with_2(folder: Path) -> None:
    settings = {"POSTWRIGHT_HEARTBEAT_SECONDS": "often", "POSTWRIGHT_SECRET_KEY": "short"}
    for command in ("up", "migrate"):
        run = postwright(command, cwd=folder, settings=settings)
        assert run.returncode == 2
        assert "POSTWRIGHT_HEARTBEAT_SECONDS" in run.stderr
        assert "POSTWRIGHT_SECRET_KEY" in run.stderr
        assert "Traceback" not in run.stderr


def test_a_port_in_use_is_said_in_a_sentence(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        run = postwright("up", "--data-dir", "data", "--port", port, cwd=folder)
        assert (run.returncode, run.stdout) == (1, "")
        assert f"Port {port} on 127.0.0.1 is in use" in run.stderr
        assert "--port" in run.stderr


def test_a_worker_asks_for_the_migration_first(folder: Path, empty_database_url: str) -> None:
    settings = {"POSTWRIGHT_DATABASE_URL": empty_database_url}
    run = postwright("worker", cwd=folder, settings=settings)
    assert run.returncode == 1
    assert "postwright migrate" in run.stderr
    run = postwright("migrate", "--json", cwd=folder, settings=settings)
    told = json.loads(run.stdout)
    assert told["applied"]
    assert (told["state"], told["revision"]) == ("up_to_date", told["newest"])


def test_the_operator_looks_after_people(folder: Path, database_url: str) -> None:
    settings = {"POSTWRIGHT_DATABASE_URL": database_url}

    def user(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
        run = postwright("user", *arguments, cwd=folder, settings=settings, stdin=stdin)
        return run.returncode, run.stdout, run.stderr

    code, added, _ = user("add", "Ada@Example.com", "--password-stdin", "--json", stdin="correct horse\n")
    assert (code, json.loads(added)["email"], json.loads(added)["is_admin"]) == (0, "ada@example.com", True)
    code, _, told = user("password", "ada@example.com", "--password-stdin", stdin="short\n")
    assert (code, "password_too_short" in told) == (1, True)
    code, _, told = user("admin", "bob@example.com")
    assert (code, "user_not_found" in told) == (1, True)
    code, _, told = user("add", "bob@example.com")
    assert (code, "--password-stdin" in told) == (2, True)
    code, changed, _ = user("admin", "ada@example.com", "--revoke", "--json")
    assert (code, json.loads(changed)["is_admin"]) == (0, False)
    code, listed, _ = user("list", "--json")
    assert [one["email"] for one in json.loads(listed)] == ["ada@example.com"]


def test_the_operator_looks_at_the_queue(folder: Path, database_url: str) -> None:
    settings = {"POSTWRIGHT_DATABASE_URL": database_url}
    looked = postwright("admin", "queue", "--json", cwd=folder, settings=settings)
    assert looked.returncode == 0, looked.stderr
    seen = json.loads(looked.stdout)
    assert (seen["due"], seen["since"], seen["depths"], seen["workers"], seen["blocked"]) == (0, None, [], [], [])
    told = postwright("admin", "queue", cwd=folder, settings=settings)
    assert "No worker runs" in told.stdout
    done = postwright("admin", "publish", "01a1f870-2b1c-7b22-90cd-857b09318fe7", cwd=folder, settings=settings)
    assert (done.returncode, "publication_not_found" in done.stderr) == (1, True)


def test_the_description_of_the_api_needs_no_database(folder: Path) -> None:
    run = postwright("openapi", cwd=folder)
    document = json.loads(run.stdout)
    assert document["openapi"].startswith("3.1")
    assert "/api/posts" in document["paths"]
    assert list(folder.iterdir()) == []


def test_the_doctor_is_content_with_a_migrated_database(folder: Path, database_url: str) -> None:
    run = postwright("doctor", "--json", cwd=folder, settings={"POSTWRIGHT_DATABASE_URL": database_url})
    found = {line["name"]: line["verdict"] for line in json.loads(run.stdout)}
    assert run.returncode == 0, run.stdout
    assert {found[name] for name in ("settings", "data", "media", "database", "clock", "schema", "store")} == {"ok"}
    assert found["worker"] == "warn"


def _diagnosis(folder: Path, settings: dict[str, str]) -> dict[str, dict[str, str]]:
    run = postwright("doctor", "--json", cwd=folder, settings=settings)
    return {line["name"]: line for line in json.loads(run.stdout)}


def test_the_doctor_tells_what_to_enter_at_a_platform(folder: Path, database_url: str) -> None:
    settings = {"POSTWRIGHT_DATABASE_URL": database_url, "POSTWRIGHT_PUBLIC_URL": "https://posts.example.com"}
    without = _diagnosis(folder, settings)
    assert without["instagram"]["verdict"] == "warn"
    assert "POSTWRIGHT_INSTAGRAM_CLIENT_ID" in without["instagram"]["advice"]
    settings |= {"POSTWRIGHT_FACEBOOK_CLIENT_ID": "1", "POSTWRIGHT_FACEBOOK_CLIENT_SECRET": "2"}
    found = _diagnosis(folder, settings)
    assert found["instagram"]["verdict"] == "ok"
    assert "https://posts.example.com/api/callback/instagram;" in found["instagram"]["found"]
    assert re.search(r"/api/webhooks/instagram, verified by [0-9a-f]{32}$", found["instagram"]["found"])


def test_the_doctor_says_what_to_do_about_a_lost_database(folder: Path) -> None:
    settings = {"POSTWRIGHT_DATABASE_URL": f"postgresql://nobody@127.0.0.1:{free_port()}/none"}
    run = postwright("doctor", cwd=folder, settings=settings)
    assert run.returncode == 1
    assert "Check POSTWRIGHT_DATABASE_URL" in run.stdout
