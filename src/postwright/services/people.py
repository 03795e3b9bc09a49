"""Signing up and logging in by email and password, and how often that may be tried."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from pwdlib import PasswordHash

from postwright.domain.errors import Conflict, Finding, Invalid, NotFound, TooMany, Unauthenticated
from postwright.domain.schedule import zone_of
from postwright.kit.crypto import fingerprint
from postwright.kit.ids import new_id
from postwright.services.app import App
from postwright.services.auth import Caller
from postwright.storage import users
from postwright.storage.db import Tx
from postwright.storage.users import Member, User, Workspace

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 200
LONGEST_NAME = 100
WINDOW = timedelta(minutes=15)
TRIES_BY_EMAIL = 10
TRIES_BY_ADDRESS = 50
SIGN_UPS_BY_ADDRESS = 30
_IPV6_SITE = 64

_passwords = PasswordHash.recommended()


@dataclass(frozen=True, slots=True)
class SignUp:
    """What a person gives to sign up, as they typed it: `timezone` is an IANA name, `workspace` a name for theirs."""

    email: str
    password: str
    name: str | None = None
    timezone: str = "UTC"
    workspace: str | None = None


async def sign_up(app: App, wanted: SignUp, address: str) -> Member:
    """Make a person and their workspace; `address` is where the request came from.

    Raises Invalid with a finding for each field, Conflict (`email_taken`) and TooMany.
    """
    clean = _checked(wanted)
    name = clean.name or clean.email.partition("@")[0]
    await _count(app, _key("sign-up", _site(address)), SIGN_UPS_BY_ADDRESS)
    async with app.db.tx() as tx:
        if await users.email_taken(tx, clean.email):
            raise _taken()
    password_hash = await asyncio.to_thread(_passwords.hash, clean.password)
    member = Member(
        User(new_id(), clean.email, name, is_admin=False),
        Workspace(new_id(), clean.workspace or f"{name}'s workspace", clean.timezone),
        "owner",
    )
    async with app.db.tx() as tx:
        added = await users.add_member(tx, member, password_hash, app.clock.now())
    if added is None:
        raise _taken()
    return added


async def log_in(app: App, email: str, password: str, address: str) -> Member:
    """The person with this email and password, in their oldest workspace.

    A wrong email costs the same time and gets the same answer as a wrong password. Each try
    counts as a failure until it has succeeded, so that many at once get no more of them.
    Raises Unauthenticated and TooMany.
    """
    known_as = _normal(email)
    by_email = _key("log-in email", known_as or email)
    await _count(app, by_email, TRIES_BY_EMAIL)
    failure_id = await _count(app, _key("log-in address", _site(address)), TRIES_BY_ADDRESS)
    async with app.db.tx() as tx:
        found = await users.member_by_email(tx, known_as) if known_as else None
    if found is None:
        await asyncio.to_thread(_passwords.hash, password)
    elif await asyncio.to_thread(_passwords.verify, password, found[1]):
        async with app.db.tx() as tx:
            await users.forgive(tx, by_email, failure_id)
        return found[0]
    raise Unauthenticated("The email or the password is wrong.", code="wrong_credentials")


async def nobody_yet(tx: Tx) -> bool:
    """Whether the instance waits for its first person."""
    return not await users.anybody(tx)


async def me(tx: Tx, caller: Caller) -> Member:
    """The caller's person and workspace. Raises Unauthenticated."""
    found = await users.member(tx, caller.workspace_id, caller.user_id)
    if found is None:
        raise Unauthenticated
    return found


async def find(tx: Tx, email: str) -> Member:
    """The person with this email. Raises NotFound."""
    known_as = _normal(email)
    found = await users.member_by_email(tx, known_as) if known_as else None
    if found is None:
        raise NotFound(f"Nobody has signed up as {email}.", code="user_not_found")
    return found[0]


async def reset_password(app: App, email: str, password: str) -> Member:
    """Give a person another password and end their sessions, by the operator's hand. Raises NotFound, Invalid."""
    if findings := _password_findings(password):
        raise Invalid(findings)
    password_hash = await asyncio.to_thread(_passwords.hash, password)
    async with app.db.tx() as tx:
        member = await find(tx, email)
        await users.set_password(tx, member.user.id, password_hash)
        await users.end_sessions_of(tx, member.user.id, app.clock.now())
    return member


def _checked(wanted: SignUp) -> SignUp:
    findings: list[Finding] = []
    email = _normal(wanted.email)
    if email is None:
        findings.append(Finding("email", "email_invalid", "This is not an email address that can receive mail."))
    findings += _password_findings(wanted.password)
    name, workspace = (wanted.name or "").strip(), (wanted.workspace or "").strip()
    findings += name_findings("name", name) + name_findings("workspace", workspace)
    try:
        zone_of(wanted.timezone)
    except Invalid as unknown:
        findings += unknown.findings
    if findings or email is None:
        raise Invalid(findings)
    return SignUp(email, wanted.password, name, wanted.timezone, workspace)


def name_findings(field: str, name: str) -> list[Finding]:
    """What is wrong with the name of a person or a workspace."""
    if len(name) > LONGEST_NAME:
        message = f"A name has at most {LONGEST_NAME} characters."
        return [Finding(field, "name_too_long", message, limit=LONGEST_NAME, value=len(name))]
    if not name.isprintable():
        return [Finding(field, "name_invalid", "The name holds characters that cannot be shown.")]
    return []


def _password_findings(password: str) -> list[Finding]:
    length = len(password)
    if length < SHORTEST_PASSWORD:
        message = f"A password has at least {SHORTEST_PASSWORD} characters."
        return [Finding("password", "password_too_short", message, limit=SHORTEST_PASSWORD, value=length)]
    if length > LONGEST_PASSWORD:
        message = f"A password has at most {LONGEST_PASSWORD} characters."
        return [Finding("password", "password_too_long", message, limit=LONGEST_PASSWORD, value=length)]
    return []


def _normal(email: str) -> str | None:
    """The address as it is compared: in Unicode's normal form and lower case; None where it is none."""
    try:
        return validate_email(email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return None


def _taken() -> Conflict:
    return Conflict("Somebody has signed up with this email: log in instead.", code="email_taken")


def _site(address: str) -> str:
    """Whom an address stands for: an IPv6 customer has a whole /64 of them."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(int(parsed) >> _IPV6_SITE) if parsed.ipv4_mapped is None else str(parsed.ipv4_mapped)
    return str(parsed)


def _key(what: str, value: str) -> bytes:
    return fingerprint(f"{what} {value}")


async def _count(app: App, key: bytes, allowed: int) -> UUID:
    """Count one more try against a key, over all processes. Raises TooMany, which counts for nothing."""
    now, failure_id = app.clock.now(), new_id()
    async with app.db.tx() as tx:
        await users.lock_failures(tx, key)
        last_allowed = await users.failures_since(tx, key, now - WINDOW, allowed)
        if last_allowed is not None:
            raise TooMany("Too many tries; wait a little.", retry_at=last_allowed + WINDOW)
        await users.add_failure(tx, failure_id, key, now)
    return failure_id
