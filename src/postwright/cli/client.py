"""A client of the REST API as somebody outside would write one; the demo drives the product through it alone."""

from collections.abc import Mapping
from datetime import datetime
from types import TracebackType
from typing import Final, Self, TypeVar

import aiohttp
from pydantic import BaseModel, JsonValue, ValidationError
from yarl import URL

from postwright.cli.terminal import Fault

TIMEOUT: Final = aiohttp.ClientTimeout(total=60)
_ERROR: Final = 400


class SignedIn(BaseModel):
    """The part of a log-in's reply that matters here."""

    access_token: str


class Rule(BaseModel):
    """What a picture, a video or a document must be, as far as a client can tell before it is checked."""

    mimes: tuple[str, ...]
    max_bytes: int
    ratio: tuple[float, float] | None = None
    convert_to: str | None = None
    min_seconds: float = 0
    max_seconds: float | None = None
    max_pages: int | None = None


class Kind(BaseModel):
    """One kind of post."""

    name: str
    label: str
    min_media: int
    max_media: int
    caption: bool
    image: Rule | None
    video: Rule | None
    document: Rule | None = None
    required: tuple[str, ...] = ()


class Login(BaseModel):
    """One way of connecting accounts."""

    id: str
    name: str


class Platform(BaseModel):
    """A platform, its logins and its kinds of post."""

    id: str
    name: str
    logins: tuple[Login, ...]
    kinds: tuple[Kind, ...]
    options_schema: dict[str, JsonValue]
    account_options: tuple[str, ...]


class Platforms(BaseModel):
    """All platforms."""

    platforms: tuple[Platform, ...]


class Account(BaseModel):
    """A connected account."""

    id: str
    username: str


class Accounts(BaseModel):
    """Connected accounts."""

    accounts: tuple[Account, ...]


class OptionValue(BaseModel):
    """One value that an option may have on an account."""

    value: str


class AccountOptions(BaseModel):
    """The values that the options of one account may have now."""

    options: dict[str, tuple[OptionValue, ...]]


class Media(BaseModel):
    """An uploaded file as the server measured it."""

    id: str
    type: str
    mime: str
    size: int
    width: int
    height: int
    duration: float | None
    pages: int | None = None


class Trouble(BaseModel):
    """Why a publication stands still."""

    message: str


class Publication(BaseModel):
    """A post on one account."""

    platform: str
    username: str
    status: str
    lateness_ms: int | None
    calls: int
    external_url: str | None
    error: Trouble | None


class Post(BaseModel):
    """A post and how it is doing."""

    id: str
    status: str
    publications: tuple[Publication, ...]


class _Start(BaseModel):
    redirect_url: str


class _Problem(BaseModel):
    code: str = "unknown"
    detail: str = ""


class Refused(Fault):
    """The server refused a request; `code` says why."""

    def __init__(self, what: str, status: int, problem: _Problem) -> None:
        super().__init__(f"{what} was answered {status}: {problem.detail or 'no reason given'} ({problem.code})")
        self.problem = problem.code


Shape = TypeVar("Shape", bound=BaseModel)


class Client:
    """One person at one server; use it as an async context manager, and log in first."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._token: str | None = None
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(timeout=TIMEOUT)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._http is not None:
            await self._http.close()

    async def enter(self, email: str, password: str, name: str) -> bool:
        """Sign up, or log in where that was done before; whether it is the first time. Raises Refused."""
        try:
            body = {"email": email, "password": password, "name": name}
            signed_in = await self._send("POST", "/api/auth/signup", SignedIn, json=body)
        except Refused as refused:
            if refused.problem != "email_taken":
                raise
            signed_in = await self._send(
                "POST", "/api/auth/login", SignedIn, json={"email": email, "password": password}
            )
            self._token = signed_in.access_token
            return False
        self._token = signed_in.access_token
        return True

    async def platforms(self) -> tuple[Platform, ...]:
        """What platforms there are."""
        return (await self._send("GET", "/api/platforms", Platforms)).platforms

    async def connect(self, platform: Platform, login: Login, consent: Mapping[str, str]) -> tuple[Account, ...]:
        """Go through a platform's consent as a browser would; `consent` answers its page. Raises Refused."""
        start = await self._send("GET", f"/api/connect/{platform.id}", _Start, params={"login": login.id})
        page = URL(start.redirect_url, encoded=True).extend_query(consent)
        return (await self._send("GET", page, Accounts)).accounts

    async def upload(self, name: str, mime: str, content: bytes) -> Media:
        """Store a file. Raises Refused."""
        form = aiohttp.FormData()
        form.add_field("file", content, filename=name, content_type=mime)
        return await self._send("POST", "/api/media", Media, form=form)

    async def options(self, account: Account) -> AccountOptions:
        """What the options of an account may be, asked of the platform. Raises Refused."""
        return await self._send("GET", f"/api/connections/{account.id}/options", AccountOptions)

    async def schedule(
        self,
        account: Account,
        *,
        caption: str,
        media: tuple[Media, ...],
        options: Mapping[str, JsonValue],
        at: datetime,
        reference: str,
    ) -> Post:
        """Schedule a post on an account; the same `reference` never makes a second one. Raises Refused.

        What it says may have been said before: the demo says it at each run.
        """
        body = {
            "account_id": account.id,
            "caption": caption,
            "media": [{"id": file.id} for file in media],
            "options": dict(options),
            "scheduled_at": at.isoformat(),
            "client_post_id": reference,
            "force": True,
        }
        return await self._send("POST", "/api/schedule", Post, json=body)

    async def status(self, post_id: str) -> Post:
        """How a post is doing."""
        return await self._send("GET", f"/api/posts/{post_id}/status", Post)

    async def _send(
        self,
        method: str,
        address: str | URL,
        shape: type[Shape],
        *,
        json: Mapping[str, object] | None = None,
        form: aiohttp.FormData | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Shape:
        assert self._http is not None  # noqa: S101 used inside its context only
        url = address if isinstance(address, URL) else URL(self._base + address)
        # The token is for our server only: a redirect from a platform comes back without it.
        headers = {"Authorization": f"Bearer {self._token}"} if self._token and isinstance(address, str) else {}
        what = f"{method} {url.path}"
        try:
            async with self._http.request(method, url, json=json, data=form, params=params, headers=headers) as reply:
                body = await reply.read()
                if reply.status >= _ERROR:
                    raise Refused(what, reply.status, _problem(body))
                return shape.model_validate_json(body)
        except (aiohttp.ClientError, TimeoutError) as lost:
            raise Fault(f"{what} failed: {lost or type(lost).__name__}") from lost
        except ValidationError as strange:
            raise Fault(f"{what} was answered with something else than expected: {strange}") from strange


def _problem(body: bytes) -> _Problem:
    try:
        return _Problem.model_validate_json(body)
    except ValidationError:
        return _Problem(detail=body.decode(errors="replace")[:300])
