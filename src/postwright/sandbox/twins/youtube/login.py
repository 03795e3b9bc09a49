"""Google's OAuth 2.0: the consent page, the token endpoint, revocation, tokeninfo.

Source: Google, "Using OAuth 2.0 for Web Server Applications"; wording of refusals as integrators' issues quote it.
"""

from collections.abc import Callable, Mapping
from math import ceil

from postwright.sandbox.call import Call, Json, Reply, json_reply
from postwright.sandbox.consent import AccountChoice, AuthorizeRequest, Candidate, Consent, refused
from postwright.sandbox.oauth import CodeRefused, Grant, Token, basic_credentials, redirect_uri_fault
from postwright.sandbox.state import ClientApp, World
from postwright.sandbox.twins.youtube.rules import (
    ACCESS_LIFE,
    IDLE_LIFE,
    PLATFORM,
    SCOPES,
    TESTING_LIFE,
)
from postwright.sandbox.twins.youtube.seeds import UNAUDITED

ACCESS, REFRESH = "access", "refresh"
ASKED = frozenset({
    "client_id", "redirect_uri", "response_type", "scope", "state", "access_type", "prompt",
    "include_granted_scopes", "login_hint", "hd", "nonce", "code_challenge", "code_challenge_method",
    "enable_granular_consent", "sandbox_consent", "sandbox_person", "sandbox_accounts", "sandbox_scopes",
})  # fmt: skip
"""Parameters of the authorize URL; Google refuses any other."""
WORDS: Mapping[str, frozenset[str]] = {
    "response_type": frozenset({"code"}),
    "access_type": frozenset({"", "online", "offline"}),
    "prompt": frozenset({"", "consent", "select_account", "consent select_account", "select_account consent"}),
    "include_granted_scopes": frozenset({"", "true", "false"}),
    "code_challenge_method": frozenset({"", "plain", "S256"}),
}
TOKEN_PARAMS = frozenset({
    "grant_type", "client_id", "client_secret", "code", "redirect_uri", "code_verifier", "refresh_token", "scope",
})  # fmt: skip
CODE_REFUSALS: Mapping[str, tuple[str, str]] = {
    "unknown_code": ("invalid_grant", "Malformed auth code."),
    "used_code": ("invalid_grant", "Bad Request"),
    "expired_code": ("invalid_grant", "Bad Request"),
    "wrong_client": ("invalid_grant", "Bad Request"),
    "wrong_redirect": ("redirect_uri_mismatch", "Bad Request"),
    "wrong_verifier": ("invalid_grant", "Invalid code verifier."),
}
ORDERED: Mapping[int, str] = {
    400: "invalid_grant", 401: "invalid_client", 403: "access_denied", 404: "not_found", 429: "rate_limit_exceeded",
}  # fmt: skip
"""How these endpoints call a failure that a test orders; any other is their own."""


class Refused(Exception):
    """An OAuth endpoint refuses: an error code and its description."""

    def __init__(self, code: str, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.code, self.status = code, status

    def reply(self) -> Reply:
        """RFC 6749 §5.2."""
        return json_reply({"error": self.code, "error_description": str(self)}, self.status)


class Login:
    """Google's sign-in for one sandbox."""

    def __init__(self, world: World, consent: Consent) -> None:
        self._world = world
        self._consent = consent
        self._offline: set[Grant] = set()
        self._endpoints: Mapping[tuple[str, str], Callable[[Call], Json]] = {
            ("POST", "/token"): self._token,
            ("POST", "/revoke"): self._revoke,
            ("GET", "/tokeninfo"): self._tokeninfo,
            ("POST", "/tokeninfo"): self._tokeninfo,
        }

    def reset(self) -> None:
        """Forget who asked for refresh tokens."""
        self._offline.clear()

    def authorize(self, call: Call) -> Reply:
        """`accounts.google.com/o/oauth2/v2/auth`: what is wrong is said on a page, everything else is asked."""
        query = call.query
        app = self._app(query.get("client_id", ""))
        if app is None:
            return refused("Error 401: invalid_client. The OAuth client was not found.", 401)
        fault = redirect_uri_fault(query.get("redirect_uri", ""))
        if fault:
            return refused(f"Error 400: redirect_uri_mismatch. {fault}")
        for name in query:
            if name not in ASKED:
                return refused(f"Error 400: invalid_request. Parameter not allowed for this message type: {name}")
        for name, words in WORDS.items():
            if query.get(name, "") not in words:
                return refused(f"Error 400: invalid_request. Invalid parameter value for {name}: '{query.get(name)}'")
        scopes = query.get("scope", "").split()
        unknown = [scope for scope in scopes if scope not in SCOPES]
        if unknown or not scopes:
            return refused(f"Error 400: invalid_scope. Some requested scopes were invalid: {unknown or 'none given'}")
        return self._consent.ask(self._request(app, query, scopes), call)

    def _request(self, app: ClientApp, query: Mapping[str, str], scopes: list[str]) -> AuthorizeRequest:
        candidates = self._candidates()
        accounts = {account for candidate in candidates for choice in candidate.accounts for account in choice.reaches}
        held = {
            grant.subject: grant.scopes
            for account in accounts
            for grant in self._world.oauth.grants_on(account)
            if grant.client_id == app.client_id and query.get("include_granted_scopes") == "true"
        }

        def callback(grant: Grant) -> Mapping[str, str]:
            grant.scopes |= held.get(grant.subject, frozenset())
            first = self._world.oauth.held(grant, REFRESH, "") is None
            if query.get("access_type") == "offline" and (first or "consent" in query.get("prompt", "")):
                self._offline.add(grant)
            return {"scope": _spaced(grant)}

        return AuthorizeRequest(
            app=app,
            brand="Google",
            redirect_uri=query["redirect_uri"],
            state=query.get("state"),
            scopes={scope: SCOPES[scope] for scope in scopes},
            candidates=candidates,
            choose_accounts=any(len(candidate.accounts) > 1 for candidate in candidates),
            denial={"error": "access_denied"},
            code_prefix="4/0A",
            challenge=query.get("code_challenge", ""),
            method=query.get("code_challenge_method") or "plain",
            callback=callback,
        )

    async def answer(self, call: Call) -> Reply:
        """`oauth2.googleapis.com`."""
        endpoint = self._endpoints.get((call.method, call.path))
        if endpoint is None:
            return Reply(404, b"<html><title>Error 404 (Not Found)!!1</title></html>", "text/html; charset=UTF-8")
        try:
            return json_reply(endpoint(call))
        except Refused as refusal:
            return refusal.reply()

    def _token(self, call: Call) -> Json:
        form = call.form
        for name in form:
            if name not in TOKEN_PARAMS:
                raise Refused("invalid_request", f"Parameter not allowed for this message type: {name}")
        app = self._client(call)
        kind = form.get("grant_type", "")
        if kind == "refresh_token":
            return self._refreshed(app, form)
        if kind != "authorization_code":
            raise Refused("unsupported_grant_type", f"Invalid grant_type: {kind}")
        return self._redeemed(app, form)

    def _redeemed(self, app: ClientApp, form: Mapping[str, str]) -> Json:
        for name in ("code", "redirect_uri"):
            if not form.get(name):
                raise Refused("invalid_request", f"Missing required parameter: {name}")
        try:
            grant = self._world.oauth.redeem(
                form["code"],
                client_id=app.client_id,
                redirect_uri=form["redirect_uri"],
                verifier=form.get("code_verifier", ""),
            )
        except CodeRefused as refusal:
            raise Refused(*CODE_REFUSALS[refusal.why]) from refusal
        reply = self._access(grant)
        if grant in self._offline:
            self._offline.remove(grant)
            reply["refresh_token"] = self._refresh_token(app, grant).value
        return reply

    def _client(self, call: Call) -> ClientApp:
        basic = basic_credentials(call.header("authorization"))
        client_id, secret = basic or (call.form.get("client_id", ""), call.form.get("client_secret", ""))
        if not client_id:
            raise Refused("invalid_request", "Could not determine client ID from request.")
        app = self._app(client_id)
        if app is None:
            raise Refused("invalid_client", "The OAuth client was not found.", 401)
        if not secret:
            raise Refused("invalid_request", "client_secret is missing.")
        if secret != app.secret:
            raise Refused("invalid_client", "Unauthorized", 401)
        return app

    def _refreshed(self, app: ClientApp, form: Mapping[str, str]) -> Json:
        oauth = self._world.oauth
        value = form.get("refresh_token", "")
        if not value:
            raise Refused("invalid_request", "Missing required parameter: refresh_token")
        token = oauth.find(value)
        if token is None or token.kind != REFRESH or token.grant.client_id != app.client_id:
            raise Refused("invalid_grant", "Bad Request")
        if token.why_dead() or oauth.expired(token):
            raise Refused("invalid_grant", "Token has been expired or revoked.")
        if set(form.get("scope", "").split()) - token.grant.scopes:
            raise Refused("invalid_scope", "Bad Request")
        if app.login != UNAUDITED:
            token.expires_at = self._world.clock.now() + IDLE_LIFE
        return self._access(token.grant)

    def _access(self, grant: Grant) -> dict[str, Json]:
        token = self._world.oauth.issue(grant, ACCESS, ACCESS_LIFE, prefix="ya29.")
        return {
            "access_token": token.value,
            "expires_in": int(ACCESS_LIFE.total_seconds()),
            "scope": _spaced(grant),
            "token_type": "Bearer",
        }

    def _refresh_token(self, app: ClientApp, grant: Grant) -> Token:
        life = TESTING_LIFE if app.login == UNAUDITED else IDLE_LIFE
        return self._world.oauth.issue(grant, REFRESH, life, prefix="1//0")

    def _revoke(self, call: Call) -> Json:
        value = call.params.get("token", "")
        if not value:
            raise Refused("invalid_request", "Missing required parameter: token")
        self._world.oauth.end_grant(self._living(value, "Token expired or revoked").grant, "app_removed")
        return {}

    def _tokeninfo(self, call: Call) -> Json:
        token = self._living(call.params.get("access_token", ""), "Invalid Value")
        app = token.grant.client_id
        left = ceil((token.expires_at - self._world.clock.now()).total_seconds()) if token.expires_at else 0
        return {
            "azp": app,
            "aud": app,
            "scope": _spaced(token.grant),
            "exp": str(int(token.expires_at.timestamp())) if token.expires_at else "",
            "expires_in": str(left),
            "access_type": "offline" if self._world.oauth.held(token.grant, REFRESH, "") else "online",
        }

    def _living(self, value: str, refusal: str) -> Token:
        token = self._world.oauth.find(value)
        if token is None or not value.startswith(("ya29.", "1//")) or token.why_dead():
            raise Refused("invalid_token", refusal)
        if self._world.oauth.expired(token):
            raise Refused("invalid_token", refusal)
        return token

    def _app(self, client_id: str) -> ClientApp | None:
        app = self._world.apps.get(client_id)
        return app if app and app.platform == PLATFORM else None

    def _candidates(self) -> tuple[Candidate, ...]:
        """Everybody has a Google account; who has a channel is asked first."""
        found = []
        for person in self._world.people.values():
            channels = self._world.accounts_of(person.id, PLATFORM)
            choices = tuple(
                AccountChoice(c.id, c.name, f"Channel, @{c.username}", (c.id,), (c.username, f"@{c.username}"))
                for c in channels
            )
            names = tuple(name for c in channels for name in (c.id, c.username, c.name))
            detail = f"@{channels[0].username}" if channels else "no channel"
            found.append(Candidate(person.id, person.name, detail, choices, (person.name, *names)))
        return tuple(sorted(found, key=lambda candidate: not candidate.accounts))


def failure(status: int) -> Reply:
    """An ordered failure of the OAuth endpoints."""
    return Refused(ORDERED.get(status, "internal_failure"), "Backend Error", status).reply()


def _spaced(grant: Grant) -> str:
    return " ".join(sorted(grant.scopes))
