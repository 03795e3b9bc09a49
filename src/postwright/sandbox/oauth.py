"""OAuth 2.0 as a provider sees it: grants, one-time codes, tokens, their lives and their ends.

Shared by all twins. What a vendor calls things, which lifetimes it uses and how it words refusals is the twin's affair;
asking the person is consent.py's.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import unquote_plus, urlsplit

from postwright.sandbox.clock import VirtualClock

CODE_LIFETIME = timedelta(hours=1)
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

Refusal = Literal["unknown_code", "used_code", "expired_code", "wrong_redirect", "wrong_client", "wrong_verifier"]


class CodeRefused(Exception):
    """An authorization code cannot be exchanged."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why)
        self.why: Refusal = why


@dataclass(slots=True, eq=False)
class Grant:
    """What one person (or account) allowed one app. Its tokens live no longer than it does."""

    client_id: str
    subject: str
    """Who consented: a person's id, or an account's where the login is by account."""
    account_ids: tuple[str, ...]
    scopes: frozenset[str]
    granted_at: datetime
    ended: str = ""
    """Why it is over; empty while it holds."""


@dataclass(slots=True, eq=False)
class Code:
    """An authorization code."""

    grant: Grant
    redirect_uri: str
    challenge: str
    method: str
    expires_at: datetime
    used: bool = False


@dataclass(slots=True, eq=False)
class Token:
    """An access or refresh token."""

    value: str
    kind: str
    """The twin's word: user_short, user_long, page, refresh …"""
    grant: Grant
    issued_at: datetime
    expires_at: datetime | None
    account_id: str = ""
    """The one account it acts for, where a token is bound to one."""
    ended: str = ""

    def why_dead(self) -> str:
        """Why it was ended before its time (`expired` is for the clock to say); empty if it was not."""
        return self.ended or self.grant.ended


class OAuth:
    """All grants, codes and tokens of one sandbox."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._grants: dict[tuple[str, str], Grant] = {}
        self._codes: dict[str, Code] = {}
        self._tokens: dict[str, Token] = {}

    def reset(self) -> None:
        """Forget everything."""
        self._grants.clear()
        self._codes.clear()
        self._tokens.clear()

    def grant(
        self,
        client_id: str,
        subject: str,
        account_ids: tuple[str, ...],
        scopes: frozenset[str],
        *,
        asked: frozenset[str] | None = None,
    ) -> Grant:
        """Note a consent. A second one of the same person replaces what the first allowed; its tokens live on.

        Where `asked` is given, only what was asked for is replaced: other scopes stay as they were granted.
        """
        held = self._grants.get((client_id, subject))
        if held is not None and not held.ended:
            earlier = frozenset() if asked is None else held.scopes - asked
            held.account_ids, held.scopes = account_ids, scopes | earlier
            return held
        grant = Grant(client_id, subject, account_ids, scopes, self._clock.now())
        self._grants[client_id, subject] = grant
        return grant

    def grants_on(self, account_id: str) -> list[Grant]:
        """Grants in force that reach an account."""
        return [grant for grant in self._grants.values() if not grant.ended and account_id in grant.account_ids]

    def users_of(self, client_id: str) -> int:
        """How many people have a grant in force with the app."""
        return sum(1 for grant in self._grants.values() if grant.client_id == client_id and not grant.ended)

    def code(
        self,
        grant: Grant,
        redirect_uri: str,
        *,
        prefix: str = "",
        challenge: str = "",
        method: str = "",
        lifetime: timedelta = CODE_LIFETIME,
    ) -> str:
        """Issue a one-time code for a grant."""
        value = prefix + secrets.token_urlsafe(48)
        self._codes[value] = Code(grant, redirect_uri, challenge, method, self._clock.now() + lifetime)
        return value

    def redeem(self, value: str, *, client_id: str, redirect_uri: str, verifier: str = "") -> Grant:
        """Exchange a code; raises CodeRefused. A code that was presented by the right app is spent."""
        code = self._codes.get(value)
        if code is None:
            raise CodeRefused("unknown_code")
        if code.grant.client_id != client_id:
            raise CodeRefused("wrong_client")
        if code.used:
            raise CodeRefused("used_code")
        if code.expires_at <= self._clock.now():
            raise CodeRefused("expired_code")
        if code.redirect_uri != redirect_uri:
            raise CodeRefused("wrong_redirect")
        if code.challenge and challenge_of(verifier, code.method) != code.challenge:
            raise CodeRefused("wrong_verifier")
        code.used = True
        return code.grant

    def issue(
        self, grant: Grant, kind: str, lifetime: timedelta | None, *, prefix: str = "", account_id: str = ""
    ) -> Token:
        """A new token; without a lifetime it lives until it is ended."""
        now = self._clock.now()
        token = Token(
            value=prefix + secrets.token_urlsafe(72).replace("-", "Z").replace("_", "A"),
            kind=kind,
            grant=grant,
            issued_at=now,
            expires_at=None if lifetime is None else now + lifetime,
            account_id=account_id,
        )
        self._tokens[token.value] = token
        return token

    def find(self, value: str) -> Token | None:
        """The token with this value, dead or alive."""
        return self._tokens.get(value)

    def held(self, grant: Grant, kind: str, account_id: str) -> Token | None:
        """A living token of this kind for an account, where a vendor hands out the same one again."""
        for token in self._tokens.values():
            if token.grant is grant and token.kind == kind and token.account_id == account_id and not token.ended:
                return token
        return None

    def expired(self, token: Token) -> bool:
        """Whether its time has run out."""
        return token.expires_at is not None and token.expires_at <= self._clock.now()

    def rotate(self, token: Token, lifetime: timedelta | None, *, prefix: str = "") -> Token:
        """A new token in place of a single-use one, which is over from now on."""
        token.ended = "rotated"
        return self.issue(token.grant, token.kind, lifetime, prefix=prefix, account_id=token.account_id)

    def expire(self, token: Token) -> None:
        """Let a token's time be over now."""
        token.expires_at = self._clock.now()

    def end_grant(self, grant: Grant, why: str) -> None:
        """The person (or the vendor) takes the consent back: every token of it is dead."""
        grant.ended = why


def challenge_of(verifier: str, method: str) -> str:
    """The PKCE challenge that belongs to a verifier (RFC 7636 §4.2); one vendor writes the digest in hex."""
    if method == "plain":
        return verifier
    digest = hashlib.sha256(verifier.encode()).digest()
    return digest.hex() if method == "hex" else base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def basic_credentials(header: str) -> tuple[str, str] | None:
    """Client id and secret of an `Authorization: Basic` header (RFC 6749 §2.3.1); None where it is no such header."""
    scheme, _, coded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, colon, secret = base64.b64decode(coded, validate=True).decode().partition(":")
    except ValueError:
        return None
    return (unquote_plus(client_id), unquote_plus(secret)) if colon else None


def redirect_uri_fault(uri: str) -> str:
    """Why a redirect URI is refused, or an empty string: absolute, https (http on loopback), no fragment."""
    parts = urlsplit(uri)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "redirect_uri must be an absolute URL."
    if "#" in uri:
        return "redirect_uri must not carry a fragment."
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        return "redirect_uri must use https."
    return ""
