"""A client library from PyPI (python-facebook-api) connects, publishes, reads, deletes; only its addresses are set."""

import asyncio
from io import BytesIO

import pytest
from pyfacebook import FacebookApi, FacebookError, GraphAPI  # type: ignore[import-untyped]  # ships no types

from postwright.sandbox.samples import sample
from tests.sandbox.client import CALLBACK, HARBOUR_PAGE, Sandbox
from tests.sandbox.facebook.client import SCOPES
from tests.sandbox.test_official_client import CREDENTIALS, addresses, plain_http

__all__ = ["plain_http"]
PUBLISH = "pages_manage_posts"


async def log_in(sandbox: Sandbox, scope: str = SCOPES) -> GraphAPI:
    """The library's own login flow, up to the Page's token."""
    api = GraphAPI(
        **CREDENTIALS,
        **addresses(sandbox),
        oauth_flow=True,
        redirect_uri=CALLBACK,
        scope=scope.split(","),
        version="v25.0",
    )
    url, _ = api.get_authorization_url()
    answer = await sandbox.http.get(f"{url}&sandbox_consent=approve&sandbox_person=ada", allow_redirects=False)
    await asyncio.to_thread(api.exchange_user_access_token, response=answer.headers["location"])
    long = await asyncio.to_thread(api.exchange_long_lived_user_access_token)
    api.access_token = long["access_token"]
    api.access_token = await asyncio.to_thread(api.exchange_page_access_token, HARBOUR_PAGE)
    return api


@pytest.mark.usefixtures("plain_http")
async def test_the_library_publishes_texts_photos_and_videos(sandbox: Sandbox) -> None:
    api = await log_in(sandbox)

    async def post(edge: str, files: dict[str, BytesIO] | None = None, **form: str) -> dict[str, str]:
        made: dict[str, str] = await asyncio.to_thread(api.post_object, HARBOUR_PAGE, edge, data=form, files=files)
        return made

    text = await post("feed", message="by a library")
    photo = await post("photos", url=sandbox.sample("square.jpg"), message="fetched")
    sent = await post("photos", {"source": BytesIO(sample("portrait.jpg"))}, message="sent")
    video = await post("videos", {"source": BytesIO(sample("reel.mp4"))}, description="moving")
    assert [public["kind"] for public in await sandbox.posts()] == ["text", "image", "image", "video"]

    pages = FacebookApi(
        access_token=api.access_token, base_url=f"{sandbox.origin}/graph.facebook.com/", version="v25.0"
    )
    feed = await asyncio.to_thread(pages.page.get_feed, HARBOUR_PAGE)
    assert [item.message for item in feed.data] == ["moving", "sent", "fetched", "by a library"]
    assert [item.id for item in feed.data][1:] == [sent["post_id"], photo["post_id"], text["id"]]
    assert feed.data[2].attachments.data[0].media_type == "photo"
    about = await asyncio.to_thread(pages.page.get_info, HARBOUR_PAGE)
    assert (about.name, about.username) == ("Harbour Coffee", "harbourcoffee")
    shown = await asyncio.to_thread(pages.video.get_info, video["id"])
    assert (shown.description, shown.published) == ("moving", True)
    comment = await asyncio.to_thread(api.post_object, text["id"], "comments", data={"message": "first"})
    comments = await asyncio.to_thread(pages.post.get_comments, text["id"])
    assert [(item.id, item.message) for item in comments.data] == [(comment["id"], "first")]

    for name in (text["id"], sent["id"], video["id"]):
        assert (await asyncio.to_thread(api.delete_object, name))["success"] is True
    assert [public["id"] for public in await sandbox.posts()] == [photo["post_id"]]


@pytest.mark.usefixtures("plain_http")
async def test_the_library_recognises_refusals(sandbox: Sandbox) -> None:
    # Before the other login: what a person has once allowed stays allowed.
    meek = await log_in(sandbox, ",".join(scope for scope in SCOPES.split(",") if scope != PUBLISH))
    with pytest.raises(FacebookError) as refused:
        await asyncio.to_thread(meek.post_object, HARBOUR_PAGE, "feed", data={"message": "x"})
    assert refused.value.code == 200
    api = await log_in(sandbox)
    for form, code in (({}, 100), ({"message": "x" * 63_207}, 100), ({"link": "nowhere"}, 1500)):
        with pytest.raises(FacebookError) as refused:
            await asyncio.to_thread(api.post_object, HARBOUR_PAGE, "feed", data=form)
        assert refused.value.code == code
