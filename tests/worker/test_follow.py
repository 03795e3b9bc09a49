"""What was sent and is not seen yet: nobody changes it meanwhile, and where nothing is found out, a person decides."""

import pytest

from postwright.domain.errors import Conflict
from postwright.domain.publication import State
from tests.support.world import World, states

STATUS = "/v2/post/publish/status/fetch/"
PRIVATE = {"privacy_level": "SELF_ONLY"}


async def test_what_was_sent_and_gives_no_answer_ends_with_a_person(world: World) -> None:
    [account] = await world.connect("tiktok", platform="tiktok")
    post = await world.post(account, "a.mp4", options=PRIVATE, caption="Sent")
    await world.fault("status", path=STATUS, status=503, count=-1)
    while not await world.calls(STATUS):
        await world.work()
        [publication] = (await world.get(post.id)).publications
        assert publication.next_run_at is not None
        await world.advance_to(publication.next_run_at)
    assert states(await world.get(post.id)) == [State.PUBLISHING]
    with pytest.raises(Conflict, match="being published"):
        await world.delete(post.id)
    row = await world.work_until(post.id, "failed", "needs_attention", "published")
    assert row.state == "needs_attention"
    assert "It was sent" in str(row.publications[0].error)
    await world.send_again(post.id)
    async with world.browser.delete(f"{world.sandbox}/_sandbox/faults") as reply:
        assert reply.status == 200
    row = await world.work_until(post.id, "failed", "needs_attention", "published")
    assert row.state == "published"
