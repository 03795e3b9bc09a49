"""The consent page as a form, the timeline page, samples: what people see of the sandbox."""

import asyncio
import re
from urllib.parse import urlencode

import pytest

from postwright.sandbox.media import MediaStore
from postwright.sandbox.samples import UnknownSample, media_type, names, sample
from tests.sandbox.client import CALLBACK, FACEBOOK_SCOPES, INSTAGRAM_SCOPES, Answer, Sandbox

DIALOG = "/www.facebook.com/v25.0/dialog/oauth?" + urlencode(
    {"client_id": "sandbox-facebook", "redirect_uri": CALLBACK, "scope": FACEBOOK_SCOPES, "state": "st"}
)
AUTHORIZE = "/www.instagram.com/oauth/authorize?" + urlencode(
    {
        "client_id": "sandbox-instagram",
        "redirect_uri": CALLBACK,
        "scope": INSTAGRAM_SCOPES,
        "response_type": "code",
        "state": "st",
    }
)


def value_of(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found
    return found[1]


def assert_is_plain(answer: Answer) -> None:
    """Nothing inline, and a policy that forbids it."""
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<script" not in answer.body
    assert "style=" not in answer.body
    assert "onclick" not in answer.body


async def test_the_consent_page_says_who_asks_for_what(sandbox: Sandbox) -> None:
    answer = await sandbox.call("GET", DIALOG)
    assert answer.status == 200
    assert_is_plain(answer)
    for words in ("Sandbox app (Facebook Login)", "Ada Moreno", "Ben Okafor", "Harbour Coffee", "@harbour.coffee"):
        assert words in answer.body
    assert "instagram_content_publish" in answer.body
    assert 'name="account" value="104500000000001" checked' in answer.body


async def test_the_person_chooses_accounts_and_scopes(sandbox: Sandbox) -> None:
    page = (await sandbox.call("GET", DIALOG)).body
    form = [
        ("ticket", value_of(page, "ticket")),
        ("person", value_of(page, "person")),
        ("account", "104500000000002"),
        ("scope", "pages_show_list"),
        ("scope", "instagram_basic"),
        ("decision", "approve"),
    ]
    answer = await sandbox.call("POST", "/_sandbox/consent", data=form)
    location = answer.headers["location"]
    assert location.startswith(f"{CALLBACK}?code=AQ")
    assert location.endswith("state=st")
    token = (await sandbox.exchange_facebook(location.split("code=")[1].split("&")[0])).body["access_token"]
    bearer = {"authorization": f"Bearer {token}"}
    pages = (await sandbox.call("GET", "/graph.facebook.com/v25.0/me/accounts", headers=bearer)).body["data"]
    assert [page["name"] for page in pages] == ["Lantern Books"]
    granted = (await sandbox.call("GET", "/graph.facebook.com/v25.0/me/permissions", headers=bearer)).body["data"]
    assert [item["permission"] for item in granted] == ["instagram_basic", "pages_show_list"]


async def test_somebody_else_can_answer_and_deny(sandbox: Sandbox) -> None:
    page = (await sandbox.call("GET", DIALOG)).body
    other = re.search(r'href="(/_sandbox/consent\?ticket=[^"]*)">Ben Okafor', page)
    assert other
    theirs = (await sandbox.call("GET", other[1].replace("&amp;", "&"))).body
    assert "Okafor Cycles" in theirs
    form = {"ticket": value_of(theirs, "ticket"), "person": value_of(theirs, "person"), "decision": "deny"}
    denied = await sandbox.call("POST", "/_sandbox/consent", data=form)
    assert "error=access_denied" in denied.headers["location"]
    assert (await sandbox.call("POST", "/_sandbox/consent", data=form)).status == 400


async def test_instagram_asks_one_account(sandbox: Sandbox) -> None:
    page = (await sandbox.call("GET", AUTHORIZE)).body
    assert "Clara Lind Ceramics" in page
    assert 'name="account"' not in page
    form = {
        "ticket": value_of(page, "ticket"),
        "person": value_of(page, "person"),
        "scope": "instagram_business_basic",
        "decision": "approve",
    }
    answer = await sandbox.call("POST", "/_sandbox/consent", data=form)
    code = answer.headers["location"].split("code=")[1].split("&")[0]
    assert (await sandbox.exchange_instagram(code)).body["permissions"] == "instagram_business_basic"


async def test_the_timeline_shows_what_was_published(sandbox: Sandbox) -> None:
    empty = await sandbox.call("GET", "/_sandbox/")
    assert_is_plain(empty)
    assert "Nothing has been published yet" in empty.body
    clara = await sandbox.clara()
    media = await clara.posted(caption="<b>first</b> light", alt_text="a dawn")
    await sandbox.admin("comment", post=media, username="nils", text="lovely")
    story = (await clara.container(media_type="STORIES", image_url=sandbox.sample("story.jpg"))).body["id"]
    await clara.publish(story)
    page = await sandbox.call("GET", "/_sandbox/?platform=instagram")
    assert_is_plain(page)
    assert "&lt;b&gt;first&lt;/b&gt; light" in page.body
    assert "Alt text: a dawn" in page.body
    assert "lovely" in page.body
    assert '<span class="kind">story</span>' in page.body
    assert "sandbox-instagram-secret" in page.body
    assert "first" not in (await sandbox.call("GET", "/_sandbox/?platform=facebook")).body


async def test_the_bare_address_leads_to_the_timeline(sandbox: Sandbox) -> None:
    for path in ("/", "/_sandbox"):
        assert (await sandbox.call("GET", path)).headers["location"] == "/_sandbox/"
    style = await sandbox.call("GET", "/_sandbox/sandbox.css")
    assert style.headers["content-type"].startswith("text/css")


async def test_samples_are_served_by_name(sandbox: Sandbox) -> None:
    answer = await sandbox.call("GET", "/_sandbox/samples/square.jpg")
    assert answer.headers["content-type"] == "image/jpeg"
    assert (await sandbox.call("GET", "/_sandbox/samples/none.jpg")).status == 404
    assert (await sandbox.call("GET", "/_sandbox/media/none")).status == 404


def test_samples_are_the_same_every_time_and_named_for_what_they_are() -> None:
    assert sample("square.jpg") is sample("square.jpg")
    assert {media_type(name) for name in names()} == {
        "image/jpeg",
        "image/png",
        "image/gif",
        "video/mp4",
        "application/pdf",
    }
    with pytest.raises(UnknownSample):
        sample("nothing.jpg")


async def test_one_picture_that_many_posts_bring_at_once_is_taken_in_once() -> None:
    store = MediaStore()
    first, *others = await asyncio.gather(*(store.keep(sample("square.jpg")) for _ in range(4)))
    await store.close()
    assert all(other is first for other in others)
    assert first.probe is not None
