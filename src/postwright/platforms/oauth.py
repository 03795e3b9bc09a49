"""OAuth 2.0 that all platforms share: the address to send a person to, PKCE, and when a grant is to be renewed."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import quote, urlencode

from postwright.kit.crypto import Secret
from postwright.kit.ids import token
from postwright.platforms.base import AppCredentials, Grant, Login


class Given(Protocol):
    """What a reply to a code or a refresh token says of the access token in it."""

    @property
    def access_token(self) -> str: ...

    @property
    def expires_in(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Renewal:
    """How long before its end a token is renewed, and how old it must be for that; `lifetime` where none is told."""

    lead: timedelta
    youngest: timedelta
    lifetime: timedelta

    def expires_at(self, now: datetime, seconds: int | None) -> datetime:
        """When a token that was given just now runs out."""
        return now + (self.lifetime if seconds is None else timedelta(seconds=seconds))

    def refresh_at(self, now: datetime, expires_at: datetime) -> datetime:
        """When to renew a token that was given just now."""
        return max(expires_at - self.lead, now + self.youngest)

    def grant(
        self, now: datetime, given: Given, refresh_token: Secret | None, scopes: tuple[str, ...], subject: str
    ) -> Grant:
        """The grant of a token that was given just now; without a refresh token it is not to be renewed."""
        expires_at = self.expires_at(now, given.expires_in)
        refresh_at = self.refresh_at(now, expires_at) if refresh_token is not None else None
        return Grant(Secret(given.access_token), refresh_token, expires_at, refresh_at, scopes, subject)


def new_verifier(login: Login) -> str | None:
    """A fresh PKCE verifier (43 characters, RFC 7636 §4.1), None where the login uses no PKCE."""
    return token() if login.pkce else None


def challenge(login: Login, verifier: str) -> str:
    """What the platform is told of the verifier beforehand: its SHA-256, in base64url or (one platform) in hex."""
    digest = hashlib.sha256(verifier.encode()).digest()
    if login.pkce == "hex":
        return digest.hex()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def basic(app: AppCredentials) -> str:
    """The app's id and secret as the header Authorization of a token request has them (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()


def authorize_url(login: Login, app: AppCredentials, *, redirect_uri: str, state: str, verifier: str | None) -> str:
    """Where the person's browser is sent for the consent; the vendor's address, not the sandbox's."""
    query = {
        login.client_id_name: app.client_id,
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": login.scope_separator.join(scope.name for scope in login.scopes),
        "state": state,
        **login.extra,
    }
    if verifier is not None:
        query |= {"code_challenge": challenge(login, verifier), "code_challenge_method": "S256"}
    return f"{login.authorize_url}?{urlencode(query, quote_via=quote)}"
