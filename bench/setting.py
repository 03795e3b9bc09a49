"""What benchmarks stand on: a PostgreSQL of their own, a sandbox without delays, connected accounts, posts in bulk."""

import asyncio
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import aiohttp
from sqlalchemy import text

from postwright.bootstrap import running_app
from postwright.kit.ids import new_id
from postwright.sandbox.samples import sample
from postwright.services import connect, media, people, tokens
from postwright.services.app import App
from postwright.services.auth import Caller
from postwright.settings import Settings, load
from postwright.storage import queue
from postwright.storage.db import Tx
from postwright.storage.embedded import start
from postwright.storage.migrate import migrate

PLATFORM = "instagram"
ACCOUNTS = 200
_JOBS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Bench:
    """The parts of a benchmark."""

    app: App
    folder: Path
    database_url: str
    sandbox: str
    caller: Caller
    accounts: tuple[UUID, ...]
    media_id: UUID


def bench_settings(folder: Path, database_url: str, sandbox: str) -> Settings:
    """The settings that every process of a benchmark shares."""
    return load({}, data_dir=folder, database_url=database_url, sandbox_url=sandbox, heartbeat_seconds=5)


@contextmanager
def part(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the benchmark while the block lasts."""
    process = subprocess.Popen([sys.executable, "-m", "bench.parts", *arguments])  # noqa: S603 our own module
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


@asynccontextmanager
async def bench() -> AsyncIterator[Bench]:
    """The database (with its usual durability), the sandbox and the accounts, all of their own."""
    with tempfile.TemporaryDirectory(prefix="postwright-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        postgres = await asyncio.to_thread(start, folder)
        try:
            port = free_port()
            with part("sandbox", str(port)):
                sandbox = f"http://127.0.0.1:{port}"
                async with running_app(bench_settings(folder, postgres.url, sandbox)) as app:
                    await migrate(app.db)
                    yield await _furnish(app, folder, postgres.url, sandbox)
        finally:
            await asyncio.to_thread(postgres.stop)


def free_port() -> int:
    """A port of the loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _furnish(app: App, folder: Path, database_url: str, sandbox: str) -> Bench:
    member = await people.sign_up(app, people.SignUp("bench@example.com", "a bench password"), "127.0.0.1")
    user = member.user
    caller = Caller(user.id, member.workspace.id, member.role, user.is_admin, user.id, "bearer")
    accounts = await _connect(app, caller, sandbox)
    made = Bench(app, folder, database_url, sandbox, caller, accounts, caller.workspace_id)
    return replace(made, media_id=await add_file(made, "square.jpg"))


async def add_file(setting: Bench, name: str) -> UUID:
    """Take one of the sandbox's samples in as media; its id."""
    path = setting.folder / name
    path.write_bytes(await asyncio.to_thread(sample, name))
    upload = media.Upload(path, name, media.sha256_of(path))
    return (await media.add_file(setting.app, setting.caller.workspace_id, upload)).media.id


async def _connect(app: App, caller: Caller, sandbox: str) -> tuple[UUID, ...]:
    async with aiohttp.ClientSession() as browser:
        await _reachable(browser, sandbox)
        persons = [{"id": f"bench{n}", "name": f"Bench {n}"} for n in range(ACCOUNTS)]
        accounts = [
            {
                "platform": PLATFORM,
                "id": str(17841499000000000 + n),
                "person_id": f"bench{n}",
                "kind": "BUSINESS",
                "username": f"bench{n}",
                "name": f"Bench {n}",
            }
            for n in range(ACCOUNTS)
        ]
        async with browser.post(f"{sandbox}/_sandbox/seed", json={"people": persons, "accounts": accounts}) as reply:
            reply.raise_for_status()
        return tuple([await _consent(app, caller, browser, f"bench{n}") for n in range(ACCOUNTS)])


async def _reachable(browser: aiohttp.ClientSession, sandbox: str) -> None:
    for _ in range(200):
        try:
            async with browser.get(f"{sandbox}/_sandbox/settings") as reply:
                await reply.read()
                return
        except aiohttp.ClientConnectionError:
            await asyncio.sleep(0.1)
    raise ConnectionError("the sandbox does not start")


async def _consent(app: App, caller: Caller, browser: aiohttp.ClientSession, person: str) -> UUID:
    async with app.db.tx() as tx:
        begun = await connect.begin(tx, app, caller, PLATFORM)
    query = {"sandbox_consent": "approve", "sandbox_person": person}
    async with browser.get(begun.redirect_url, params=query, allow_redirects=False) as reply:
        answer = dict(parse_qsl(urlsplit(reply.headers["Location"]).query))
    done = await connect.callback(app, PLATFORM, answer, None, may_choose=False)
    if not isinstance(done, connect.Connected):
        raise TypeError("the consent did not connect an account")
    return done.accounts[0].id


async def more_accounts(setting: Bench, count: int) -> Bench:
    """The setting with copies of its accounts, so that there are `count`; only the endpoint knows them."""
    app, first = setting.app, setting.accounts[0]
    copies = [new_id() for _ in range(count - len(setting.accounts))]
    token = await tokens.usable(app, first)
    sealed = [app.keys.seal(token, bound_to=tokens.place(one, "access_token")) for one in copies]
    async with app.db.tx() as tx:
        await tx.execute(text(_COPIES), {"first": first, "ids": copies})
        await tx.execute(text(_TOKENS), {"ids": copies, "sealed": sealed})
    return replace(setting, accounts=(*setting.accounts, *copies))


_COPIES = """
    INSERT INTO accounts
    SELECT (jsonb_populate_record(a, jsonb_build_object('id', x.id, 'external_id', 'copy-' || x.id))).*
    FROM accounts a, unnest(CAST(:ids AS uuid[])) AS x (id) WHERE a.id = :first
"""
_TOKENS = """
    INSERT INTO account_tokens (account_id, access_token, updated_at)
    SELECT id, sealed, now() FROM unnest(CAST(:ids AS uuid[]), CAST(:sealed AS bytea[])) AS x (id, sealed)
"""


async def whole_allowances(setting: Bench) -> None:
    """Forget all calls that were made: each wave begins with the accounts' whole allowances."""
    async with setting.app.db.tx() as tx:
        await tx.execute(text("TRUNCATE rate_budgets"))


async def add_posts(setting: Bench, count: int, due_at: datetime, file: UUID | None = None) -> None:
    """Store `count` posts with the picture (or another file) each, on all accounts by turns, due at one instant."""
    accounts = [setting.accounts[n % len(setting.accounts)] for n in range(count)]
    ids = [new_id() for _ in range(count)]
    now = setting.app.clock.now()
    async with setting.app.db.tx() as tx:
        await _rows(tx, replace(setting, media_id=file or setting.media_id), ids, accounts, due_at)
        for begin in range(0, count, _JOBS_AT_ONCE):
            await queue.wake(tx, [(account, due_at) for account in accounts[begin : begin + _JOBS_AT_ONCE]], now)


async def _rows(tx: Tx, setting: Bench, ids: Sequence[UUID], accounts: Sequence[UUID], due_at: datetime) -> None:
    values = {
        "ids": list(ids),
        "accounts": list(accounts),
        "workspace": setting.caller.workspace_id,
        "author": setting.caller.user_id,
        "media": setting.media_id,
        "due": due_at,
        "wall": due_at.replace(tzinfo=None),
        "platform": PLATFORM,
    }
    for statement in (
        """INSERT INTO posts (id, workspace_id, author_id, caption, options, state, due_at, wall_time, timezone,
                              created_at, updated_at)
           SELECT id, :workspace, :author, 'A post of the benchmark', '{}', 'queued', :due, :wall, 'UTC', now(), now()
           FROM unnest(CAST(:ids AS uuid[])) AS id""",
        """INSERT INTO publications (id, workspace_id, post_id, account_id, platform, options, state, due_at,
                                     next_run_at, created_at)
           SELECT gen_random_uuid(), :workspace, id, account, :platform, '{}', 'queued', :due, :due, now()
           FROM unnest(CAST(:ids AS uuid[]), CAST(:accounts AS uuid[])) AS x (id, account)""",
        """INSERT INTO post_media (id, post_id, position, media_id)
           SELECT gen_random_uuid(), id, 0, :media FROM unnest(CAST(:ids AS uuid[])) AS id""",
    ):
        await tx.execute(text(statement), {k: v for k, v in values.items() if f":{k}" in statement})


_WAITING = (
    """CREATE TEMPORARY TABLE far ON COMMIT DROP AS
       SELECT gen_random_uuid() AS id, (CAST(:accounts AS uuid[]))[1 + n % :spread] AS account,
              now() + interval '2 days' + n * (interval '363 days' / :count) AS due
       FROM generate_series(0, :count - 1) AS n""",
    """INSERT INTO posts (id, workspace_id, author_id, caption, options, state, due_at, wall_time, timezone,
                          created_at, updated_at)
       SELECT id, :workspace, :author, 'A post that waits for its day', '{}', 'queued', due, due AT TIME ZONE 'UTC',
              'UTC', now(), now() FROM far""",
    """INSERT INTO publications (id, workspace_id, post_id, account_id, platform, options, state, due_at, next_run_at,
                                 preflight_at, created_at)
       SELECT gen_random_uuid(), :workspace, id, account, :platform, '{}', 'queued', due, due,
              due - interval '24 hours', now() FROM far""",
    "INSERT INTO post_media (id, post_id, position, media_id) SELECT gen_random_uuid(), id, 0, :media FROM far",
    """INSERT INTO pgqueuer (priority, execute_after, status, entrypoint, payload)
       SELECT 0, due, 'queued', :entrypoint, uuid_send(account) FROM far""",
)


async def add_waiting(setting: Bench, count: int) -> None:
    """Store `count` posts with one picture each and their jobs, spread over the accounts and the year from now on."""
    if count <= 0:
        return
    values = {
        "accounts": list(setting.accounts),
        "spread": len(setting.accounts),
        "count": count,
        "workspace": setting.caller.workspace_id,
        "author": setting.caller.user_id,
        "platform": PLATFORM,
        "media": setting.media_id,
        "entrypoint": queue.PUBLISH,
    }
    async with setting.app.db.tx() as tx:
        for statement in _WAITING:
            await tx.execute(text(statement), {k: v for k, v in values.items() if f":{k}" in statement})
    async with setting.app.db.statement() as connection:
        for table in ("posts", "publications", "post_media", "pgqueuer"):
            await connection.execute(f"VACUUM ANALYZE {table}")
        await connection.execute("CHECKPOINT")  # what storing them left to be written is not what is measured


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a wave of posts went: milliseconds of lateness in order, and seconds from due to the last one out."""

    lateness_ms: tuple[float, ...]
    seconds: float

    def percentile(self, part_of_hundred: int) -> float:
        """The lateness that so many of a hundred posts did not exceed, in milliseconds."""
        return self.lateness_ms[min(len(self.lateness_ms) * part_of_hundred // 100, len(self.lateness_ms) - 1)]

    @property
    def per_second(self) -> float:
        """Publications a second."""
        return len(self.lateness_ms) / self.seconds


async def wave(setting: Bench, count: int, *, lead: timedelta, limit: timedelta) -> Outcome:
    """Add posts due at one instant a little ahead, wait until the workers have published them all, and measure."""
    due_at = setting.app.clock.now() + lead
    await add_posts(setting, count, due_at)
    if setting.app.clock.now() >= due_at:
        raise TimeoutError("storing the posts took longer than the lead; give more")
    for _ in range(int((lead + limit).total_seconds() * 5)):
        await asyncio.sleep(0.2)
        async with setting.app.db.tx() as tx:
            left = await tx.execute(text(_LEFT), {"due": due_at})
            if left.scalar_one() == 0:
                return await _outcome(tx, due_at)
    raise TimeoutError(f"{count} posts were not out after {limit}")


_LEFT = """
    SELECT count(*) FROM publications
    WHERE state IN ('queued', 'publishing') AND due_at = :due
      AND next_run_at < CAST(:due AS timestamptz) + interval '1 day'
"""
"""By the index of what is due next: to read a million others five times a second would be the load that is measured."""


async def _outcome(tx: Tx, due_at: datetime) -> Outcome:
    rows = (
        await tx.execute(
            text("SELECT state, started_at, published_at FROM publications WHERE due_at = :due"), {"due": due_at}
        )
    ).all()
    wrong = [row.state for row in rows if row.state != "published"]
    if wrong:
        raise AssertionError(f"{len(wrong)} posts were not published: {set(wrong)}")
    lateness = sorted((row.started_at - due_at).total_seconds() * 1000 for row in rows)
    return Outcome(tuple(lateness), (max(row.published_at for row in rows) - due_at).total_seconds())
