"""Login Kit: the authorize page, and the token and revoke endpoints with their flat replies.

Sources: developers.tiktok.com, "Login Kit" for web and desktop, "Manage user access tokens", "OAuth error handling".
"""

import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit

from postwright.sandbox.call import FORM, Call, Json, Reply, json_reply
from postwright.sandbox.consent import AccountChoice, AuthorizeRequest, Candidate, Consent, refused
from postwright.sandbox.oauth import LOOPBACK, CodeRefused, Grant, redirect_uri_fault
from postwright.sandbox.state import Account, ClientApp, World
from postwright.sandbox.twins.tiktok import rules
from postwright.sandbox.twins.tiktok.errors import NO_ROUTE, OAuthError, oauth_failed
from postwright.sandbox.twins.tiktok.hooks import Hooks

CODE_PREFIX = "Zx*v!"
"""Codes hold characters that arrive percent-encoded in the callback."""
DENIAL: Mapping[str, str] = {"error": "access_denied", "error_description": "The user denied the authorization"}
CODE_WORDS: Mapping[str, tuple[str, str]] = {
    "unknown_code": ("invalid_grant", "Authorization code is invalid."),
    "used_code": ("invalid_grant", "Authorization code is expired."),
    "expired_code": ("invalid_grant", "Authorization code is expired."),
    "wrong_client": ("invalid_grant", "Authorization code was issued to another client."),
    "wrong_redirect": ("invalid_grant", "Redirect_uri is not matched with the uri when requesting code."),
    "wrong_verifier": ("invalid_request", "Code verifier or code challenge is invalid."),
}
TOKEN_PATH, REVOKE_PATH = "/v2/oauth/token/", "/v2/oauth/revoke/"


class Login:
    """Login Kit for one sandbox."""

    def __init__(self, world: World, consent: Consent, hooks: Hooks) -> None:
        self._world = world
        self._consent = consent
        self._hooks = hooks

    def authorize(self, call: Call) -> Reply:
        """`/v2/auth/authorize/`: what is wrong with the app's request is said on a page."""
        query = call.query
        app = self._app(query.get("client_key", ""))
        fault = "client_key" if app is None else _authorize_fault(_terms(app), query)
        if app is None or fault:
            return refused(f"We couldn't log in with TikTok. If you are a developer, correct this: {fault}.")
        request = AuthorizeRequest(
            app=app,
            brand="TikTok",
            redirect_uri=query["redirect_uri"],
            state=query.get("state"),
            scopes={scope: rules.SCOPES[scope] for scope in query["scope"].split(",")},
            candidates=tuple(self._candidate(a) for a in self._world.accounts.values() if a.platform == rules.PLATFORM),
            choose_accounts=False,
            denial=DENIAL,
            code_prefix=CODE_PREFIX,
            challenge=query.get("code_challenge", ""),
            method="hex",
            callback=lambda grant: {"scopes": _listed(grant)},
        )
        return self._consent.ask(request, call)

    def answer(self, call: Call) -> Reply:
        """The token endpoint and the revoke endpoint."""
        work = {TOKEN_PATH: self._token, REVOKE_PATH: self._revoke}.get(call.path)
        if work is None or call.method != "POST":
            return NO_ROUTE
        try:
            return work(self._client(call), call.form)
        except OAuthError as error:
            return oauth_failed(error, self._world.clock.now())

    def _app(self, client_key: str) -> ClientApp | None:
        app = self._world.apps.get(client_key)
        return app if app is not None and app.platform == rules.PLATFORM else None

    def _client(self, call: Call) -> ClientApp:
        form = call.form
        if not call.header("content-type").startswith(FORM):
            raise OAuthError("invalid_request", f"Only `{FORM}` is accepted as Content-Type.")
        for name in ("client_key", "client_secret"):
            if not form.get(name):
                raise OAuthError("invalid_request", f"The request parameters are malformed: {name} is missing.")
        app = self._app(form["client_key"])
        if app is None or not hmac.compare_digest(app.secret.encode(), form["client_secret"].encode()):
            raise OAuthError("invalid_client", "Client key or secret is incorrect.", 401)
        return app

    def _token(self, app: ClientApp, form: Mapping[str, str]) -> Reply:
        kind = form.get("grant_type", "")
        if kind == "authorization_code":
            return self._from_code(app, form)
        if kind == "refresh_token":
            return self._refreshed(app, form)
        raise OAuthError("unsupported_grant_type", "Grant type is not supported.")

    def _from_code(self, app: ClientApp, form: Mapping[str, str]) -> Reply:
        for name in ("code", "redirect_uri"):
            if not form.get(name):
                raise OAuthError("invalid_request", f"The request parameters are malformed: {name} is missing.")
        verifier = form.get("code_verifier", "")
        if verifier and len(verifier) not in rules.VERIFIER_LENGTH:
            raise OAuthError(*CODE_WORDS["wrong_verifier"])
        try:
            grant = self._world.oauth.redeem(
                form["code"], client_id=app.client_id, redirect_uri=form["redirect_uri"], verifier=verifier
            )
        except CodeRefused as refusal:
            raise OAuthError(*CODE_WORDS[refusal.why]) from refusal
        refresh = self._world.oauth.issue(grant, "refresh", _terms(app).lives.refresh, prefix="rft.")
        return self._tokens(app, grant, refresh.value)

    def _refreshed(self, app: ClientApp, form: Mapping[str, str]) -> Reply:
        """Each refresh hands out a new refresh token, and the one sent is dead (page of 2 November 2026)."""
        oauth = self._world.oauth
        held = oauth.find(form.get("refresh_token", ""))
        alive = held is not None and held.kind == "refresh" and not held.why_dead() and not oauth.expired(held)
        if held is None or not alive or held.grant.client_id != app.client_id:
            raise OAuthError("invalid_grant", "Refresh token is invalid or expired.")
        return self._tokens(app, held.grant, oauth.rotate(held, _terms(app).lives.refresh, prefix="rft.").value)

    def _tokens(self, app: ClientApp, grant: Grant, refresh: str) -> Reply:
        lives = _terms(app).lives
        token = self._world.oauth.issue(grant, "access", lives.access, prefix="act.")
        told: Json = {
            "access_token": token.value,
            "expires_in": int(lives.access.total_seconds()),
            "open_id": grant.subject,
            "refresh_expires_in": int(lives.refresh.total_seconds()),
            "refresh_token": refresh,
            "scope": _listed(grant),
            "token_type": "Bearer",
        }
        return json_reply(told, headers=(("cache-control", "no-store"),))

    def _revoke(self, app: ClientApp, form: Mapping[str, str]) -> Reply:
        token = self._world.oauth.find(form.get("token", ""))
        if token is None or token.kind != "access" or token.grant.client_id != app.client_id:
            raise OAuthError("invalid_request", "The access token is invalid.")
        if not token.grant.ended:
            self._world.oauth.end_grant(token.grant, "developer_revoked")
            self._hooks.removed(token.grant)
        return Reply(200, b"")

    def _candidate(self, account: Account) -> Candidate:
        names = (account.id, account.username, account.person_id)
        choice = AccountChoice(account.id, account.name, f"{account.kind} account", (account.id,), names)
        return Candidate(account.id, account.name, f"@{account.username}, {choice.detail}", (choice,), names)


def _terms(app: ClientApp) -> rules.AppTerms:
    return rules.TERMS.get(app.client_id, rules.AppTerms())


def _listed(grant: Grant) -> str:
    return ",".join(scope for scope in rules.SCOPES if scope in grant.scopes)


def _authorize_fault(terms: rules.AppTerms, query: Mapping[str, str]) -> str:
    """The first parameter that is wrong, and how."""
    if query.get("response_type") != "code":
        return "response_type"
    scopes = query.get("scope", "").split(",")
    if not set(scopes) <= set(rules.SCOPES):
        return "scope (a comma-separated list of scopes that the app has)"
    fault = _redirect_fault(terms, query.get("redirect_uri", ""))
    if fault:
        return f"redirect_uri ({fault})"
    return _pkce_fault(terms, query)


def _redirect_fault(terms: rules.AppTerms, uri: str) -> str:
    """Any URI that could be registered counts as registered; http on loopback is let through for web apps too."""
    parts = urlsplit(uri)
    if len(uri) >= rules.REDIRECT_URI_LENGTH:
        return "too long"
    if parts.query or "#" in uri:
        return "it must be static, without parameters and fragment"
    if terms.desktop and (parts.hostname not in LOOPBACK or parts.port is None):
        return "desktop apps return to localhost or 127.0.0.1 with a port"
    return redirect_uri_fault(uri)


def _pkce_fault(terms: rules.AppTerms, query: Mapping[str, str]) -> str:
    """The challenge is not looked at before the code is exchanged; that there is one, and its method, is."""
    if not query.get("code_challenge"):
        return "code_challenge" if terms.desktop else ""
    return "" if query.get("code_challenge_method") == "S256" else "code_challenge_method"
