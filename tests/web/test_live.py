"""Live changes over real HTTP: what a workspace's streams hear, what they do not, and how they end."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import aiohttp
import pytest
from sqlalchemy import text

from postwright.main import Doors
from postwright.services import auth
from postwright.services.app import App
from postwright.storage import changes
from postwright.storage.db import Database, Tx
from postwright.web.app import create_web
from postwright.web.live import MOST_WAITING, Changes, Notice, Stream, event_id
from tests.support.apps import Person, join
from tests.support.clock import ManualClock
from tests.support.dashboard import visitor
from tests.support.server import serving
from tests.support.waiting import eventually, free_port

ANYTHING: dict[str, str] = {}
HEARTBEAT = timedelta(milliseconds=50)


@dataclass
class Heard:
    """What one open stream has said so far."""

    lines: list[str] = field(default_factory=list)
    ended: bool = False

    @property
    def events(self) -> list[dict[str, str]]:
        return [json.loads(line.removeprefix("data: ")) for line in self.lines if line.startswith("data: ")]

    @property
    def ids(self) -> list[int]:
        return [int(line.removeprefix("id: ")) for line in self.lines if line.startswith("id: ")]


Listen = Callable[..., Awaitable[Heard]]


@asynccontextmanager
async def listening(origin: str) -> AsyncIterator[Listen]:
    """A function that opens a stream with a person's cookie and notes what it says."""
    tasks: list[asyncio.Task[None]] = []
    async with aiohttp.ClientSession() as http:

        async def note(reply: aiohttp.ClientResponse, heard: Heard) -> None:
            async with reply:
                async for line in reply.content:
                    heard.lines.append(line.decode().rstrip("\n"))
            heard.ended = True

        async def listen(person: Person, query: str = "", **headers: str) -> Heard:
            sent = {"Cookie": f"pw_session={person.cookie}", "Accept": "text/event-stream", **headers}
            reply = await http.get(f"{origin}/events{query}", headers=sent)
            assert reply.status == 200
            assert reply.content_type == "text/event-stream"
            heard = Heard()
            tasks.append(asyncio.create_task(note(reply, heard)))
            await eventually(lambda: heard.lines)
            return heard

        yield listen
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
async def origin(app: App) -> AsyncIterator[str]:
    """The dashboard over real HTTP, with quick heartbeats."""
    web = create_web(app, heartbeat=HEARTBEAT)
    async with serving(web, free_port()) as address:
        yield address
        await web.state.door.changes.close()


@pytest.fixture
async def listen(origin: str) -> AsyncIterator[Listen]:
    async with listening(origin) as opened:
        yield opened


async def announce(app: App, person: Person, *posts: UUID) -> None:
    async with app.db.tx() as tx:
        await changes.announce(tx, [(person.member.workspace.id, post) for post in posts])


async def ready(heard: Heard) -> None:
    """Until the process listens: whoever was there before is told that anything may have changed."""
    await eventually(lambda: heard.events == [ANYTHING])


def last_is(heard: Heard, post: UUID) -> bool:
    return heard.events[-1] == {"post": str(post)}


async def test_a_change_is_heard_by_its_workspace_and_by_no_other(app: App, person: Person, listen: Listen) -> None:
    await ready(await listen(person))
    stranger = await join(app)
    mine, also_mine, theirs = await listen(person), await listen(person), await listen(stranger)
    post, other = uuid4(), uuid4()
    await announce(app, person, post)
    await announce(app, stranger, other)
    await eventually(lambda: theirs.events)
    await eventually(lambda: mine.events and also_mine.events)
    assert mine.events == also_mine.events == [{"post": str(post)}]
    assert theirs.events == [{"post": str(other)}]


async def test_what_changed_between_a_pages_making_and_its_listening_is_told(
    app: App, person: Person, listen: Listen, clock: ManualClock
) -> None:
    await ready(await listen(person))
    clock.advance(timedelta(seconds=1))
    page = await visitor(create_web(app), person).open("/posts")
    seen = page.source.partition('name="seen" content="')[2].partition('"')[0]
    clock.advance(timedelta(milliseconds=1))
    post = uuid4()
    await announce(app, person, post)
    before = await listen(person)
    late = await listen(person, f"?last_event_id={seen}")
    await eventually(lambda: late.events == [{"post": str(post)}])
    assert before.events in ([], [{"post": str(post)}])


async def test_a_stream_goes_on_from_the_event_that_was_seen_last(
    app: App, person: Person, listen: Listen, clock: ManualClock
) -> None:
    first = await listen(person)
    await ready(first)
    posts = [uuid4(), uuid4()]
    for post in posts:
        clock.advance(timedelta(seconds=1))
        await announce(app, person, post)
        await eventually(partial(last_is, first, post))
    again = await listen(person, "?last_event_id=1", **{"Last-Event-ID": str(first.ids[1] + 1)})
    await eventually(lambda: again.events == [{"post": str(posts[1])}])
    old = await listen(person, f"?last_event_id={event_id(clock.now() - timedelta(days=1))}")
    await eventually(lambda: old.events == [ANYTHING])


async def test_a_quiet_stream_is_kept_open_by_comments(person: Person, listen: Listen) -> None:
    heard = await listen(person)
    await eventually(lambda: heard.lines.count(":") >= 2)
    assert not heard.ended


async def test_a_stream_ends_with_its_session(app: App, person: Person, listen: Listen) -> None:
    stranger = await join(app)
    mine, theirs = await listen(person), await listen(stranger)
    caller = await auth.authenticate_cookie(app, person.cookie)
    async with app.db.tx() as tx:
        await auth.log_out(tx, app, caller)
    await eventually(lambda: mine.ended)
    assert not theirs.ended


async def test_after_the_database_has_hung_up_listening_begins_again(app: App, person: Person, listen: Listen) -> None:
    heard = await listen(person)
    await ready(heard)
    async with app.db.tx() as tx:
        [pid] = await ears(tx)
        assert (await tx.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})).scalar_one()
    await eventually(lambda: heard.events == [ANYTHING, ANYTHING])
    post = uuid4()
    await announce(app, person, post)
    await eventually(lambda: heard.events[-1] == {"post": str(post)})


async def test_one_connection_serves_all_streams(app: App, person: Person, listen: Listen) -> None:
    await ready(await listen(person))
    for _ in range(4):
        await listen(person)
    async with app.db.tx() as tx:
        assert len(await ears(tx)) == 1


async def ears(tx: Tx) -> list[int]:
    """The database's processes of connections that listen."""
    listening = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"
    return list((await tx.execute(text(listening))).scalars())


async def test_a_server_that_stops_ends_its_streams_at_once(app: App, person: Person) -> None:
    doors = Doors(app)
    port = free_port()
    async with serving(doors, port) as address, listening(address) as listen:
        heard = await listen(person)
        await doors.close()
        await eventually(lambda: heard.ended)
        assert (await listen(person)).lines[0] == ": welcome"


async def test_nobody_listens_without_a_session(origin: str) -> None:
    async with aiohttp.ClientSession() as http, http.get(f"{origin}/events") as reply:
        assert str(reply.url).startswith(f"{origin}/login")
    sent = {"Accept": "text/event-stream", "Cookie": "pw_session=01a1f86f-0d60-7791-b254-a7b83193c1aa.x"}
    async with aiohttp.ClientSession() as http, http.get(f"{origin}/events", headers=sent) as reply:
        assert reply.status == 401


async def test_a_stream_that_does_not_keep_up_is_told_that_anything_may_have_changed() -> None:
    stream = Stream()
    for number in range(MOST_WAITING + 1):
        stream.tell(Notice(number, uuid4()))
    assert await stream.next(HEARTBEAT) == Notice(MOST_WAITING, None)
    assert await stream.next(HEARTBEAT) is None


async def test_the_same_post_waits_once() -> None:
    stream, post = Stream(), uuid4()
    stream.tell(Notice(1, post))
    stream.tell(Notice(2, post))
    assert await stream.next(HEARTBEAT) == Notice(1, post)
    assert await stream.next(HEARTBEAT) is None


async def test_streams_that_closed_are_forgotten(db: Database, clock: ManualClock) -> None:
    ear, workspace = Changes(db, clock), uuid4()
    with ear.stream(workspace, None), ear.stream(workspace, None):
        assert len(ear._all()) == 2
    assert ear._all() == []
    await ear.close()
    with ear.stream(workspace, None) as late:
        assert late.ended
