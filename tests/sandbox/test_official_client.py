"""A client library from PyPI (python-facebook-api) drives the sandbox unchanged: only its base addresses are set."""

import asyncio
from typing import Any

import pytest
from pyfacebook import FacebookError, GraphAPI, IGBusinessApi  # type: ignore[import-untyped]  # ships no types

from tests.sandbox.client import CALLBACK, FACEBOOK_SCOPES, HARBOUR, HARBOUR_PAGE, Sandbox

CREDENTIALS = {"app_id": "sandbox-facebook", "app_secret": "sandbox-facebook-secret"}


def addresses(sandbox: Sandbox) -> dict[str, str]:
    return {
        "base_url": f"{sandbox.origin}/graph.facebook.com/",
        "authorization_url": f"{sandbox.origin}/www.facebook.com/v25.0/dialog/oauth",
        "access_token_url": f"{sandbox.origin}/graph.facebook.com/oauth/access_token",
    }


async def log_in(sandbox: Sandbox) -> GraphAPI:
    """The library's own login flow, with the person's answer in the URL."""
    api = GraphAPI(
        **CREDENTIALS,
        **addresses(sandbox),
        oauth_flow=True,
        redirect_uri=CALLBACK,
        scope=FACEBOOK_SCOPES.split(","),
        version="v25.0",
    )
    url, _ = api.get_authorization_url()
    answer = await sandbox.http.get(f"{url}&sandbox_consent=approve&sandbox_person=ada", allow_redirects=False)
    await asyncio.to_thread(api.exchange_user_access_token, response=answer.headers["location"])
    long = await asyncio.to_thread(api.exchange_long_lived_user_access_token)
    api.access_token = long["access_token"]
    return api


@pytest.fixture
def plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the library speak OAuth without TLS."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("OAUTHLIB_RELAX_TOKEN_SCOPE", "1")


@pytest.mark.usefixtures("plain_http")
async def test_the_library_logs_in_publishes_and_reads(sandbox: Sandbox) -> None:
    api = await log_in(sandbox)
    pages = await asyncio.to_thread(api.get_connection, "me", "accounts", fields="id,name,instagram_business_account")
    assert pages["data"][0]["instagram_business_account"] == {"id": HARBOUR}
    form = {"image_url": sandbox.sample("square.jpg"), "caption": "by a library"}
    container = await asyncio.to_thread(api.post_object, HARBOUR, "media", data=form)
    published = await asyncio.to_thread(
        api.post_object, HARBOUR, "media_publish", data={"creation_id": container["id"]}
    )
    shown = await asyncio.to_thread(api.get_object, published["id"], fields="caption,permalink")
    assert shown["caption"] == "by a library"
    assert [post["id"] for post in await sandbox.posts()] == [published["id"]]
    told: dict[str, Any] = await asyncio.to_thread(
        api.debug_token, api.access_token, "sandbox-facebook|sandbox-facebook-secret"
    )
    assert told["data"]["is_valid"] is True


@pytest.mark.usefixtures("plain_http")
async def test_the_library_pages_through_media_and_understands_its_models(sandbox: Sandbox) -> None:
    ada = await sandbox.ada()
    made = [await ada.posted(caption=str(number)) for number in range(3)]
    business = IGBusinessApi(
        **CREDENTIALS,
        base_url=f"{sandbox.origin}/graph.facebook.com/",
        access_token=ada.token,
        instagram_business_id=HARBOUR,
        version="v25.0",
    )
    user = await asyncio.to_thread(business.user.get_info)
    assert (user.id, user.username) == (HARBOUR, "harbour.coffee")
    media = await asyncio.to_thread(business.user.get_media, limit=2, count=None)
    assert [item.id for item in media.data] == made[::-1]
    limit = await asyncio.to_thread(business.user.get_content_publishing_limit)
    assert limit.data[0].quota_usage == 3
    container = await asyncio.to_thread(business.container.get_info, await ada.image())
    assert container.status_code == "FINISHED"
    insights = await asyncio.to_thread(business.media.get_insights, made[0], metric="views,reach")
    assert [metric.name for metric in insights.data] == ["views", "reach"]
    several = await asyncio.to_thread(business.media.get_batch, made[:2])
    assert set(several) == set(made[:2])


@pytest.mark.usefixtures("plain_http")
async def test_the_library_recognises_errors(sandbox: Sandbox) -> None:
    api = await log_in(sandbox)
    with pytest.raises(FacebookError) as refused:
        await asyncio.to_thread(api.post_object, HARBOUR, "media", data={"image_url": sandbox.sample("picture.png")})
    assert refused.value.code == 36001
    token = await asyncio.to_thread(api.exchange_page_access_token, HARBOUR_PAGE)
    assert token.startswith("EAA")
