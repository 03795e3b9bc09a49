"""Pins: every media source, every limit at and one over, ownership, reading back, editing, deleting."""

from datetime import UTC, datetime

import pytest

from tests.sandbox.client import Body, Sandbox
from tests.sandbox.pinterest.client import BENS, COFFEE, HEARTS, LATTE, TRIAL_APP, TULIPS, Api, connect, error

TEXTS: Body = {
    "title": "Flat white",
    "description": "How to pour a heart #coffee",
    "link": "https://harbour.example/heart?utm_id=1",
    "alt_text": "A cup from above",
}


async def test_a_pin_by_url_is_public(sandbox: Sandbox, ada: Api) -> None:
    answer = await ada.pin(board=LATTE, board_section_id=HEARTS, dominant_color="#6E7874", **TEXTS)
    assert answer.status == 201
    pin = answer.body
    assert {name: pin[name] for name in TEXTS} == TEXTS
    assert (pin["board_id"], pin["board_section_id"], pin["creative_type"]) == (LATTE, HEARTS, "REGULAR")
    assert (pin["board_owner"], pin["media"]["media_type"]) == ({"username": "harbourcoffee"}, "image")
    assert pin["media"]["images"]["1200x"]["height"] == 1200
    (post,) = await sandbox.posts()
    assert (post["kind"], post["caption"], post["alt_texts"]) == ("image", TEXTS["description"], ["A cup from above"])
    assert post["url"] == f"https://www.pinterest.com/pin/{pin['id']}/"
    assert (post["title"], post["link"]) == (TEXTS["title"], TEXTS["link"])
    assert (post["board"], post["section"], post["visible_to_creator_only"]) == ("Latte art", "Hearts", False)
    assert (await ada.get(f"pins/{pin['id']}")).body == pin
    age = datetime.now(UTC) - datetime.fromisoformat(pin["created_at"]).replace(tzinfo=UTC)  # noqa: TID251 - the real clock is meant
    assert abs(age.total_seconds()) < 60


@pytest.mark.parametrize(("name", "kind"), [("portrait.jpg", "image/jpeg"), ("picture.png", "image/png")])
async def test_a_pin_by_its_bytes(sandbox: Sandbox, ada: Api, name: str, kind: str) -> None:
    await ada.pinned({"source_type": "image_base64", **await ada.inline(name, kind)})
    assert [post["kind"] for post in await sandbox.posts()] == ["image"]
    (call,) = [call for call in (await sandbox.journal())["calls"] if call["path"] == "/v5/pins"]
    assert len(call["form"]["media_source"]) <= 500


async def test_a_carousel_by_urls_and_by_bytes(sandbox: Sandbox, ada: Api) -> None:
    url = sandbox.sample("square.jpg")
    slot = {"title": "First", "description": "One", "link": "https://harbour.example/1"}
    pin = await ada.pinned({"source_type": "multiple_image_urls", "items": [{"url": url, **slot}, {"url": url}]})
    media = (await ada.get(f"pins/{pin}")).body["media"]
    assert media["media_type"] == "multiple_images"
    assert {name: media["items"][0][name] for name in slot} == slot
    image = await ada.inline()
    await ada.pinned({"source_type": "multiple_image_base64", "items": [image] * 5, "index": 4})
    posts = await sandbox.posts()
    assert [(post["kind"], len(post["media"])) for post in posts] == [("carousel", 2), ("carousel", 5)]
    changed = await ada.patch(f"pins/{pin}", carousel_slots=[{"title": "New"}, {}])
    assert changed.body["media"]["items"][0] | {"images": 0} == {
        **slot,
        "title": "New",
        "item_type": "image",
        "images": 0,
    }
    assert error(await ada.patch(f"pins/{pin}", carousel_slots=[{"title": "New"}])) == (400, 1)


async def test_a_wrong_carousel_is_refused(sandbox: Sandbox, ada: Api) -> None:
    item = {"url": sandbox.sample("square.jpg")}
    wrong: list[Body] = [
        {"items": [item]},
        {"items": [item] * 6},
        {"items": [item] * 2, "index": 2},
        {"items": [item] * 2, "index": -1},
        {"items": [item, {"url": sandbox.sample("portrait.jpg")}]},
        {"items": [item, {**item, "alt_text": "not known here"}]},
        {"items": [item, {**item, "link": "nowhere"}]},
    ]
    for fields in wrong:
        assert error(await ada.pin({"source_type": "multiple_image_urls", **fields})) == (400, 1)
    assert await sandbox.posts() == []


@pytest.mark.parametrize(("field", "limit"), [("title", 100), ("description", 800), ("alt_text", 500), ("link", 2048)])
async def test_texts_are_counted_in_code_points(ada: Api, field: str, limit: int) -> None:
    start = "https://harbour.example/" if field == "link" else ""
    fits = start + "☕" * (limit - len(start) - 1) + "🫘"
    at_limit: Body = {field: fits}
    one_over: Body = {field: f"{fits}x"}
    assert (await ada.pin(**at_limit)).status == 201
    assert error(await ada.pin(**one_over)) == (400, 1)


@pytest.mark.parametrize(
    "fields",
    [
        {"title": 5},
        {"note": "gone since 2026"},
        {"link": "harbour.example"},
        {"dominant_color": "red"},
        {"board_section_id": "hearts"},
        {"board_id": "latte"},
        {"media_source": None},
        {"media_source": {"source_type": "video_url"}},
        {"media_source": {"source_type": "image_url"}},
        {"media_source": {"source_type": "image_url", "url": "ftp://x/y.jpg"}},
        {"media_source": {"source_type": "image_base64", "content_type": "image/gif", "data": "R0lG"}},
        {"media_source": {"source_type": "image_base64", "content_type": "image/jpeg", "data": "%%%"}},
    ],
)
async def test_a_wrong_pin_is_refused(sandbox: Sandbox, ada: Api, fields: Body) -> None:
    body = {"board_id": COFFEE, "media_source": ada.by_url(), **fields}
    assert error(await ada.post("pins", **body)) == (400, 1)
    assert await sandbox.posts() == []


async def test_pictures_are_really_looked_at(sandbox: Sandbox, ada: Api) -> None:
    for name in ("bad-text.jpg", "bad-truncated.jpg", "bad-animation.gif", "reel.mp4"):
        assert error(await ada.pin(ada.by_url(name))) == (403, 235)
    claimed = await ada.inline("picture.png", "image/jpeg")
    assert error(await ada.pin({"source_type": "image_base64", **claimed})) == (403, 235)
    assert error(await ada.pin(ada.by_url("missing.jpg"))) == (400, 2786)
    assert await sandbox.posts() == []


async def test_a_pin_needs_a_board_of_ones_own(ada: Api) -> None:
    assert error(await ada.pin(board="1")) == (404, 40)
    assert error(await ada.pin(board=BENS)) == (403, 7)
    assert error(await ada.pin(board=COFFEE, board_section_id=HEARTS)) == (404, 2031)
    without = await ada.post("pins", media_source=ada.by_url())
    assert without.body["message"] == "Invalid request: board_id: Field required"


async def test_pins_come_newest_first_and_a_deleted_one_does_not_break_the_bookmark(ada: Api) -> None:
    made = [await ada.pinned(board=LATTE, title=str(number)) for number in range(5)]
    first = (await ada.get(f"boards/{LATTE}/pins", page_size="2")).body
    assert [pin["id"] for pin in first["items"]] == [made[4], made[3]]
    await ada.delete(f"pins/{made[3]}")
    rest = (await ada.get(f"boards/{LATTE}/pins", bookmark=first["bookmark"])).body
    assert [pin["id"] for pin in rest["items"]] == [made[2], made[1], made[0]]
    assert rest["bookmark"] is None
    assert len((await ada.get("pins")).body["items"]) == 4
    assert (await ada.get(f"boards/{COFFEE}/pins")).body["items"] == []


async def test_a_pin_is_edited_and_moved(sandbox: Sandbox, ada: Api) -> None:
    pin = await ada.pinned(**TEXTS)
    changed = (await ada.patch(f"pins/{pin}", title="Cortado", link=None, board_id=LATTE, board_section_id=TULIPS)).body
    assert (changed["title"], changed["link"], changed["description"]) == ("Cortado", None, TEXTS["description"])
    (post,) = await sandbox.posts()
    assert (post["title"], post["board"], post["section"]) == ("Cortado", "Latte art", "Tulips")
    assert (await ada.patch(f"pins/{pin}", board_id=COFFEE)).body["board_section_id"] is None
    assert error(await ada.patch(f"pins/{pin}", title="t" * 101)) == (400, 1)
    assert error(await ada.patch(f"pins/{pin}", board_id=BENS)) == (403, 7)


async def test_a_pin_is_deleted_once(sandbox: Sandbox, ada: Api) -> None:
    pin = await ada.pinned()
    assert (await ada.delete(f"pins/{pin}")).status == 204
    assert error(await ada.delete(f"pins/{pin}")) == (404, 50)
    assert error(await ada.get(f"pins/{pin}")) == (404, 50)
    assert await sandbox.posts() == []


async def test_pins_of_others_are_out_of_reach(ada: Api, ben: Api) -> None:
    pin = await ada.pinned()
    assert error(await ben.get(f"pins/{pin}")) == (403, 29)
    assert error(await ben.patch(f"pins/{pin}", title="Mine")) == (403, 29)
    assert error(await ben.delete(f"pins/{pin}")) == (403, 7)


async def test_what_an_app_on_trial_pins_only_its_owner_sees(sandbox: Sandbox) -> None:
    trial = await connect(sandbox, app=TRIAL_APP)
    await trial.pinned(title="Hidden")
    (post,) = await sandbox.posts()
    assert post["visible_to_creator_only"] is True
    assert post["privacy"] == "PUBLIC"
