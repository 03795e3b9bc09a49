"""LinkedIn's OAuth: consent, code exchange, refresh, introspection, revocation, the OpenID Connect identity.

Source: LinkedIn, "Authorization Code Flow", "Refresh Tokens", "Token Introspection", "Sign In with LinkedIn".
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from urllib.parse import urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from postwright.sandbox.call import FORM, Call, Json, Reply, json_reply, redirect
from postwright.sandbox.consent import AccountChoice, AuthorizeRequest, Candidate, Consent, refused
from postwright.sandbox.oauth import CodeRefused, Grant, Token, redirect_uri_fault
from postwright.sandbox.state import Account, ClientApp, World
from postwright.sandbox.twins.linkedin import rules

DENIAL = {"error": "user_cancelled_authorize", "error_description": "The user cancelled the authorization"}
BAD_CODE = (
    "Unable to retrieve access token: appid/redirect uri/code verifier does not match authorization code. Or "
    "authorization code expired. Or external member binding exists"
)
BAD_REFRESH = "The provided authorization grant or refresh token is invalid, expired or revoked."
ISSUER = "https://www.linkedin.com/oauth"
KEY_ID = "sandbox"


class LoginError(Exception):
    """A refusal at the token endpoint."""

    def __init__(self, message: str, error: str = "invalid_request", status: int = 400) -> None:
        super().__init__(message)
        self.reply = json_reply({"error": error, "error_description": message}, status)


class Login:
    """`www.linkedin.com/oauth` of one sandbox."""

    def __init__(self, world: World, consent: Consent) -> None:
        self._world = world
        self._consent = consent
        self._doors: Mapping[tuple[str, str], Callable[[Call], Reply]] = {
            ("GET", "/oauth/v2/authorization"): self._authorization,
            ("POST", "/oauth/v2/accessToken"): self._access_token,
            ("POST", "/oauth/v2/introspectToken"): self._introspect,
            ("POST", "/oauth/v2/revoke"): self._revoke,
            ("GET", "/oauth/openid/jwks"): _public_keys,
        }

    def answer(self, call: Call) -> Reply | None:
        """The answer of the door that is called; None if there is none."""
        door = self._doors.get((call.method, call.path))
        if door is None:
            return None
        try:
            return door(call)
        except LoginError as refusal:
            return refusal.reply

    def _authorization(self, call: Call) -> Reply:
        query = call.query
        app = self._world.apps.get(query.get("client_id", ""))
        if app is None or app.platform != rules.PLATFORM:
            return refused("The passed in client_id is invalid.")
        fault = redirect_uri_fault(query.get("redirect_uri", ""))
        if fault:
            return refused(f"The redirect_uri does not match the registered value. {fault}")
        if query.get("response_type") != "code":
            return refused("You need to pass the response_type parameter, with the value code.")
        scopes = query.get("scope", "").split()
        barred = sorted(set(scopes) - rules.PRODUCTS.get(app.login, rules.SIGN_IN_AND_SHARE))
        if barred or not scopes:
            message = f'Scope "{" ".join(barred)}" is not authorized for your application'
            denial = {
                "error": "unauthorized_scope_error",
                "error_description": message,
                "state": query.get("state", ""),
            }
            return redirect(f"{query['redirect_uri']}{'&' if '?' in query['redirect_uri'] else '?'}{urlencode(denial)}")
        request = AuthorizeRequest(
            app=app,
            brand="LinkedIn",
            redirect_uri=query["redirect_uri"],
            state=query.get("state"),
            scopes={scope: rules.SCOPES[scope] for scope in scopes},
            candidates=tuple(self._candidate(a) for a in self._world.accounts.values() if is_member(a)),
            choose_accounts=False,
            denial=DENIAL,
            code_prefix="AQ",
            code_lifetime=rules.CODE_LIFE,
        )
        return self._consent.ask(request, call)

    def _candidate(self, member: Account) -> Candidate:
        """A member; the organisations they have a role in come with the consent, there is nothing to choose."""
        theirs = [
            a for a in self._world.accounts_of(member.person_id, rules.PLATFORM) if a is member or not is_member(a)
        ]
        detail = ", ".join(account.name for account in theirs if account is not member) or "No organisation"
        names = tuple(name for account in theirs for name in (account.id, account.username, account.name))
        choice = AccountChoice(member.id, member.name, detail, tuple(account.id for account in theirs), names)
        return Candidate(member.id, member.name, detail, (choice,), (member.person_id, member.username, member.name))

    def _access_token(self, call: Call) -> Reply:
        app = self._client(call)
        kind = call.form.get("grant_type")
        if kind == "authorization_code":
            return json_reply(self._from_code(app, call.form))
        if kind == "refresh_token":
            return json_reply(self._refreshed(app, call.form))
        raise LoginError(f'Grant type "{kind}" is not supported.', "unsupported_grant_type")

    def _client(self, call: Call) -> ClientApp:
        if not call.header("content-type").startswith(FORM):
            raise LoginError('A required parameter "grant_type" is missing')
        for name in ("client_id", "client_secret"):
            if not call.form.get(name):
                raise LoginError(f'A required parameter "{name}" is missing')
        app = self._world.apps.get(call.form["client_id"])
        if app is None or app.platform != rules.PLATFORM or app.secret != call.form["client_secret"]:
            raise LoginError("Client authentication failed", "invalid_client", 401)
        return app

    def _from_code(self, app: ClientApp, form: Mapping[str, str]) -> Json:
        for name in ("code", "redirect_uri"):
            if not form.get(name):
                raise LoginError(f'A required parameter "{name}" is missing')
        try:
            grant = self._world.oauth.redeem(
                form["code"], client_id=app.client_id, redirect_uri=form["redirect_uri"]
            )  # fmt: skip
        except CodeRefused as refusal:
            raise LoginError(BAD_CODE) from refusal
        refresh = self._issue(grant, "refresh", rules.REFRESH_LIFE) if app.login in rules.PARTNERS else None
        reply = self._tokens(grant, refresh)
        if "openid" in grant.scopes:
            now = int(self._world.clock.now().timestamp())
            member = self._world.accounts[grant.subject]
            claims = {
                "iss": ISSUER,
                "aud": app.client_id,
                "iat": now,
                "exp": now + 3600,
                **identity(member, grant.scopes),
            }
            reply["id_token"] = jwt.encode(claims, _key(), "RS256", {"kid": KEY_ID})
        return reply

    def _refreshed(self, app: ClientApp, form: Mapping[str, str]) -> Json:
        token = self._world.oauth.find(form.get("refresh_token", ""))
        if token is None or token.kind != "refresh" or token.grant.client_id != app.client_id:
            raise LoginError(BAD_REFRESH)
        if token.why_dead() or self._world.oauth.expired(token):
            raise LoginError(BAD_REFRESH)
        return self._tokens(token.grant, token)

    def _issue(self, grant: Grant, kind: str, life: timedelta) -> Token:
        return self._world.oauth.issue(grant, kind, life, prefix=f"AQ{secrets.token_hex(rules.TOKEN_BYTES // 2)}")

    def _tokens(self, grant: Grant, refresh: Token | None) -> dict[str, Json]:
        """A new access token, and the refresh token with what is left of its life."""
        access = self._issue(grant, "access", rules.ACCESS_LIFE)
        reply: dict[str, Json] = {"access_token": access.value, "expires_in": self._left(access)}
        if refresh is not None:
            reply |= {"refresh_token": refresh.value, "refresh_token_expires_in": self._left(refresh)}
        return reply | {"scope": ",".join(sorted(grant.scopes)), "token_type": "Bearer"}

    def _left(self, token: Token) -> int:
        """Whole seconds, rounded up, until a token ends."""
        end = token.expires_at or self._world.clock.now()
        return -int((self._world.clock.now() - end) // timedelta(seconds=1))

    def _introspect(self, call: Call) -> Reply:
        app = self._client(call)
        token = self._world.oauth.find(call.form.get("token", ""))
        if token is None or token.grant.client_id != app.client_id or token.expires_at is None:
            return json_reply({"active": False})
        status = "revoked" if token.why_dead() else "expired" if self._world.oauth.expired(token) else "active"
        return json_reply(
            {
                "active": status == "active",
                "status": status,
                "client_id": app.client_id,
                "scope": ",".join(sorted(token.grant.scopes)),
                "auth_type": "3L",
                "authorized_at": int(token.grant.granted_at.timestamp()),
                "created_at": int(token.issued_at.timestamp()),
                "expires_at": int(token.expires_at.timestamp()),
            }
        )

    def _revoke(self, call: Call) -> Reply:
        """An access token ends alone, a refresh token takes the whole consent along (RFC 7009 §2.1)."""
        app = self._client(call)
        token = self._world.oauth.find(call.form.get("token", ""))
        if token is not None and token.grant.client_id == app.client_id:
            token.ended = "revoked"
            if token.kind == "refresh":
                self._world.oauth.end_grant(token.grant, "revoked")
        return Reply(200, b"")


def is_member(account: Account) -> bool:
    """Whether it is a person's own account on LinkedIn."""
    return account.platform == rules.PLATFORM and account.kind == "member"


def identity(member: Account, scopes: frozenset[str]) -> dict[str, Json]:
    """What the scopes let an app know of a member: the claims of the id token and of `/v2/userinfo`."""
    first, _, last = member.name.partition(" ")
    claims: dict[str, Json] = {"sub": member.id}
    if "profile" in scopes:
        locale: Json = {"country": "US", "language": "en"}
        claims |= {"name": member.name, "given_name": first, "family_name": last, "locale": locale}
    if "email" in scopes:
        claims |= {"email": f"{member.username}@example.org", "email_verified": True}
    return claims


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _public_keys(_: Call) -> Reply:
    key = jwt.algorithms.RSAAlgorithm.to_jwk(_key().public_key(), as_dict=True)
    return json_reply({"keys": [{**key, "kid": KEY_ID, "alg": "RS256", "use": "sig"}]})
