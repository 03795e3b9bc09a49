"""A member's app that talks to the sandbox's LinkedIn, with the bodies that it sends."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import quote

from yarl import URL

from tests.sandbox.client import CALLBACK, Answer, Body, Sandbox

VERSION = "202609"
ADA, BEN = "urn:li:person:kQ3hA9zLp2", "urn:li:person:b7XfR2mWc4"
HARBOUR, LANTERN = "urn:li:organization:79550001", "urn:li:organization:79550002"
BASIC_SCOPES = "openid profile email w_member_social"
SCOPES = f"{BASIC_SCOPES} w_organization_social r_organization_social rw_organization_admin"
APP = "sandbox-linkedin"
CLOSED = "closed-app"


async def authorize(sandbox: Sandbox, **changes: str) -> dict[str, str]:
    asked = {
        "response_type": "code",
        "client_id": APP,
        "redirect_uri": CALLBACK,
        "state": "s",
        "scope": SCOPES,
        "sandbox_consent": "approve",
        **changes,
    }
    return await sandbox.authorize("/www.linkedin.com/oauth/v2/authorization", **asked)


async def oauth(sandbox: Sandbox, door: str, /, **form: str) -> Answer:
    """Call a token endpoint as the app (or as another one that the form names)."""
    client = form.get("client_id", APP)
    form = {"client_id": client, "client_secret": f"{client}-secret", **form}
    return await sandbox.call("POST", f"/www.linkedin.com/oauth/v2/{door}", data=form)


async def exchange(sandbox: Sandbox, code: str, /, **changes: str) -> Answer:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, **changes}
    return await oauth(sandbox, "accessToken", **form)


async def tokens(sandbox: Sandbox, **changes: str) -> Body:
    code = (await authorize(sandbox, **changes))["code"]
    body: Body = (await exchange(sandbox, code, client_id=changes.get("client_id", APP))).body
    return body


async def connect(sandbox: Sandbox, **changes: str) -> "LinkedIn":
    return LinkedIn(sandbox, (await tokens(sandbox, **changes))["access_token"])


async def connect_closed(sandbox: Sandbox) -> "LinkedIn":
    """Ada, through one of the few apps that may read members' posts."""
    app = {"platform": "linkedin", "login": "closed", "client_id": CLOSED, "secret": f"{CLOSED}-secret", "name": "C"}
    await sandbox.admin("seed", apps=[app])
    return await connect(sandbox, client_id=CLOSED, scope=f"{SCOPES} r_member_social")


@dataclass(frozen=True)
class LinkedIn:
    """The REST API with a token."""

    sandbox: Sandbox
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {**self.bearer, "linkedin-version": VERSION, "x-restli-protocol-version": "2.0.0"}

    @property
    def bearer(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    async def call(self, method: str, path: str, *, headers: dict[str, str] | None = None, **more: Any) -> Answer:  # noqa: ANN401 - what aiohttp takes
        """A call with the path exactly as given: aiohttp would take the encoding off a URN."""
        url = URL(f"{self.sandbox.origin}/api.linkedin.com/{path}", encoded=True)
        async with self.sandbox.http.request(
            method, url, headers={**self.headers, **(headers or {})}, **more
        ) as answer:
            raw = await answer.read()
            found = {name.lower(): value for name, value in answer.headers.items()}
            return Answer(answer.status, await answer.json() if raw else None, found)

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.call("GET", f"rest/{path}", headers=headers)

    async def create(self, **changes: object) -> Answer:
        return await self.call("POST", "rest/posts", json=post(**changes))

    async def posted(self, **changes: object) -> str:
        answer = await self.create(**changes)
        assert answer.status == 201, answer.body
        return answer.headers["x-restli-id"]

    async def action(self, resource: str, action: str, **fields: object) -> Answer:
        return await self.call("POST", f"rest/{resource}?action={action}", json={f"{action}Request": fields})

    async def begin(self, resource: str, owner: str = ADA, **fields: object) -> Body:
        answer = await self.action(resource, "initializeUpload", owner=owner, **fields)
        assert answer.status == 200, answer.body
        value: Body = answer.body["value"]
        return value

    async def put(self, url: str, content: bytes, **headers: str) -> Answer:
        path = url.removeprefix(self.sandbox.origin)
        kind = {"content-type": "application/octet-stream"}
        return await self.sandbox.call("PUT", path, data=BytesIO(content), headers={**kind, **headers})

    async def upload(self, resource: str, content: bytes, owner: str = ADA) -> str:
        """An image or document that has arrived."""
        begun = await self.begin(resource, owner)
        assert (await self.put(begun["uploadUrl"], content, **self.bearer)).status == 201
        urn: str = begun[resource.removesuffix("s")]
        return urn

    async def image(self, name: str = "square.jpg", owner: str = ADA) -> str:
        return await self.upload("images", await sample(self.sandbox, name), owner)

    async def video(self, content: bytes, owner: str = ADA) -> str:
        """A video that has arrived in one or more parts, and is being processed."""
        begun = await self.begin("videos", owner, fileSizeBytes=len(content))
        etags = []
        for part in begun["uploadInstructions"]:
            sent = await self.put(part["uploadUrl"], content[part["firstByte"] : part["lastByte"] + 1])
            etags.append(sent.headers["etag"])
        done = await self.finish(begun["video"], etags)
        assert done.status == 200, done.body
        urn: str = begun["video"]
        return urn

    async def finish(self, video: str, etags: list[str]) -> Answer:
        return await self.action("videos", "finalizeUpload", video=video, uploadToken="", uploadedPartIds=etags)

    async def comment(self, post: str, text: str, actor: str = ADA, **more: object) -> Answer:
        body = {"actor": actor, "object": post, "message": {"text": text}, **more}
        return await self.call("POST", f"rest/socialActions/{enc(post)}/comments", json=body)


def post(**changes: object) -> Body:
    """The body of a post; a change to None takes a field out."""
    whole: Body = {
        "author": ADA,
        "commentary": "Hello",
        "visibility": "PUBLIC",
        "distribution": {
            "feedDistribution": "MAIN_FEED",
            "targetEntities": [],
            "thirdPartyDistributionChannels": [],
        },
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": False,
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def media(urn: str, **more: str) -> Body:
    return {"media": {"id": urn, **more}}


def enc(urn: str) -> str:
    return quote(urn, safe="")


async def sample(sandbox: Sandbox, name: str) -> bytes:
    async with sandbox.http.get(sandbox.sample(name)) as answer:
        return await answer.read()
