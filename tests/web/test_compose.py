"""The composer's page: what it starts with, and the form of a browser without script."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from postwright.domain.account import Health
from postwright.platforms.registry import PLATFORMS
from postwright.services.app import App
from tests.support.apps import Person, connect_account
from tests.support.asgi import Client
from tests.support.dashboard import Page, Visitor, settle, write
from tests.support.media_files import picture, transparent

HOUR = timedelta(hours=1)


def seed_of(page: Page) -> Mapping[str, Any]:
    found = re.search(r'<script type="application/json" id="seed">(.*?)</script>', page.source, re.DOTALL)
    assert found
    seed: Mapping[str, Any] = json.loads(found[1])
    return seed


@pytest.fixture
def photo(tmp_path: Path) -> bytes:
    return picture(tmp_path / "photo.jpg", width=400, height=400).read_bytes()


async def test_the_page_starts_with_the_channels_the_rules_and_the_servers_time(
    ada: Visitor, app: App, person: Person
) -> None:
    account = await connect_account(app, person)
    page = await ada.open("/compose")
    seed = seed_of(page)
    assert [one["id"] for one in seed["accounts"]] == [str(account)]
    assert [platform["id"] for platform in seed["platforms"]] == list(PLATFORMS)
    assert seed["platforms"][0]["limits"]["caption"]["limit"] > 0
    assert seed["now"] == "2026-11-20T09:00:00+00:00"
    assert seed["post"] is None
    assert re.search(r'name="date" value="2026-11-21"', page.source)


async def test_the_only_channel_is_chosen_already_and_a_broken_one_cannot_be(
    ada: Visitor, app: App, person: Person
) -> None:
    account = await connect_account(app, person)
    broken = await connect_account(app, person, external_id="2", health=Health.RECONNECT)
    page = await ada.open("/compose")
    assert f'value="{account}" checked' in page.source
    assert f'value="{broken}" disabled' in page.source
    await connect_account(app, person, external_id="3")
    assert not re.search(r'name="account" value="[^"]+" checked', (await ada.open("/compose")).source)


async def test_a_scheduled_post_is_opened_for_a_change_at_the_time_that_was_meant(
    ada: Visitor, app: App, person: Person
) -> None:
    account = await connect_account(app, person)
    post = await write(app, person, account, caption="Soon", after=3 * HOUR)
    page = await ada.open(f"/compose?post={post.id}")
    opened = seed_of(page)["post"]
    assert "Edit post" in page.words
    assert (opened["id"], opened["caption"], opened["accounts"]) == (str(post.id), "Soon", [str(account)])
    assert (opened["scheduled_at"], opened["timezone"]) == ("2026-11-20T12:00", "UTC")
    [file] = opened["media"]
    assert (file["type"], file["width"]) == ("image", 400)
    assert (await Client(ada.app).get(file["url"])).status == 200


async def test_an_accounts_own_files_are_opened_with_it_but_not_those_only_made_to_fit(
    ada: Visitor, app: App, person: Person, tmp_path: Path
) -> None:
    first, second = await connect_account(app, person), await connect_account(app, person, external_id="2")
    client = Client(ada.app, {"Authorization": f"Bearer {person.bearer}"})

    files = [transparent(tmp_path / f"{side}.png", width=side, height=side).read_bytes() for side in (400, 480)]
    shared, own = [(await client.upload(file, "a.png")).json()["id"] for file in files]
    body = {
        "media": [{"id": shared}],
        "targets": [{"account_id": str(first)}, {"account_id": str(second), "media": [{"id": own, "alt_text": "A"}]}],
        "scheduled_at": "2026-11-20T12:00:00Z",
    }
    post = (await client.post("/api/posts", body)).json()
    assert {len(files) for files in post["own_media"].values()} == {1}, "the platform takes JPEG only"
    opened = seed_of(await ada.open(f"/compose?post={post['id']}"))["post"]
    assert [file["id"] for file in opened["media"]] == [shared]
    assert {
        account: [(file["id"], file["alt_text"], file["mime"]) for file in files]
        for account, files in opened["own_media"].items()
    } == {str(second): [(own, "A", "image/png")]}


async def test_a_copy_is_a_new_post_without_a_time(ada: Visitor, app: App, person: Person) -> None:
    post = await write(app, person, await connect_account(app, person), caption="Again", after=HOUR)
    await settle(app, post, "published", published_at=app.clock.now())
    copied = seed_of(await ada.open(f"/compose?from={post.id}"))["post"]
    assert (copied["id"], copied["caption"], copied["scheduled_at"]) == (None, "Again", None)


async def test_what_is_out_cannot_be_changed_and_its_page_says_so(ada: Visitor, app: App, person: Person) -> None:
    post = await write(app, person, await connect_account(app, person), after=HOUR)
    await settle(app, post, "published", published_at=app.clock.now())
    assert (await ada.open(f"/compose?post={post.id}")).goes_to == f"/posts/{post.id}"
    assert "it can no longer be changed" in (await ada.open(f"/posts/{post.id}")).words


@pytest.mark.parametrize("given", ["nonsense", "01a1f86f-0d60-7791-b254-a7b83193c1aa"])
async def test_a_post_that_is_not_there_cannot_be_opened(ada: Visitor, given: str) -> None:
    assert (await ada.open(f"/compose?post={given}")).status == 404


async def test_without_script_a_post_with_a_picture_is_scheduled(
    ada: Visitor, app: App, person: Person, photo: bytes
) -> None:
    account = await connect_account(app, person)
    once = re.search(r'name="once" value="([^"]+)"', (await ada.open("/compose")).source)
    assert once
    typed = {"once": once[1], "account": str(account), "caption": "By hand\r\nwithout script", "when": "later"}
    when = {"date": "2026-11-21", "time": "10:30", "zone": "Europe/Berlin"}
    sent = await ada.send_files("/compose", {**typed, **when}, {"photo.jpg": photo})
    page = await ada.open(sent.goes_to)
    assert "It is scheduled." in page.words
    assert "Tomorrow, 09:30" in page.words
    assert "By hand\nwithout script" in page.source
    assert "400 × 400" in page.words
    again = await ada.send_files("/compose", {**typed, **when}, {"photo.jpg": photo})
    assert again.goes_to == sent.goes_to


async def test_without_script_what_is_wrong_comes_back_with_what_was_typed(
    ada: Visitor, app: App, person: Person, photo: bytes
) -> None:
    account = await connect_account(app, person)
    await ada.open("/compose")
    typed = {"account": str(account), "caption": "<b>Bold</b>", "when": "later", "date": "2026-11-01", "time": "10:30"}
    page = await ada.send_files("/compose", {**typed, "zone": "UTC"}, {"photo.jpg": photo})
    assert page.status == 422
    assert "The time lies in the past." in page.words
    assert "&lt;b&gt;Bold&lt;/b&gt;</textarea>" in page.source
    assert f'value="{account}" checked' in page.source
    assert 'value="later" checked' in page.source
    page = await ada.send_files("/compose", {**typed, "when": "now"}, {"photo.jpg": b"not a picture"})
    assert page.status == 422
    page = await ada.send_files("/compose", {"caption": "Nowhere", "when": "now"}, {})
    assert "Say where to post" in page.words


async def test_without_script_an_account_of_another_workspace_is_refused(ada: Visitor, photo: bytes) -> None:
    await ada.open("/compose")
    for account in ("nonsense", "01a1f86f-0d60-7791-b254-a7b83193c1aa"):
        page = await ada.send_files("/compose", {"account": account, "when": "now"}, {"photo.jpg": photo})
        assert page.status == 422
        assert "There is no such account in this workspace." in page.words


async def test_the_page_talks_to_the_api_with_its_session_and_token(
    ada: Visitor, app: App, person: Person, photo: bytes
) -> None:
    account = await connect_account(app, person)
    page = await ada.open("/compose")
    browser = Client(ada.app, {"Cookie": f"pw_session={person.cookie}", "X-CSRF-Token": page.token})
    file = (await browser.upload(photo, "photo.jpg")).json()
    body = {"caption": "Now", "media": [{"id": file["id"]}], "targets": [{"account_id": str(account)}]}
    assert (await browser.post("/api/posts/validate", body)).json()["ok"]
    post = await browser.post("/api/posts", body, Idempotency_Key="k1")
    assert post.status == 201
    assert (await browser.post("/api/posts", body, Idempotency_Key="k1")).json()["id"] == post.json()["id"]
    assert (await ada.open(f"/posts/{post.json()['id']}")).status == 200
