"""Posts of which it is not known whether they landed, comments likewise, and what refusals mean."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from postwright.domain.errors import (
    AuthExpired,
    AuthRevoked,
    PlatformError,
    QuotaReached,
    RateLimited,
    Rejected,
    Surprise,
    Uncertain,
)
from postwright.domain.publication import Checkpoint
from postwright.platforms.base import CannotTell, Landed, NotLanded, NotSeen, Published, Waiting
from postwright.platforms.linkedin.spec import FINDER_COUNT, LinkedInOptions
from tests.platforms.linkedin.scripted import MEMBER, ORGANIZATION, Says, Scene
from tests.support.clock import START
from tests.support.publishing import Drive, content, picture

PLAIN = LinkedInOptions()
COMMENTED = LinkedInOptions(first_comment="First!")
TEXT = content(PLAIN, caption="Sale (50%)")
POINT = Checkpoint("post", {"kind": "text"})
OUT = Checkpoint(
    "first_comment", {"kind": "text"}, "urn:li:share:7", "https://www.linkedin.com/feed/update/urn:li:share:7/"
)
SAME = Says(422, {"status": 422, "code": "UNPROCESSABLE_ENTITY", "message": "Content is a duplicate of urn:li:share:7"})
FORBIDDEN = Says(403, {"status": 403, "code": "ACCESS_DENIED"})


def listed(*posts: Mapping[str, object]) -> Says:
    return Says(200, {"paging": {}, "elements": list(posts)})


def seen_post(
    urn: str = "urn:li:share:7", minutes: float = 0, text: str = r"Sale \(50%\)", shows: str | None = None
) -> dict[str, object]:
    created = START + timedelta(minutes=minutes)
    held = {"content": {"media": {"id": shows}}} if shows else {}
    return {"id": urn, "commentary": text, "createdAt": int(created.timestamp() * 1000), **held}


async def step(drive: Drive, point: Checkpoint) -> Waiting | Published:
    drive.checkpoint = point
    return await drive.step(TEXT)


async def test_a_members_post_is_tried_again_while_a_second_one_would_be_refused(scene: Scene) -> None:
    drive = scene.drive()
    scene.clock.advance(timedelta(minutes=8))
    verdict = await drive.adapter.reconcile(drive.call, TEXT, POINT, START)
    assert isinstance(verdict, NotLanded)
    scene.says(SAME)
    published = await step(drive, verdict.checkpoint)
    assert published == Published("urn:li:share:7", "https://www.linkedin.com/feed/update/urn:li:share:7/")


async def test_after_that_a_person_decides(scene: Scene) -> None:
    drive = scene.drive()
    verdict = await drive.adapter.reconcile(drive.call, TEXT, POINT, START)
    assert isinstance(verdict, NotLanded)
    scene.clock.advance(timedelta(minutes=9))
    with pytest.raises(Uncertain):
        await step(drive, verdict.checkpoint)
    # It is the first try that counts, however late a later one was.
    again = await drive.adapter.reconcile(drive.call, TEXT, verdict.checkpoint, scene.clock.now())
    assert isinstance(again, CannotTell)
    assert scene.script.seen == []


async def test_a_duplicate_of_a_post_that_is_not_in_doubt_is_refused(scene: Scene) -> None:
    scene.says(SAME)
    with pytest.raises(Rejected, match="just before"):
        await step(scene.drive(), POINT)


async def test_a_refusal_in_doubt_that_names_no_post_leaves_the_doubt(scene: Scene) -> None:
    scene.says(Says(422, {"status": 422, "code": "UNPROCESSABLE_ENTITY", "message": "cannot"}))
    with pytest.raises(Uncertain):
        await step(scene.drive(), POINT.to("post", first_try=START.isoformat()))


async def test_an_organisations_post_is_found_in_its_list(scene: Scene) -> None:
    drive = scene.drive(ORGANIZATION)
    others = [seen_post("urn:li:share:1", -2), seen_post("urn:li:share:2", text="Other")]
    scene.says(listed(*others, seen_post()))
    verdict = await drive.adapter.reconcile(drive.call, content(COMMENTED, caption="Sale (50%)"), POINT, START)
    assert verdict == Landed(Checkpoint("first_comment", POINT.notes, OUT.external_id, OUT.external_url))
    (asked,) = scene.script.seen
    query = f"author=urn%3Ali%3Aorganization%3A42&q=author&count={FINDER_COUNT}&sortBy=CREATED"
    assert (asked.path, asked.headers["X-RestLi-Method"]) == (f"/rest/posts?{query}", "FINDER")


async def test_of_two_that_say_the_same_the_assets_tell_which_it_is(scene: Scene) -> None:
    drive, post = scene.drive(ORGANIZATION), content(PLAIN, picture(), caption="Sale (50%)")
    point = Checkpoint("post", {"kind": "image", "assets": ["urn:li:image:I1"]})
    scene.says(listed(seen_post("urn:li:share:9", shows="urn:li:image:I9"), seen_post(shows="urn:li:image:I1")))
    verdict = await drive.adapter.reconcile(drive.call, post, point, START)
    assert isinstance(verdict, Landed)
    assert verdict.checkpoint.external_id == "urn:li:share:7"


async def test_of_two_that_are_alike_none_is_picked(scene: Scene) -> None:
    drive = scene.drive(ORGANIZATION)
    scene.says(listed(seen_post("urn:li:share:8"), seen_post()))
    assert isinstance(await drive.adapter.reconcile(drive.call, TEXT, POINT, START), CannotTell)


async def test_what_is_not_in_the_list_is_tried_again_in_time_safely_and_later_certainly(scene: Scene) -> None:
    drive = scene.drive(ORGANIZATION)
    scene.says(listed(), listed())
    early = await drive.adapter.reconcile(drive.call, TEXT, POINT, START)
    assert isinstance(early, NotLanded)
    scene.clock.advance(timedelta(hours=5))
    with pytest.raises(Uncertain):
        await step(drive, early.checkpoint)
    late = await drive.adapter.reconcile(drive.call, TEXT, early.checkpoint, scene.clock.now())
    assert isinstance(late, NotLanded)
    scene.says(Says(201, headers={"x-restli-id": "urn:li:share:8"}))
    assert isinstance(await step(drive, late.checkpoint), Published)


@pytest.mark.parametrize("answer", [FORBIDDEN, listed(*[seen_post(text="Other")] * FINDER_COUNT)])
async def test_a_list_that_does_not_show_all_says_nothing(scene: Scene, answer: Says) -> None:
    drive = scene.drive(ORGANIZATION)
    scene.clock.advance(timedelta(minutes=9))
    scene.says(answer)
    assert isinstance(await drive.adapter.reconcile(drive.call, TEXT, POINT, START), CannotTell)


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (listed({"actor": MEMBER, "message": {"text": "First!"}}), Landed(OUT.to("finish"))),
        (listed({"actor": ORGANIZATION, "message": {"text": "First!"}}), NotSeen(OUT)),
        (listed(*[{"message": {"text": "Nice"}}] * 50), None),
        (FORBIDDEN, None),
    ],
)
async def test_a_first_comment_is_looked_for_where_that_is_allowed(
    scene: Scene, answer: Says, verdict: Landed | NotLanded | None
) -> None:
    drive = scene.drive()
    scene.says(answer)
    found = await drive.adapter.reconcile(drive.call, content(COMMENTED), OUT, START)
    assert found == verdict or (verdict is None and isinstance(found, CannotTell))
    assert scene.script.calls() == ["GET /rest/socialActions/urn%3Ali%3Ashare%3A7/comments?count=50"]


async def test_a_comment_that_nobody_names_may_not_be_there(scene: Scene) -> None:
    drive = scene.drive()
    scene.says(Says(201, headers={"x-linkedin-id": "urn:li:share:7"}), Says(200))
    with pytest.raises(Surprise):
        await drive.to_the_end(content(COMMENTED))


async def test_the_first_comment_is_plain_text_under_the_post(scene: Scene) -> None:
    drive = scene.drive()
    scene.says(Says(201, headers={"x-linkedin-id": "urn:li:share:7"}), Says(201, headers={"x-restli-id": "6"}))
    options = LinkedInOptions.model_validate(
        {"first_comment": "(50%)", "visibility": "LOGGED_IN", "disable_reshare": True}
    )
    published = await drive.to_the_end(content(options, caption="Hi *there*"))
    assert published.external_id == "urn:li:share:7"
    post, comment = (json.loads(seen.body) for seen in scene.script.seen)
    assert post == {
        "author": MEMBER,
        "commentary": r"Hi \*there\*",
        "visibility": "LOGGED_IN",
        "distribution": {"feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": []},
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": True,
    }
    assert comment == {"actor": MEMBER, "object": "urn:li:share:7", "message": {"text": "(50%)"}}


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        (Says(201), Surprise, None),
        (Says(400, {"code": "FIELD_LENGTH_TOO_LONG", "message": "too long"}), Rejected, "FIELD_LENGTH_TOO_LONG"),
        (Says(400, {"code": "INVALID_URL"}), Rejected, "INVALID_URL"),
        (Says(400, {"code": "VERSION_MISSING"}), Rejected, "VERSION_MISSING"),
        (Says(426, {"status": 426, "code": "NONEXISTENT_VERSION"}), Rejected, "NONEXISTENT_VERSION"),
        (Says(401, {"code": "INVALID_ACCESS_TOKEN", "serviceErrorCode": 65600}), AuthExpired, "INVALID_ACCESS_TOKEN"),
        (Says(401, {"serviceErrorCode": 65601}), AuthRevoked, "65601"),
        (Says(401), AuthExpired, "401"),
        (Says(403, {"serviceErrorCode": 100}), AuthRevoked, "100"),
        (Says(404, {"code": "NOT_FOUND"}), Rejected, "NOT_FOUND"),
        (Says(409, {"code": "CONFLICT"}), Uncertain, "CONFLICT"),
        (Says(429), RateLimited, "429"),
        (Says(500, {"code": "INTERNAL_SERVER_ERROR"}), Uncertain, "INTERNAL_SERVER_ERROR"),
        (Says(504), Uncertain, "504"),
        (Says(302), Surprise, "302"),
    ],
)
async def test_what_a_refusal_of_a_post_means(
    scene: Scene, answer: Says, error: type[PlatformError], code: str | None
) -> None:
    scene.says(answer)
    with pytest.raises(PlatformError) as caught:
        await step(scene.drive(), POINT)
    assert (type(caught.value), caught.value.code, caught.value.until) == (error, code, None)


async def test_the_days_allowance_is_whole_again_at_midnight_utc(scene: Scene) -> None:
    scene.says(Says(429, {"status": 429, "code": "TOO_MANY_REQUESTS", "message": "Resource level throttle limit"}))
    with pytest.raises(QuotaReached) as caught:
        await step(scene.drive(), POINT)
    assert caught.value.until == datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize("answer", [Says(204), Says(404, {"code": "NOT_FOUND"})])
async def test_a_post_is_taken_down_also_where_it_is_gone(scene: Scene, answer: Says) -> None:
    drive = scene.drive()
    scene.says(answer)
    assert await drive.adapter.remove(drive.call, "urn:li:share:7")
    (asked,) = scene.script.seen
    assert (asked.method, asked.path) == ("DELETE", "/rest/posts/urn%3Ali%3Ashare%3A7")
    assert asked.headers["X-RestLi-Method"] == "DELETE"
