"""Insights: which metrics there are for what, and when."""

import pytest

from tests.sandbox.client import CLARA, Answer, Graph, Sandbox

HOUR = 3600


async def metrics(graph: Graph, media: str, names: str, **query: str) -> Answer:
    return await graph.get(f"{media}/insights", metric=names, **query)


async def test_a_post_has_numbers_that_grow(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    media = await clara.posted()
    fresh = (await metrics(clara, media, "views,reach,saved")).body["data"]
    await sandbox.admin("clock", advance_seconds=5 * HOUR)
    later = (await metrics(clara, media, "views,reach,saved")).body["data"]
    assert [metric["name"] for metric in later] == ["views", "reach", "saved"]
    assert fresh[0]["values"][0]["value"] == 0
    assert later[0]["values"][0]["value"] > later[1]["values"][0]["value"] > 0
    assert later[0]["id"] == f"{media}/insights/views/lifetime"
    assert later[0]["period"] == "lifetime"


@pytest.mark.parametrize("name", ["impressions", "plays", "replies", "ig_reels_avg_watch_time", "total_likes", ""])
async def test_a_metric_that_a_post_does_not_have_is_refused(sandbox: Sandbox, name: str) -> None:
    clara = await sandbox.clara()
    answer = await metrics(clara, await clara.posted(), name)
    assert answer.error[0] == 100


async def test_some_metrics_belong_to_facebook_login(sandbox: Sandbox) -> None:
    ada = await sandbox.ada()
    assert (await metrics(ada, await ada.posted(), "total_likes,total_views")).status == 200


async def test_a_story_needs_viewers_and_is_forgotten_after_a_day(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    story = (await clara.container(media_type="STORIES", image_url=sandbox.sample("story.jpg"))).body["id"]
    media = (await clara.publish(story)).body["id"]
    few = await metrics(clara, media, "views")
    assert few.error == (10, None)
    assert "(#10) Not enough viewers" in few.body["error"]["message"]
    await sandbox.admin("clock", advance_seconds=HOUR)
    assert (await metrics(clara, media, "views,replies,navigation")).status == 200
    split = await metrics(clara, media, "navigation", breakdown="story_navigation_action_type")
    assert split.status == 200
    assert (await metrics(clara, media, "views", breakdown="story_navigation_action_type")).error == (100, None)
    await sandbox.admin("clock", advance_seconds=24 * HOUR)
    assert (await metrics(clara, media, "views")).body == {"data": []}


async def test_carousel_children_have_no_insights(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    items = [await clara.image(is_carousel_item="true") for _ in range(2)]
    carousel = (await clara.container(media_type="CAROUSEL", children=",".join(items))).body["id"]
    media = (await clara.publish(carousel)).body["id"]
    child = (await clara.get(f"{media}/children")).body["data"][0]["id"]
    assert (await metrics(clara, media, "views")).status == 200
    assert (await metrics(clara, child, "views")).error[0] == 100


async def test_the_permission_is_its_own(sandbox: Sandbox) -> None:
    clara = await sandbox.clara(scope="instagram_business_basic,instagram_business_content_publish")
    assert (await metrics(clara, await clara.posted(), "views")).error == (10, None)


async def account(graph: Graph, **query: str) -> Answer:
    return await graph.get(f"{graph.account}/insights", **query)


async def test_an_account_has_totals_and_a_series(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    await clara.posted()
    await sandbox.admin("clock", advance_seconds=HOUR)
    totals = await account(clara, metric="views,likes", period="day", metric_type="total_value")
    assert totals.body["data"][0]["total_value"]["value"] > 0
    series = await account(clara, metric="reach,follower_count", period="day")
    assert len(series.body["data"][0]["values"]) == 2
    assert series.body["data"][0]["values"][0]["end_time"].endswith("+0000")


@pytest.mark.parametrize(
    "query",
    [
        {"metric": "views", "period": "day"},
        {"metric": "views"},
        {"metric": "views", "period": "fortnight", "metric_type": "total_value"},
        {"metric": "impressions", "period": "day"},
        {"metric": "follower_demographics", "period": "day"},
        {"metric": "follower_demographics", "period": "lifetime", "metric_type": "total_value"},
    ],
)
async def test_account_metrics_in_the_wrong_form_are_refused(sandbox: Sandbox, query: dict[str, str]) -> None:
    clara = await sandbox.clara()
    assert (await account(clara, **query)).error[0] == 100


async def test_demographics_come_with_breakdown_and_timeframe(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    form = {"metric": "follower_demographics", "period": "lifetime", "metric_type": "total_value"}
    answer = await account(clara, **form, breakdown="country", timeframe="this_month")
    assert answer.body["data"][0]["total_value"]["breakdowns"][0]["dimension_keys"] == ["country"]
    assert answer.body["data"][0]["id"] == f"{CLARA}/insights/follower_demographics/lifetime"


async def test_a_small_account_is_told_nothing_of_its_followers(sandbox: Sandbox) -> None:
    small = await sandbox.clara(sandbox_accounts="lantern.books")
    answer = await small.get("me/insights", metric="follower_count,reach", period="day")
    assert [metric["name"] for metric in answer.body["data"]] == ["reach"]
