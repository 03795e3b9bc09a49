"""Containers of pictures: what is fetched, checked and refused at once."""

import aiohttp
import pytest
from aiohttp import web

from tests.sandbox.client import Sandbox
from tests.support.waiting import free_port


async def test_a_picture_is_fetched_and_ready_at_once(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    container = await clara.image(caption="hello", alt_text="a dawn")
    answer = await clara.get(container, fields="status_code,status")
    assert answer.body["status_code"] == "FINISHED"
    assert answer.body["id"] == container


async def test_a_picture_may_take_its_time(sandbox: Sandbox) -> None:
    await sandbox.admin("seed", settings={"image_delay": 30.0})
    clara = await sandbox.clara()
    container = await clara.image()
    assert await clara.status(container) == "IN_PROGRESS"
    assert (await clara.publish(container)).error == (9007, 2207027)
    await sandbox.admin("clock", advance_seconds=31)
    assert await clara.status(container) == "FINISHED"


@pytest.mark.parametrize(
    ("sample", "error"),
    [
        ("bad-too-wide.jpg", (36003, 2207009)),
        ("story.jpg", (36003, 2207009)),
        ("picture.png", (36001, 2207005)),
        ("bad-animation.gif", (36001, 2207005)),
        ("bad-truncated.jpg", (36001, 2207005)),
        ("bad-text.jpg", (9004, 2207052)),
        ("missing.jpg", (9004, 2207052)),
    ],
)
async def test_a_picture_out_of_spec_is_refused(sandbox: Sandbox, sample: str, error: tuple[int, int]) -> None:
    clara = await sandbox.clara()
    answer = await clara.container(image_url=sandbox.sample(sample))
    assert answer.status == 400
    assert answer.error == error
    assert answer.body["error"]["type"] == "OAuthException"
    assert answer.body["error"]["is_transient"] is False
    assert answer.body["error"]["error_user_title"]
    assert answer.body["error"]["error_user_msg"]


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/a.jpg", "not a url", "http://127.0.0.1:1/ü.jpg", "http://127.0.0.1:1/a"]
)
async def test_an_address_that_cannot_be_fetched_is_refused(sandbox: Sandbox, url: str) -> None:
    clara = await sandbox.clara()
    assert (await clara.container(image_url=url)).error == (9004, 2207052)


async def test_a_picture_of_more_than_8_mib_is_refused(sandbox: Sandbox) -> None:
    port = free_port()

    async def large(_: web.Request) -> web.Response:
        return web.Response(body=b"\xff\xd8\xff" + bytes(8 * 1024 * 1024), content_type="image/jpeg")

    app = web.Application()
    app.router.add_get("/large.jpg", large)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        clara = await sandbox.clara()
        answer = await clara.container(image_url=f"http://127.0.0.1:{port}/large.jpg")
    finally:
        await runner.cleanup()
    assert answer.error == (36000, 2207004)


async def test_a_story_picture_may_have_any_aspect(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    assert (await clara.container(media_type="STORIES", image_url=sandbox.sample("story.jpg"))).status == 200


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"caption": "a" * 2201}, (36004, 2207010)),
        ({"caption": "😀" * 1101}, (36004, 2207010)),
        ({"caption": "#a " * 31}, (100, None)),
        ({"caption": "@a " * 21}, (100, 2207040)),
        ({"alt_text": "a" * 1001}, (100, None)),
        ({"collaborators": '["a","b","c","d"]'}, (100, None)),
        ({"user_tags": "nonsense"}, (100, None)),
        ({"user_tags": '[{"username":"a"}]'}, (100, None)),
        ({"user_tags": '[{"username":"a","x":1.5,"y":0.1}]'}, (100, None)),
        ({"location_id": "here"}, (100, None)),
        ({"media_type": "POEM"}, (100, 2207023)),
        ({"media_type": "VIDEO"}, (100, 2207067)),
        ({"is_carousel_item": "maybe"}, (100, None)),
        ({"is_carousel_item": "true", "media_type": "REELS"}, (100, None)),
        ({"captoin": "typing mistake"}, (100, None)),
        ({"video_url": "http://127.0.0.1/v.mp4"}, (100, None)),
    ],
)
async def test_a_wrong_parameter_is_refused(
    sandbox: Sandbox, form: dict[str, str], error: tuple[int, int | None]
) -> None:
    clara = await sandbox.clara()
    answer = await clara.container(image_url=sandbox.sample("square.jpg"), **form)
    assert answer.status == 400
    assert answer.error == error


async def test_nothing_to_publish_is_refused(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    answer = await clara.container(caption="only words")
    assert answer.error == (100, None)
    assert "image_url is required" in answer.body["error"]["message"]


async def test_limits_are_inclusive(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    tags = '[{"username":"nils","x":0.5,"y":1.0}]'
    await clara.image(
        caption="a" * 2200, alt_text="b" * 1000, collaborators="a,b,c", user_tags=tags, location_id="7640348500"
    )
    await clara.image(caption="#a " * 30 + "@b " * 20)


async def test_an_unknown_parameter_is_dropped_when_that_is_switched_on(sandbox: Sandbox) -> None:
    await sandbox.admin("seed", settings={"strict_params": False})
    clara = await sandbox.clara()
    await clara.image(captoin="typing mistake")


async def test_parameters_may_come_as_query_form_json_or_multipart(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    path = f"/graph.instagram.com/v25.0/{clara.account}/media"
    picture = {"image_url": sandbox.sample("square.jpg"), "access_token": clara.token}
    tags = [{"username": "nils", "x": 0.5, "y": 0.5}]
    by_query = await sandbox.call("POST", path, params=picture)
    by_form = await sandbox.call("POST", path, data=picture)
    by_json = await sandbox.call("POST", path, json={**picture, "user_tags": tags})
    parts = aiohttp.FormData({**picture, "caption": "in parts"})
    parts.add_field("ignored", b"\x00", filename="a.bin")
    by_parts = await sandbox.call("POST", path, data=parts)
    assert [answer.status for answer in (by_query, by_form, by_json, by_parts)] == [200] * 4


async def test_a_carousel_takes_two_to_ten_finished_items(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    items = [await clara.image(name, is_carousel_item="true") for name in ("square.jpg", "portrait.jpg")]
    plain = await clara.image()
    made = await clara.container(media_type="CAROUSEL", children=",".join(items), caption="two")
    as_json = await clara.container(media_type="CAROUSEL", children=f'["{items[0]}","{items[1]}"]')
    assert (made.status, as_json.status) == (200, 200)
    for children, error in (
        (items[0], (100, 2207028)),
        (",".join(items * 6), (100, 2207028)),
        (f"{items[0]},{plain}", (24, 2207008)),
        (f"{items[0]},17", (24, 2207008)),
        ("", (100, None)),
    ):
        assert (await clara.container(media_type="CAROUSEL", children=children)).error == error


async def test_a_carousel_of_unfinished_items_is_refused(sandbox: Sandbox) -> None:
    await sandbox.admin("seed", settings={"image_delay": 60.0})
    clara = await sandbox.clara()
    items = [await clara.image(is_carousel_item="true") for _ in range(2)]
    answer = await clara.container(media_type="CAROUSEL", children=",".join(items))
    assert answer.error == (9007, 2207027)


async def test_a_carousel_item_has_no_caption(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    answer = await clara.container(image_url=sandbox.sample("square.jpg"), is_carousel_item="true", caption="x")
    assert answer.error == (100, None)


async def test_containers_expire_after_a_day(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    container = await clara.image()
    await sandbox.admin("clock", advance_seconds=86_400)
    assert await clara.status(container) == "EXPIRED"
    assert (await clara.publish(container)).error == (-2, 2207020)


async def test_an_account_makes_so_many_containers_a_day(sandbox: Sandbox) -> None:
    await sandbox.admin("seed", settings={"containers_per_day": 2})
    clara = await sandbox.clara()
    await clara.image()
    await clara.image()
    refused = await clara.container(image_url=sandbox.sample("square.jpg"))
    assert refused.error == (613, None)
    await sandbox.admin("clock", advance_seconds=86_400)
    await clara.image()


async def test_without_the_scope_nothing_is_made(sandbox: Sandbox) -> None:
    clara = await sandbox.clara(scope="instagram_business_basic")
    answer = await clara.container(image_url=sandbox.sample("square.jpg"))
    assert answer.status == 403
    assert answer.error == (10, None)


async def test_another_account_is_out_of_reach(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    answer = await clara.post("17841400000000001/media", image_url=sandbox.sample("square.jpg"))
    assert answer.error == (100, 33)
    assert "Unsupported post request. Object with ID '17841400000000001'" in answer.body["error"]["message"]


async def test_the_login_with_facebook_takes_partnership_labels(sandbox: Sandbox) -> None:
    ada, clara = await sandbox.ada(), await sandbox.clara()
    await ada.image(is_paid_partnership="true")
    refused = await clara.container(image_url=sandbox.sample("square.jpg"), is_paid_partnership="true")
    assert refused.error == (100, None)
