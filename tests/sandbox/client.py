"""A small client for the sandbox's tests: consents, token exchanges, Graph calls, the admin doors."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp

from tests.support.waiting import eventually

CALLBACK = "http://127.0.0.1:9/callback"
INSTAGRAM_SCOPES = (
    "instagram_business_basic,instagram_business_content_publish,instagram_business_manage_comments,"
    "instagram_business_manage_messages,instagram_business_manage_insights"
)
FACEBOOK_SCOPES = (
    "pages_show_list,pages_read_engagement,pages_manage_metadata,instagram_basic,instagram_content_publish,"
    "instagram_manage_comments,instagram_manage_insights,instagram_manage_messages,instagram_manage_contents"
)
CLARA = "17841400000000003"
HARBOUR = "17841400000000001"
HARBOUR_PAGE = "104500000000001"
Body = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: dict[str, str]

    @property
    def error(self) -> tuple[int, int | None]:
        """Code and subcode of a Graph error."""
        error = self.body["error"]
        return error["code"], error.get("error_subcode")


class Sandbox:
    """One running sandbox, seen from outside."""

    def __init__(self, origin: str, http: aiohttp.ClientSession) -> None:
        self.origin = origin
        self.http = http

    async def call(self, method: str, path: str, **options: Any) -> Answer:  # noqa: ANN401 - what aiohttp takes
        async with self.http.request(method, f"{self.origin}{path}", allow_redirects=False, **options) as answer:
            raw = await answer.read()
            headers = {name.lower(): value for name, value in answer.headers.items()}
            body = await answer.json() if "json" in answer.content_type and raw else raw.decode(errors="replace")
            return Answer(answer.status, body, headers)

    async def admin(self, door: str, /, **order: object) -> Body:
        answer = await self.call("POST", f"/_sandbox/{door}", json=order)
        assert answer.status == 200, answer.body
        body: Body = answer.body
        return body

    async def journal(self, **query: str) -> Body:
        body: Body = (await self.call("GET", "/_sandbox/journal", params=query)).body
        return body

    async def posts(self) -> list[Body]:
        posts: list[Body] = (await self.journal(kind="posts"))["posts"]
        return posts

    def sample(self, name: str) -> str:
        return f"{self.origin}/_sandbox/samples/{name}"

    async def authorize(self, path: str, **query: str) -> dict[str, str]:
        """Open an authorize URL with the answer in it; the callback's parameters."""
        answer = await self.call("GET", f"{path}?{urlencode(query)}")
        assert answer.status == 302, answer.body
        return dict(parse_qsl(urlsplit(answer.headers["location"]).query))

    async def instagram_code(self, **query: str) -> str:
        asked = {"scope": INSTAGRAM_SCOPES, "state": "s", "sandbox_consent": "approve", **query}
        found = await self.authorize(
            "/www.instagram.com/oauth/authorize",
            client_id="sandbox-instagram",
            redirect_uri=CALLBACK,
            response_type="code",
            **asked,
        )
        return found["code"]

    async def exchange_instagram(self, code: str, /, **changes: str) -> Answer:
        form = {
            "client_id": "sandbox-instagram",
            "client_secret": "sandbox-instagram-secret",
            "grant_type": "authorization_code",
            "redirect_uri": CALLBACK,
            "code": code,
            **changes,
        }
        return await self.call("POST", "/api.instagram.com/oauth/access_token", data=form)

    async def facebook_code(self, **query: str) -> str:
        asked = {"scope": FACEBOOK_SCOPES, "state": "s", "sandbox_consent": "approve", "sandbox_person": "ada", **query}
        found = await self.authorize(
            "/www.facebook.com/v25.0/dialog/oauth", client_id="sandbox-facebook", redirect_uri=CALLBACK, **asked
        )
        return found["code"]

    async def exchange_facebook(self, code: str, /, **changes: str) -> Answer:
        query = {
            "client_id": "sandbox-facebook",
            "client_secret": "sandbox-facebook-secret",
            "redirect_uri": CALLBACK,
            "code": code,
            **changes,
        }
        return await self.call("GET", "/graph.facebook.com/v25.0/oauth/access_token", params=query)

    async def extend_facebook(self, token: str) -> Answer:
        query = {
            "grant_type": "fb_exchange_token",
            "client_id": "sandbox-facebook",
            "client_secret": "sandbox-facebook-secret",
            "fb_exchange_token": token,
        }
        return await self.call("GET", "/graph.facebook.com/v25.0/oauth/access_token", params=query)

    async def extend_instagram(self, token: str, /, **changes: str) -> Answer:
        query = {
            "grant_type": "ig_exchange_token",
            "client_secret": "sandbox-instagram-secret",
            "access_token": token,
            **changes,
        }
        return await self.call("GET", "/graph.instagram.com/access_token", params=query)

    async def clara(self, **query: str) -> "Graph":
        """Clara's account, connected by Instagram Login."""
        short = (await self.exchange_instagram(await self.instagram_code(**query))).body["access_token"]
        token = (await self.extend_instagram(short)).body["access_token"]
        return Graph(self, "graph.instagram.com", CLARA, token)

    async def ada(self, **query: str) -> "Graph":
        """Ada, connected by Facebook Login: her long-lived user token on Harbour Coffee's Instagram account."""
        short = (await self.exchange_facebook(await self.facebook_code(**query))).body["access_token"]
        token = (await self.extend_facebook(short)).body["access_token"]
        return Graph(self, "graph.facebook.com", HARBOUR, token)


@dataclass(frozen=True)
class Graph:
    """One Graph host with a token, acting for one Instagram account."""

    sandbox: Sandbox
    host: str
    account: str
    token: str

    async def get(self, path: str, **query: str) -> Answer:
        query = {"access_token": self.token, **query}
        return await self.sandbox.call("GET", f"/{self.host}/v25.0/{path}", params=query)

    async def post(self, path: str, **form: str) -> Answer:
        return await self.sandbox.call("POST", f"/{self.host}/v25.0/{path}", data=form, headers=self.bearer)

    async def delete(self, path: str, **query: str) -> Answer:
        return await self.sandbox.call("DELETE", f"/{self.host}/v25.0/{path}", params=query, headers=self.bearer)

    @property
    def bearer(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    async def container(self, **form: str) -> Answer:
        return await self.post(f"{self.account}/media", **form)

    async def image(self, name: str = "square.jpg", **form: str) -> str:
        answer = await self.container(image_url=self.sandbox.sample(name), **form)
        assert answer.status == 200, answer.body
        made: str = answer.body["id"]
        return made

    async def publish(self, container: str) -> Answer:
        return await self.post(f"{self.account}/media_publish", creation_id=container)

    async def status(self, container: str) -> str:
        code: str = (await self.get(container, fields="status_code")).body["status_code"]
        return code

    async def settled(self, container: str) -> Body:
        """The container once it is no longer in progress."""

        async def ask() -> Body | None:
            body: Body = (await self.get(container, fields="status_code,status")).body
            return None if body["status_code"] == "IN_PROGRESS" else body

        found = await eventually(ask)
        assert found is not None
        return found

    async def posted(self, **form: str) -> str:
        """Publish an image and give the media id."""
        answer = await self.publish(await self.image(**form))
        assert answer.status == 200, answer.body
        made: str = answer.body["id"]
        return made

    async def reel(self, name: str = "reel.mp4", **form: str) -> str:
        answer = await self.container(media_type="REELS", video_url=self.sandbox.sample(name), **form)
        assert answer.status == 200, answer.body
        made: str = answer.body["id"]
        return made
