"""Tokens of Meta's two login products: reading them from a call, judging them, exchanging them, debug_token.

Sources: Meta, "Access Token Guide", "Get Long-Lived Tokens", "Securing Graph API Requests"; what one login alone has
is in facebook_login.py and ../instagram/login.py.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from postwright.sandbox.call import Call, Json
from postwright.sandbox.oauth import Token
from postwright.sandbox.state import ClientApp, World
from postwright.sandbox.twins.meta.errors import (
    BAD_CLIENT,
    BAD_PROOF,
    BAD_SECRET,
    BAD_TOKEN,
    NO_TOKEN,
    TOKEN_ENDED,
    TOKEN_EXPIRED,
    GraphError,
)

LONG_LIFE = timedelta(seconds=5_183_944)
"""About 60 days, as Meta's pages print it."""
DATA_ACCESS = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class LoginProduct:
    """What differs between Facebook Login and Instagram Login."""

    name: str
    token_prefix: str
    short_life: timedelta


FACEBOOK_LOGIN = LoginProduct("facebook", "EAA", timedelta(minutes=90))
INSTAGRAM_LOGIN = LoginProduct("instagram", "IGAA", timedelta(hours=1))


def presented(call: Call) -> str:
    """The token a call carries: parameter, or `Authorization: Bearer|OAuth`."""
    value = call.query.get("access_token") or call.form.get("access_token")
    if value:
        return value
    scheme, _, value = call.header("authorization").partition(" ")
    return value.strip() if scheme.lower() in ("bearer", "oauth") else ""


def judged(world: World, value: str, prefix: str) -> Token:
    """The living token with this value; raises GraphError 2500 or 190 with the subcode that says why not."""
    if not value:
        raise GraphError(NO_TOKEN)
    token = world.oauth.find(value)
    if token is None or not value.startswith(prefix):
        raise GraphError(BAD_TOKEN)
    fault = token_fault(world, token)
    if fault is not None:
        raise fault
    return token


def token_fault(world: World, token: Token) -> GraphError | None:
    """Why a token is dead, as the vendor says it."""
    dead = token.why_dead()
    if dead:
        return GraphError(TOKEN_ENDED.get(dead, TOKEN_ENDED["logged_out"]), app=token.grant.client_id)
    if world.oauth.expired(token) and token.expires_at is not None:
        return GraphError(TOKEN_EXPIRED, expired=_us(token.expires_at), now=_us(world.clock.now()))
    return None


def check_proof(world: World, token: Token, proof: str) -> None:
    """Verify `appsecret_proof` where it was sent; raises GraphError 100."""
    if proof and not hmac.compare_digest(proof, secret_proof(world.apps[token.grant.client_id].secret, token.value)):
        raise GraphError(BAD_PROOF)


def secret_proof(secret: str, token: str) -> str:
    """Hex HMAC-SHA256 of the token, keyed by the app's secret."""
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def client(world: World, client_id: str, login: str, secret: str | None = None) -> ClientApp:
    """The app of this login, with its secret checked if one is given; raises GraphError 101 or 1."""
    app = world.apps.get(client_id)
    if app is None or app.login != login:
        raise GraphError(BAD_CLIENT)
    if secret is not None and not hmac.compare_digest(secret, app.secret):
        raise GraphError(BAD_SECRET)
    return app


def app_of(world: World, value: str) -> ClientApp | None:
    """The app whose own token (`{id}|{secret}`) this is."""
    client_id, _, secret = value.partition("|")
    app = world.apps.get(client_id)
    return app if app and secret and hmac.compare_digest(secret, app.secret) else None


def lifetime_of(world: World, token: Token) -> int:
    """Seconds a token has left."""
    return 0 if token.expires_at is None else ceil((token.expires_at - world.clock.now()).total_seconds())


def described(world: World, token: Token) -> dict[str, Json]:
    """`data` of debug_token."""
    app = world.apps[token.grant.client_id]
    fault = token_fault(world, token)
    scopes = sorted(token.grant.scopes)
    about: dict[str, Json] = {
        "app_id": app.client_id,
        "type": "PAGE" if token.account_id else "USER",
        "application": app.name,
        "data_access_expires_at": int((token.grant.granted_at + DATA_ACCESS).timestamp()),
        "expires_at": 0 if token.expires_at is None else int(token.expires_at.timestamp()),
        "is_valid": fault is None,
        "issued_at": int(token.issued_at.timestamp()),
        "scopes": list(scopes),
        "granular_scopes": [{"scope": scope, "target_ids": list(token.grant.account_ids)} for scope in scopes],
        "user_id": token.grant.subject,
    }
    if token.account_id:
        about["profile_id"] = token.account_id
    if fault is not None:
        about["error"] = {"code": fault.rule.code, "message": str(fault), "subcode": fault.rule.subcode or 0}
    return about


def _us(instant: datetime) -> str:
    return instant.strftime("%A, %d-%b-%y %H:%M:%S UTC")
