"""Calls without an answer whose effect comes late, or never: where only a list tells of it, a no takes its time."""

from datetime import datetime, timedelta
from uuid import UUID

from postwright.domain.retry import MAX_ATTEMPTS, SETTLING
from postwright.kit.http import Request
from postwright.services import tokens
from postwright.storage.posts import PostRow
from tests.support.world import World

FEED = "/feed$"
FINAL = ("published", "needs_attention", "failed")


async def work_until_time(world: World, post: PostRow, until: datetime) -> None:
    """Do all that comes up before that time, then move the clock to it."""
    while world.app.clock.now() < until:
        await world.work()
        [publication] = (await world.get(post.id)).publications
        await world.advance_to(min(publication.next_run_at or until, until))


async def take_effect(world: World, account: UUID, cut: dict[str, object], message: str) -> None:
    """Let a call that was cut arrive after all."""
    headers = {"Authorization": f"Bearer {await tokens.usable(world.app, account)}"}
    url = f"https://{cut['host']}{cut['path']}"
    reply = await world.app.http.send(Request("POST", url, form={"message": message}, headers=headers))
    assert reply.status == 200


async def test_a_call_that_takes_effect_long_after_its_reply_was_lost_is_not_made_again(world: World) -> None:
    account, *_ = await world.connect("facebook", platform="facebook")
    await world.fault("cut_before", path=FEED)
    post = await world.post(account, caption="Only once")
    await work_until_time(world, post, world.app.clock.now() + timedelta(minutes=2))
    [cut] = await world.calls(FEED)
    await take_effect(world, account, cut, "Only once")
    assert (await world.work_until(post.id, *FINAL)).state == "published"
    assert len(await world.visible()) == 1


async def test_a_call_that_never_took_effect_is_made_again_when_it_no_longer_can(world: World) -> None:
    account, *_ = await world.connect("facebook", platform="facebook")
    await world.fault("cut_before", path=FEED)
    post = await world.post(account, caption="At last")
    row = await world.work_until(post.id, *FINAL)
    assert (row.state, row.publications[0].attempts) == ("published", 2)
    first, second = [datetime.fromisoformat(str(call["at"])) for call in await world.calls(FEED)]
    assert second - first > SETTLING
    assert len(await world.visible()) == 1


async def test_a_call_that_never_gets_an_answer_spends_its_attempts(world: World) -> None:
    account, *_ = await world.connect("facebook", platform="facebook")
    await world.fault("cut_before", path=FEED, count=-1)
    post = await world.post(account, caption="In vain")
    row = await world.work_until(post.id, *FINAL, rounds=80)
    assert (row.state, len(await world.calls(FEED))) == ("failed", MAX_ATTEMPTS)
    assert "connection broke" in str(row.publications[0].error)
