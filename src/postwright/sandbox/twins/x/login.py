"""OAuth 2.0 at X: the authorize page, tokens, rotation, revocation, and an app's own bearer token.

Source: X, "OAuth 2.0 Authorization Code Flow with PKCE"; wording of refusals as seen live.
"""

import hmac
from collections.abc import Mapping

from postwright.sandbox.call import FORM, Call, Json, Reply, json_reply
from postwright.sandbox.consent import AccountChoice, AuthorizeRequest, Candidate, Consent, refused
from postwright.sandbox.oauth import CodeRefused, Grant, Refusal, basic_credentials, redirect_uri_fault
from postwright.sandbox.state import Account, ClientApp, World
from postwright.sandbox.twins.x.rules import ACCESS_LIFE, CODE_LIFE, REFRESH_LIFE, SCOPES, STATE_CHARS, X

AUTHORIZE = "/i/oauth2/authorize"
TOKEN, REVOKE, APP_TOKEN = "/2/oauth2/token", "/2/oauth2/revoke", "/oauth2/token"
PATHS = frozenset({TOKEN, REVOKE, APP_TOKEN})
REQUIRED = ("response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method")
BAD_CODE = "Value passed for the authorization code was invalid."
BAD_TOKEN = "Value passed for the token was invalid."  # noqa: S105 - a sentence
CODE_FAULTS: Mapping[Refusal, str] = {
    "wrong_redirect": "Value passed for the redirect uri did not match the uri of the authorization code.",
    "wrong_verifier": "Value passed for the code verifier did not match the code challenge.",
}


class LoginRefused(Exception):
    """An OAuth error reply (RFC 6749 §5.2)."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.status = status

    def reply(self) -> Reply:
        """The reply."""
        return json_reply({"error": self.error, "error_description": str(self)}, self.status)


class Login:
    """X's OAuth 2.0 for one sandbox."""

    def __init__(self, world: World, consent: Consent) -> None:
        self._world = world
        self._consent = consent

    def authorize(self, call: Call) -> Reply:
        """`/i/oauth2/authorize`; what cannot be asked is said on a page and never redirects."""
        query = call.query
        fault = next((f"{name} is missing" for name in REQUIRED if not query.get(name)), "") or self._fault(query)
        if fault:
            return refused(f"Something went wrong. You weren't able to give access to the App. ({fault})")
        request = AuthorizeRequest(
            app=self._world.apps[query["client_id"]],
            brand="X",
            redirect_uri=query["redirect_uri"],
            state=query["state"],
            scopes={scope: SCOPES[scope] for scope in query["scope"].split()},
            candidates=tuple(self._candidate(a) for a in self._world.accounts.values() if a.platform == X),
            choose_accounts=False,
            denial={"error": "access_denied"},
            challenge=query["code_challenge"],
            method=query["code_challenge_method"],
            code_lifetime=CODE_LIFE,
        )
        return self._consent.ask(request, call)

    def _fault(self, query: Mapping[str, str]) -> str:
        app = self._world.apps.get(query["client_id"])
        unknown = sorted(set(query["scope"].split()) - set(SCOPES))
        checks = (
            (app is not None and app.platform == X, "client_id is unknown"),
            (query["response_type"] == "code", "response_type must be code"),
            (query["code_challenge_method"] in ("S256", "plain"), "code_challenge_method must be S256 or plain"),
            (len(query["state"]) <= STATE_CHARS, f"state is longer than {STATE_CHARS} characters"),
            (not unknown, f"unknown scope {' '.join(unknown)}"),
        )
        return next((words for good, words in checks if not good), "") or redirect_uri_fault(query["redirect_uri"])

    def _candidate(self, account: Account) -> Candidate:
        person = self._world.people[account.person_id]
        detail = f"@{account.username}"
        choice = AccountChoice(account.id, account.name, detail, (account.id,), (account.username,))
        return Candidate(account.id, account.name, detail, (choice,), (person.id, person.name, account.username))

    def answer(self, call: Call) -> Reply:
        """The token endpoints."""
        try:
            app = self._client(call)
            if call.path == REVOKE:
                return json_reply(self._revoke(app, _required(call, "token")))
            if call.path == APP_TOKEN:
                return json_reply(self._app_token(app, _required(call, "grant_type")))
            return json_reply(self._token(app, call))
        except LoginRefused as refusal:
            return refusal.reply()

    def _client(self, call: Call) -> ClientApp:
        """The app: by Basic where it has a secret (confidential), else by `client_id` in the form."""
        if call.method != "POST" or not call.header("content-type").startswith(FORM):
            raise LoginRefused("invalid_request", "The request must be a form sent by POST.")
        credentials = basic_credentials(call.header("authorization"))
        client_id, secret = credentials or (call.form.get("client_id", ""), "")
        app = self._world.apps.get(client_id)
        if app is None or app.platform != X or not hmac.compare_digest(secret.encode(), app.secret.encode()):
            raise LoginRefused("unauthorized_client", "Missing valid authorization header", 401)
        if call.form.get("client_id", client_id) != client_id:
            raise LoginRefused("invalid_request", "Value passed for the client id was invalid.")
        return app

    def _token(self, app: ClientApp, call: Call) -> Json:
        kind = _required(call, "grant_type")
        if kind == "refresh_token":
            return self._refreshed(app, _required(call, "refresh_token"))
        if kind != "authorization_code":
            raise LoginRefused("unsupported_grant_type", "Value passed for the grant type was invalid.")
        code, redirect_uri, verifier = (_required(call, name) for name in ("code", "redirect_uri", "code_verifier"))
        try:
            grant = self._world.oauth.redeem(
                code, client_id=app.client_id, redirect_uri=redirect_uri, verifier=verifier
            )
        except CodeRefused as refusal:
            raise LoginRefused("invalid_request", CODE_FAULTS.get(refusal.why, BAD_CODE)) from refusal
        fresh = ""
        if "offline.access" in grant.scopes:
            fresh = self._world.oauth.issue(grant, "refresh", REFRESH_LIFE, account_id=grant.subject).value
        return self._issued(grant, fresh)

    def _refreshed(self, app: ClientApp, value: str) -> Json:
        oauth = self._world.oauth
        old = oauth.find(value)
        if old is None or old.kind != "refresh" or old.grant.client_id != app.client_id:
            raise LoginRefused("invalid_request", BAD_TOKEN)
        if old.why_dead() or oauth.expired(old):
            raise LoginRefused("invalid_request", BAD_TOKEN)
        return self._issued(old.grant, oauth.rotate(old, REFRESH_LIFE).value)

    def _issued(self, grant: Grant, refresh: str) -> Json:
        token = self._world.oauth.issue(grant, "access", ACCESS_LIFE, account_id=grant.subject)
        body: dict[str, Json] = {
            "token_type": "bearer",
            "expires_in": int(ACCESS_LIFE.total_seconds()),
            "access_token": token.value,
            "scope": " ".join(scope for scope in SCOPES if scope in grant.scopes),
        }
        return {**body, "refresh_token": refresh} if refresh else body

    def _revoke(self, app: ClientApp, value: str) -> Json:
        """Ends this one token; one that is not there counts as ended (RFC 7009 §2.2)."""
        token = self._world.oauth.find(value)
        if token is not None and token.grant.client_id == app.client_id:
            token.ended = "revoked"
        return {"revoked": True}

    def _app_token(self, app: ClientApp, kind: str) -> Json:
        if kind != "client_credentials":
            raise LoginRefused("unsupported_grant_type", "Value passed for the grant type was invalid.")
        grant = self._world.oauth.grant(app.client_id, "", (), frozenset())
        held = self._world.oauth.held(grant, "app", "") or self._world.oauth.issue(grant, "app", None)
        return {"token_type": "bearer", "access_token": held.value}


def _required(call: Call, name: str) -> str:
    value = call.form.get(name, "")
    if not value:
        raise LoginRefused("invalid_request", f"Missing required parameter [{name}].")
    return value
