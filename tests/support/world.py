"""A whole Postwright in one test: its own database, a sandbox over real HTTP, a person, and a worker driven by hand."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import aiohttp

from postwright.bootstrap import running_app
from postwright.domain.publication import State
from postwright.kit.clock import Clock
from postwright.kit.crypto import Key
from postwright.main import create_server
from postwright.sandbox.config import SandboxConfig
from postwright.sandbox.samples import names, sample
from postwright.sandbox.serve import running_sandbox
from postwright.services import connect, media, people, posts
from postwright.services.app import App
from postwright.services.auth import Caller
from postwright.services.drafts import MediaRef, PostDraft, TargetDraft
from postwright.settings import load
from postwright.storage import publications
from postwright.storage.posts import EventRow, PostRow
from postwright.worker.engine import run_worker
from postwright.worker.leases import Worker
from postwright.worker.publish import run_account
from tests.support.media_files import lengthened, picture
from tests.support.server import serving
from tests.support.waiting import free_port

PLATFORM = "instagram"


@dataclass(slots=True)
class World:
    """The parts of one test, and verbs on them."""

    app: App
    sandbox: str
    folder: Path
    caller: Caller
    browser: aiohttp.ClientSession
    worker: Worker = field(init=False)
    uploaded: dict[str, MediaRef] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.worker = self.new_worker()

    def new_worker(self) -> Worker:
        """Another worker process, as far as leases go."""
        return Worker(self.app, sure_until=self.app.clock.now() + timedelta(days=365))

    async def connect(self, login: str = "instagram", *, platform: str = PLATFORM, **consent: str) -> list[UUID]:
        """Go through the consent pages; the accounts that came of it."""
        async with self.app.db.tx() as tx:
            start = await connect.begin(tx, self.app, self.caller, platform, login_id=login)
        query = {"sandbox_consent": "approve", **consent}
        async with self.browser.get(start.redirect_url, params=query, allow_redirects=False) as reply:
            answer = dict(parse_qsl(urlsplit(reply.headers["Location"]).query))
        done = await connect.callback(self.app, platform, answer, None, may_choose=False)
        assert isinstance(done, connect.Connected)
        return [account.id for account in done.accounts]

    async def upload(self, name: str) -> MediaRef:
        """Store a picture (`name` ends in .jpg or .png) or a six-second video (.mp4) that any platform would take.

        A name that the sandbox has a sample of means that one; `9 MB.mp4` is that video made that long.
        """
        if name in self.uploaded:
            return self.uploaded[name]
        path = self.folder / name
        if name in names():
            path.write_bytes(sample(name))
        elif path.suffix == ".mp4":
            path.write_bytes(sample("reel.mp4"))
            if found := re.fullmatch(r"(\d+) MB", path.stem):
                lengthened(path, int(found[1]) * 1_000_000)
        else:
            picture(path, width=400, height=400)
        return await self.store(path)

    async def store(self, path: Path) -> MediaRef:
        """Store a file, to be had again by its name."""
        name = path.name
        upload = media.Upload(path, name, media.sha256_of(path))
        stored = await media.add_file(self.app, self.caller.workspace_id, upload)
        self.uploaded[name] = MediaRef(id=stored.media.id)
        return self.uploaded[name]

    async def post(self, account_id: UUID, *files: str, **draft: object) -> PostRow:
        """Write a post with these sample files for one account; at once unless the draft says when.

        The sample files of a sort are all alike, and so are posts of them: that is meant.
        """
        refs = tuple([await self.upload(name) for name in files])
        wanted = PostDraft(targets=(TargetDraft(account_id=account_id),), media=refs, force=True)
        row, _ = await posts.create(self.app, self.caller, replace(wanted, **draft))  # type: ignore[arg-type]  # named fields of the draft
        return row

    async def work(self, worker: Worker | None = None) -> int:
        """Let a worker do all that is due now; the number of publications it looked at."""
        now = self.app.clock.now()
        async with self.app.db.tx() as tx:
            due = await publications.overdue_accounts(tx, now=now, grace=timedelta(microseconds=-1), limit=1000)
        return sum([await run_account(self.app, account, worker or self.worker) for account in due])

    async def work_until(self, post_id: UUID, *states: str, rounds: int = 60) -> PostRow:
        """Work, moving the manual clock to the next wake-up, until the post is in one of these states."""
        for _ in range(rounds):
            await self.work()
            row = await self.get(post_id)
            if row.state in states:
                return row
            await self.advance_to(min(p.next_run_at for p in row.publications if p.next_run_at))
        raise AssertionError(
            f"still {row.state} after {rounds} rounds: {[e.message for e in await self.events(post_id)]}"
        )

    async def advance_to(self, instant: datetime) -> None:
        """Move this world's clock and the sandbox's."""
        by = max(instant - self.app.clock.now(), timedelta())
        self.app.clock.advance(by)  # type: ignore[attr-defined]  # a test's clock is a ManualClock
        await self.sandbox_post("clock", {"advance_seconds": by.total_seconds()})

    async def catch_up(self) -> None:
        """Set this world's clock by the sandbox's, which another process may have moved."""
        async with self.browser.get(f"{self.sandbox}/_sandbox/clock") as reply:
            there = datetime.fromisoformat((await reply.json())["now"])
        self.app.clock.advance(max(there - self.app.clock.now(), timedelta()))  # type: ignore[attr-defined]  # likewise

    async def get(self, post_id: UUID) -> PostRow:
        """The post as it stands."""
        async with self.app.db.tx() as tx:
            return await posts.get(tx, self.caller, post_id)

    async def events(self, post_id: UUID) -> tuple[EventRow, ...]:
        """Its evidence."""
        async with self.app.db.tx() as tx:
            return await posts.events(tx, self.caller, post_id)

    async def sandbox_post(self, what: str, body: dict[str, object]) -> dict[str, object]:
        """Tell the sandbox's admin something."""
        async with self.browser.post(f"{self.sandbox}/_sandbox/{what}", json=body) as reply:
            answer: dict[str, object] = await reply.json()
            assert reply.status < 300, answer
            return answer

    async def fault(self, kind: str, **scope: object) -> None:
        """Order a fault from the sandbox."""
        await self.sandbox_post("faults", {"kind": kind, **scope})

    async def retry(self, post_id: UUID) -> None:
        """A person tries again what failed."""
        async with self.app.db.tx() as tx:
            await posts.retry(tx, self.app, self.caller, post_id)

    async def send_again(self, post_id: UUID) -> None:
        """A person decides that it is to be sent (again)."""
        async with self.app.db.tx() as tx:
            await posts.resolve(tx, self.app, self.caller, post_id, posts.Resolution(landed=False))

    async def delete(self, post_id: UUID) -> None:
        """A person deletes a post."""
        async with self.app.db.tx() as tx:
            await posts.delete(tx, self.app, self.caller, post_id)

    async def spend(self, account_id: UUID, *, calls: int) -> None:
        """Count calls that the account has made just now."""
        name, now = self.app.adapter(PLATFORM).spec.budget.name, self.app.clock.now()
        async with self.app.db.statement() as connection:
            counted = "INSERT INTO rate_budgets (account_id, name, slot, calls) VALUES ($1, $2, $3, $4)"
            await connection.execute(counted, account_id, name, now.replace(second=0, microsecond=0), calls)

    async def spent(self, account_id: UUID) -> int:
        """The calls counted for the account in its budget's window."""
        since = self.app.clock.now() - self.app.adapter(PLATFORM).spec.budget.window
        async with self.app.db.statement() as connection:
            counted = "SELECT coalesce(sum(calls), 0)::int FROM rate_budgets WHERE account_id = $1 AND slot > $2"
            calls: int = await connection.fetchval(counted, account_id, since)
            return calls

    async def calls(self, path: str) -> list[dict[str, object]]:
        """The calls the sandbox saw on paths that match."""
        return [call for call in await self._journal("calls") if re.search(path, str(call["path"]))]

    async def visible(self) -> list[dict[str, object]]:
        """The posts that people can see on the platform."""
        return await self._journal("posts")

    async def notices(self) -> list[dict[str, object]]:
        """The webhooks that the sandbox sent."""
        return await self._journal("webhooks")

    async def _journal(self, kind: str) -> list[dict[str, object]]:
        async with self.browser.get(f"{self.sandbox}/_sandbox/journal", params={"kind": kind}) as reply:
            journal: dict[str, list[dict[str, object]]] = await reply.json()
            return journal[kind]


@asynccontextmanager
async def at_work(world: World) -> AsyncIterator[None]:
    """Let a whole worker run, beside the test, until the block ends."""
    stop = asyncio.Event()
    task = asyncio.create_task(run_worker(world.app, stop))
    try:
        yield
    finally:
        stop.set()
        await task


@asynccontextmanager
async def running_world(
    database_url: str, folder: Path, clock: Clock, config: SandboxConfig | None = None, **overrides: object
) -> AsyncIterator[World]:
    """A world on a database, with a person signed up."""
    port = free_port()
    async with running_sandbox(config or SandboxConfig(video_delay=30)) as sandbox:
        settings = load(
            {},
            data_dir=folder,
            database_url=database_url,
            sandbox_url=sandbox,
            public_url=f"http://127.0.0.1:{port}",
            secret_key="s" * 40,
            encryption_keys=Key.generate(),
            **overrides,
        )
        async with (
            running_app(settings, clock=clock) as app,
            aiohttp.ClientSession() as browser,
            serving(create_server(app), port),
        ):
            member = await people.sign_up(app, people.SignUp("ana@example.com", "correct horse battery"), "127.0.0.1")
            user, workspace = member.user, member.workspace
            caller = Caller(user.id, workspace.id, member.role, user.is_admin, user.id, "bearer")
            yield World(app, sandbox, folder, caller, browser)


def states(row: PostRow) -> list[State]:
    """The states of a post's publications."""
    return [publication.state for publication in row.publications]
