"""The routes of connecting accounts by OAuth, listing and disconnecting them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from postwright.api.deps import COOKIE, AppDep, CallerDep
from postwright.domain.account import Account, Health
from postwright.domain.errors import Problem, Unauthenticated
from postwright.services import account_options, auth, connect, connections
from postwright.services.app import App
from postwright.services.auth import Caller
from postwright.services.connect import Connected, ToChoose

router = APIRouter(tags=["connections"])

Responses = dict[int | str, dict[str, Any]]  # as FastAPI has it

CHANNELS: Final = "/channels"
CHOOSER: Final = "/channels/choose"
MOST_CHOICES: Final = 500
_FOUND: Final = 302
_SEE_OTHER: Final = 303
_REFUSED: Final[Responses] = {409: {"$ref": "#/components/responses/CONFLICT"}}
_NOT_YOURS: Final[Responses] = {403: {"$ref": "#/components/responses/FORBIDDEN"}}


class AccountReply(BaseModel):
    """One connected account."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    platform: str
    login: str = Field(description="Which of the platform's logins it was connected by.")
    external_id: str = Field(description="The platform's own id of it.")
    username: str
    name: str
    avatar_url: str | None
    kind: str
    scopes: list[str]
    health: Health
    health_reason: str | None = Field(description="Why it must be connected again.")
    token_expires_at: datetime | None = Field(description="It is renewed before.")
    connected_at: datetime


class AccountsReply(BaseModel):
    """Connected accounts."""

    accounts: list[AccountReply]


class OptionValueReply(BaseModel):
    """One value that an option may have, and what people call it there."""

    model_config = ConfigDict(from_attributes=True)

    value: str
    label: str


class OptionsReply(BaseModel):
    """What the options that are the account's own may be; of an option that is missing, it allows no value."""

    options: dict[str, list[OptionValueReply]]


class ConnectReply(BaseModel):
    """Where to send the person's browser."""

    redirect_url: str


class ChoiceBody(BaseModel):
    """Which of the accounts that a consent opened are to be connected."""

    model_config = ConfigDict(extra="forbid")

    state: Annotated[str, Field(max_length=200)]
    external_ids: Annotated[list[Annotated[str, Field(max_length=500)]], Field(max_length=MOST_CHOICES)]


class DisconnectBody(BaseModel):
    """Which account; it may be left out where only one of the platform is connected."""

    model_config = ConfigDict(extra="forbid")

    account_id: UUID | None = None


class DisconnectReply(BaseModel):
    """What became of it."""

    account: AccountReply
    canceled_publications: int = Field(description="How many posts will not go out there.")
    warning: str | None = Field(description="Set where the consent may still stand at the platform.")


@router.get("/api/connections")
async def list_connections(app: AppDep, caller: CallerDep) -> AccountsReply:
    """The workspace's connected accounts."""
    async with app.db.tx() as tx:
        return _accounts(await connections.connections(tx, caller))


@router.get("/api/connections/{account_id:uuid}/options", responses=_REFUSED)
async def list_options(app: AppDep, caller: CallerDep, account_id: UUID) -> OptionsReply:
    """The values that some options may have on this account now (its boards, say), asked of the platform.

    `account_options` of `/api/platforms` names the options; elsewhere there are none.
    """
    found = await account_options.account_options(app, caller, account_id)
    return OptionsReply(
        options={name: [OptionValueReply.model_validate(one) for one in values] for name, values in found.items()}
    )


@router.post("/api/connections/choose", responses={404: {"$ref": "#/components/responses/NOT_FOUND"}})
async def choose(app: AppDep, caller: CallerDep, body: ChoiceBody) -> AccountsReply:
    """Connect the chosen ones of the accounts that a browser's consent opened."""
    async with app.db.tx() as tx:
        return _accounts(await connect.choose(tx, app, caller, body.state, body.external_ids))


@router.get(
    "/api/connect/{platform}",
    response_model=ConnectReply,
    responses={_FOUND: {"description": "With `redirect=1`: to the platform's consent page."}, **_REFUSED},
)
async def begin(
    request: Request,
    app: AppDep,
    caller: CallerDep,
    platform: str,
    *,
    login: Annotated[str | None, Query(max_length=100, description="One of the platform's logins.")] = None,
    redirect: Annotated[bool, Query(description="Answer with a redirect.")] = False,
    return_to: Annotated[str | None, Query(max_length=500, description="A path here, for the way back.")] = None,
) -> Response:
    """Begin to connect accounts: the address of the platform's consent page, good for ten minutes."""
    try:
        async with app.db.tx() as tx:
            start = await connect.begin(tx, app, caller, platform, login_id=login, return_to=return_to)
    except Problem as problem:
        if redirect and _is_browser(request):
            return _to(CHANNELS, problem=problem.code, platform=platform)
        raise
    if redirect:
        return RedirectResponse(start.redirect_url, _FOUND)
    return JSONResponse(ConnectReply(redirect_url=start.redirect_url).model_dump())


@router.get(
    "/api/callback/{platform}",
    response_model=AccountsReply,
    responses={_SEE_OTHER: {"description": "For browsers: back to the channels."}, **_REFUSED, **_NOT_YOURS},
)
async def callback(request: Request, app: AppDep, platform: str) -> Response:
    """Where a platform sends the browser back. Programs get the accounts as JSON, all connected; browsers a page."""
    person = await _in_the_browser(request, app)
    browser = _is_browser(request)
    query = dict(request.query_params)
    try:
        outcome = await connect.callback(app, platform, query, person, may_choose=browser)
    except Problem as problem:
        if browser:
            return _to(CHANNELS, problem=problem.code, platform=platform)
        raise
    if isinstance(outcome, ToChoose):
        return _to(CHOOSER, state=query["state"])
    if browser:
        return _to(outcome.return_to or CHANNELS, connected=",".join(str(one.id) for one in outcome.accounts))
    return JSONResponse(_json(outcome))


@router.post("/api/disconnect/{platform}")
async def disconnect(
    app: AppDep, caller: CallerDep, platform: str, body: DisconnectBody | None = None
) -> DisconnectReply:
    """Take the consent back at the platform, delete the tokens, and cancel what was still to go out."""
    done = await connections.disconnect(app, caller, platform, body.account_id if body else None)
    return DisconnectReply(
        account=AccountReply.model_validate(done.account),
        canceled_publications=done.canceled,
        warning=done.warning,
    )


async def _in_the_browser(request: Request, app: App) -> Caller | None:
    """Who is signed in, by a session that stands, in the browser that came back."""
    cookie = request.cookies.get(COOKIE)
    if cookie is None:
        return None
    try:
        return await auth.authenticate_cookie(app, cookie)
    except Unauthenticated:
        return None


def _is_browser(request: Request) -> bool:
    return "text/html" in request.headers.get("Accept", "")


def _to(path: str, **query: str) -> Response:
    return RedirectResponse(f"{path}{'&' if '?' in path else '?'}{urlencode(query)}", _SEE_OTHER)


def _accounts(found: Sequence[Account]) -> AccountsReply:
    return AccountsReply(accounts=[AccountReply.model_validate(account) for account in found])


def _json(outcome: Connected) -> object:
    return _accounts(outcome.accounts).model_dump(mode="json")
