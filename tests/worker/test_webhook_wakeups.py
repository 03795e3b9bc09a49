"""Webhooks over real HTTP: subscribed at the sandbox, sent by it, verified here, and never more than a wake-up."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from postwright.kit.clock import SystemClock
from postwright.kit.crypto import Secret
from postwright.platforms.tiktok.spec import SIGNATURE_AGE
from postwright.sandbox.samples import sample
from postwright.sandbox.twins.linkedin import hooks as linkedin
from postwright.sandbox.twins.meta import hooks as meta
from postwright.sandbox.twins.tiktok import hooks as tiktok
from postwright.sandbox.twins.x import hooks as x
from postwright.sandbox.twins.youtube import websub
from postwright.services import calls, media, webhooks
from postwright.services.drafts import MediaRef
from postwright.settings import Credentials
from postwright.storage import accounts
from postwright.storage.posts import PostRow, PublicationRow
from tests.platforms.youtube.facts import padded
from tests.support.clock import ManualClock
from tests.support.waiting import eventually
from tests.support.world import World, running_world

DELAY = timedelta(seconds=30)
"""How long the sandbox processes a video."""
Sign = Callable[[str, bytes, datetime], str]
Send = Callable[[World, UUID, PostRow], Awaitable[None]]


async def pass_time_there(world: World, account_id: UUID, post: PostRow) -> None:  # noqa: ARG001 - a Send like the others
    """The platform has processed the first video, before anybody here looks again."""
    await world.sandbox_post("clock", {"advance_seconds": DELAY.total_seconds() / 2 + 1})


async def comment(world: World, account_id: UUID, post: PostRow) -> None:  # noqa: ARG001 - a Send like the others
    """Somebody comments on the post."""
    await world.sandbox_post("comment", {"post": post.publications[0].external_id, "text": "Lovely"})


async def take_down(world: World, account_id: UUID, post: PostRow) -> None:
    """The owner deletes the post at the platform."""
    async with world.app.db.tx() as tx:
        held = await accounts.held(tx, account_id)
    assert held is not None
    external_id = post.publications[0].external_id
    assert external_id is not None
    async with calls.line_to(world.app, held.account, lambda *_: None) as call:
        assert await world.app.adapter(held.account.platform).remove(call, external_id)


@dataclass(frozen=True)
class Scene:
    """A platform, a post that it keeps waiting, and what it then tells of it."""

    platform: str
    login: str
    files: tuple[str, ...]
    options: Mapping[str, object]
    told: str
    """A pattern of the notice, around the id of what it is about."""
    header: str
    sign: Sign
    event: Send
    stall: Mapping[str, object] = field(default_factory=dict)
    """The fault that keeps a post waiting where the platform has nothing to process."""
    notices: int = 1
    """How many notices the platform sends of it."""

    @property
    def secret(self) -> str:
        return f"sandbox-{self.platform}-secret"


FIRST = {"first_comment": "More in the bio"}
LATER = {"kind": "status", "status": 503, "method": "POST"}
SCENES = [
    Scene(
        "facebook", "facebook", ("{}.mp4",), {"post_type": "reel"}, r'"value":\{"id":"(\d+)"', "x-hub-signature-256",
        lambda secret, body, _: meta.signature(secret, body), pass_time_there, notices=2,
    ),
    Scene(
        "tiktok", "tiktok", ("{}.mp4",), {"privacy_level": "SELF_ONLY"}, r'publish_id\\":\\"([^\\]+)',
        "tiktok-signature",
        lambda secret, body, at: tiktok.signature(secret, int(at.timestamp()), body), pass_time_there,
    ),
    Scene(
        "youtube", "youtube", ("{}.mp4",), {}, "<yt:videoId>([^<]+)", "x-hub-signature",
        lambda secret, body, _: websub.signature(secret, body), pass_time_there,
    ),
    Scene(
        "instagram", "instagram", ("{}.jpg",), FIRST, r'"media":\{"id":"(\d+)"', "x-hub-signature-256",
        lambda secret, body, _: meta.signature(secret, body), comment, {**LATER, "path": "/comments$"},
    ),
    Scene(
        "linkedin", "linkedin_pages", (), FIRST, '"sourcePost":"([^"]+)"', "x-li-signature",
        lambda secret, body, _: linkedin.signature(secret, body), comment, {**LATER, "path": "/comments$"},
    ),
    Scene(
        "x", "x", (), {"thread": ["And more"]}, r'"status":\{"id":"(\d+)"', "x-twitter-webhooks-signature",
        lambda secret, body, _: x.signature(secret, body), take_down, {**LATER, "path": "/2/tweets$", "after": 1},
    ),
]  # fmt: skip


@pytest.fixture
def clock() -> ManualClock:
    """It agrees with the sandbox's: some platforms sign the time."""
    return ManualClock(SystemClock().now())


@dataclass
class Told:
    """A post that waits, another of the same account beside it, and the notice that was sent of the first."""

    scene: Scene
    world: World
    first: UUID
    second: UUID
    until: datetime
    """When the first would have been looked at without a notice."""
    body: bytes
    headers: Mapping[str, str]

    async def waiting(self, post_id: UUID) -> PublicationRow:
        [publication] = (await self.world.get(post_id)).publications
        return publication

    async def receipts(self) -> int:
        async with self.world.app.db.statement() as connection:
            return int(await connection.fetchval("SELECT count(*) FROM webhook_receipts"))

    async def undo(self, *, receipts: bool) -> None:
        """As if the notice had not come; without `receipts`, only its effect is undone."""
        async with self.world.app.db.statement() as connection:
            await connection.execute(
                "UPDATE publications SET next_run_at = $1 WHERE post_id = $2", self.until, self.first
            )
            if receipts:
                await connection.execute("DELETE FROM webhook_receipts")

    async def send(self, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> int:
        """Send the notice again, or another one; the status of the answer."""
        url = f"{self.world.app.settings.public_url}/api/webhooks/{self.scene.platform}"
        headers = self.headers if headers is None else headers
        async with self.world.browser.post(url, data=self.body if body is None else body, headers=headers) as reply:
            return reply.status

    def signed(self, body: bytes, secret: str | None = None, age: timedelta = timedelta()) -> Mapping[str, str]:
        """The header of a body that the platform would send, or would not."""
        right = (
            webhooks.verify_token(self.world.app, "youtube") if self.scene.platform == "youtube" else self.scene.secret
        )
        return {self.scene.header: self.scene.sign(secret or right, body, self.world.app.clock.now() - age)}


async def subscribe(world: World, platform: str, **changes: str) -> None:
    """Enter this server at the platform, as its operator would."""
    word = webhooks.verify_token(world.app, platform)
    url = f"{world.app.settings.public_url}/api/webhooks/{platform}"
    await world.sandbox_post(
        "seed", {"webhooks": {platform: {"url": url, "verify_token": word, "secret": word, **changes}}}
    )


async def unlike_others(world: World, name: str) -> None:
    """A video of its own bytes: not every platform takes the same one twice."""
    path = world.folder / name
    path.write_bytes(padded(sample("reel.mp4"), 64))
    stored = await media.add_file(world.app, world.caller.workspace_id, media.Upload(path, name, media.sha256_of(path)))
    world.uploaded[name] = MediaRef(id=stored.media.id)


async def wait_at(world: World, scene: Scene, account_id: UUID, name: str) -> UUID:
    """A post that is as far as it comes by itself for now."""
    files = [pattern.format(name) for pattern in scene.files]
    for file in files:
        if file.endswith(".mp4"):
            await unlike_others(world, file)
    if scene.stall:
        await world.fault(**scene.stall)  # type: ignore[arg-type]  # the kind and its scope
    post = await world.post(account_id, *files, caption=f"Post {name}", options=scene.options)
    await world.work()
    return post.id


async def told_of(world: World, scene: Scene) -> tuple[bytes, Mapping[str, str]]:
    """The notice, once it was delivered."""
    for notice in await world.notices():
        if notice["platform"] == scene.platform and re.search(scene.told, str(notice["body"])):
            assert isinstance(notice["headers"], dict)
            return str(notice["body"]).encode() if notice["delivered"] else b"", notice["headers"]
    return b"", {}


@pytest.fixture(params=SCENES, ids=lambda scene: scene.platform)
async def told(request: pytest.FixtureRequest, world: World) -> Told:
    """Two posts wait; the platform tells of the first."""
    scene: Scene = request.param
    [account_id, *_] = await world.connect(scene.login, platform=scene.platform)
    first = await wait_at(world, scene, account_id, "a")
    if not scene.stall:
        await world.sandbox_post("clock", {"advance_seconds": DELAY.total_seconds() / 2})
    second = await wait_at(world, scene, account_id, "b")
    post = await world.get(first)
    until = post.publications[0].next_run_at
    assert until is not None
    assert until > world.app.clock.now()
    await subscribe(world, scene.platform)
    await scene.event(world, account_id, post)

    async def delivered() -> bool:
        sent = [notice["delivered"] for notice in await world.notices() if notice["platform"] == scene.platform]
        return len(sent) >= scene.notices and all(sent)

    await eventually(delivered)
    return Told(scene, world, first, second, until, *await told_of(world, scene))


async def test_a_notice_wakes_the_post_it_speaks_of_and_counts_once(told: Told) -> None:
    now, second = told.world.app.clock.now(), await told.waiting(told.second)
    assert (await told.waiting(told.first)).next_run_at == now
    assert second.next_run_at is not None
    assert second.next_run_at > now
    counted = await told.receipts()
    await told.undo(receipts=False)
    assert await told.send() == 200
    assert await told.receipts() == counted
    assert (await told.waiting(told.first)).next_run_at == told.until
    await told.undo(receipts=True)
    assert await told.send() == 200
    assert await told.world.work() == 1
    assert (await told.waiting(told.second)) == second
    await told.world.work_until(told.first, "published")


async def test_what_is_forged_old_late_or_about_nothing_here_changes_nothing(told: Told) -> None:
    await told.undo(receipts=True)
    altered = told.body + b" "
    forged = [(told.body, {}), (altered, told.headers), (told.body, told.signed(told.body, "wrong"))]
    forged += [(told.body, {told.scene.header: ""}), (told.body, {told.scene.header: "é"})]
    if told.scene.platform == "tiktok":
        forged.append((told.body, told.signed(told.body, age=SIGNATURE_AGE + timedelta(seconds=1))))
        forged.append((told.body, told.signed(told.body, age=-SIGNATURE_AGE - timedelta(seconds=1))))
    for body, headers in forged:
        assert await told.send(body, headers) == 403
    assert await told.receipts() == 0

    [(subject,)] = {match.groups() for match in re.finditer(told.scene.told, told.body.decode())}
    strange = told.body.replace(subject.encode(), b"1234567890")
    assert await told.send(strange, told.signed(strange)) == 200
    assert (await told.waiting(told.first)).next_run_at == told.until

    await told.undo(receipts=True)
    assert await told.send(told.body, told.signed(told.body)) == 200
    assert (await told.waiting(told.first)).next_run_at == told.world.app.clock.now()
    row = await told.world.work_until(told.first, "published", "failed", "needs_attention")
    await told.undo(receipts=True)
    assert await told.send(told.body, told.signed(told.body)) == 200
    assert (await told.world.get(told.first)).state == row.state == "published"


@pytest.mark.parametrize("platform", ["facebook", "instagram", "youtube"])
async def test_a_subscription_with_another_word_is_not_answered(world: World, platform: str) -> None:
    with pytest.raises(AssertionError, match="challenge"):
        await subscribe(world, platform, verify_token="another")
    await subscribe(world, platform)


@pytest.mark.parametrize("platform", ["x", "linkedin"])
async def test_a_challenge_that_another_apps_secret_answers_fails(
    database_url: str, tmp_path: Path, clock: ManualClock, platform: str
) -> None:
    mine = {platform: Credentials(f"sandbox-{platform}", Secret("of another app"))}
    async with running_world(database_url, tmp_path, clock, credentials=mine) as world:
        with pytest.raises(AssertionError, match=r"Crc|challenge"):
            await subscribe(world, platform)
