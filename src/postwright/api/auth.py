"""The routes of signing up, logging in and out, and of tokens for programs. Browsers' sessions are the web door's."""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from postwright.api.deps import AppDep, CallerDep
from postwright.services import auth, people
from postwright.services.auth import Tokens
from postwright.storage.users import Member

router = APIRouter(tags=["auth"])

Responses = dict[int | str, dict[str, Any]]  # as FastAPI has it

LONGEST: Final = 1000
"""Of any field here; what a field may really be is told by findings."""
_CREATED: Final = 201
_WRONG: Final[Responses] = {401: {"$ref": "#/components/responses/UNAUTHORIZED"}}

Typed = Annotated[str, Field(max_length=LONGEST)]


class SignUpBody(BaseModel):
    """Who signs up."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"email": "ada@example.com", "password": "correct horse", "name": "Ada"}]},
    )

    email: Typed
    password: Typed = Field(description="8 to 200 characters.")
    name: Typed | None = None
    timezone: Typed = Field("UTC", description="An IANA name, like Europe/Berlin: the workspace's zone.")


class LogInBody(BaseModel):
    """Who logs in."""

    model_config = ConfigDict(extra="forbid")

    email: Typed
    password: Typed


class RefreshBody(BaseModel):
    """The refresh token that came last."""

    model_config = ConfigDict(extra="forbid")

    refresh_token: Typed


class UserReply(BaseModel):
    """A person."""

    id: UUID
    email: str
    name: str


class WorkspaceReply(BaseModel):
    """A workspace and the person's role in it."""

    id: UUID
    name: str
    timezone: str
    role: str


class MeReply(BaseModel):
    """Who the credentials stand for."""

    user: UserReply
    workspace: WorkspaceReply


class SignedInReply(MeReply):
    """Tokens to go on with. Each refresh token is good for one refresh."""

    access_token: str = Field(description="Send it as: Authorization: Bearer …")
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 a word of RFC 6749, not a secret
    expires_in: int = Field(description="In seconds.")
    refresh_token: str


@router.post("/api/auth/signup", status_code=_CREATED)
async def sign_up(request: Request, app: AppDep, body: SignUpBody) -> SignedInReply:
    """Make a person with a workspace of their own, and log them in. Refused with `email_taken`."""
    wanted = people.SignUp(body.email, body.password, body.name, body.timezone)
    member = await people.sign_up(app, wanted, _address(request))
    return await _signed_in(request, app, member)


@router.post("/api/auth/login", responses=_WRONG)
async def log_in(request: Request, app: AppDep, body: LogInBody) -> SignedInReply:
    """Log in by email and password."""
    member = await people.log_in(app, body.email, body.password, _address(request))
    return await _signed_in(request, app, member)


@router.post("/api/auth/refresh", responses=_WRONG)
async def refresh(app: AppDep, body: RefreshBody) -> SignedInReply:
    """Trade the refresh token for new tokens. A refresh token that comes a second time ends the session."""
    return _reply(*await auth.refresh(app, body.refresh_token))


@router.post("/api/auth/logout", status_code=204)
async def log_out(app: AppDep, caller: CallerDep) -> None:
    """End the session: its tokens are refused from now on."""
    async with app.db.tx() as tx:
        await auth.log_out(tx, app, caller)


@router.get("/api/me")
async def me(app: AppDep, caller: CallerDep) -> MeReply:
    """Who is calling, and in which workspace."""
    async with app.db.tx() as tx:
        return _me(await people.me(tx, caller))


async def _signed_in(request: Request, app: AppDep, member: Member) -> SignedInReply:
    async with app.db.tx() as tx:
        tokens = await auth.open_bearer_session(tx, app, member, user_agent=request.headers.get("User-Agent"))
    return _reply(member, tokens)


def _reply(member: Member, tokens: Tokens) -> SignedInReply:
    who = _me(member)
    return SignedInReply(
        user=who.user,
        workspace=who.workspace,
        access_token=tokens.access_token,
        expires_in=int(tokens.expires_in.total_seconds()),
        refresh_token=tokens.refresh_token,
    )


def _me(member: Member) -> MeReply:
    user, workspace = member.user, member.workspace
    return MeReply(
        user=UserReply(id=user.id, email=user.email, name=user.name),
        workspace=WorkspaceReply(id=workspace.id, name=workspace.name, timezone=workspace.timezone, role=member.role),
    )


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"
