"""OAuth: the page at www.pinterest.com, and the token endpoint with Basic authentication and continuous refresh.

Source: Pinterest, "Set up authentication and authorization"; the form of refusals is that of every other operation.
"""

from pydantic import TypeAdapter

from postwright.sandbox.call import FORM, Call, Json, Reply, json_reply
from postwright.sandbox.consent import AccountChoice, AuthorizeRequest, Candidate, Consent, refused
from postwright.sandbox.oauth import CodeRefused, Grant, Token, basic_credentials, redirect_uri_fault
from postwright.sandbox.state import Account, ClientApp, World
from postwright.sandbox.twins.pinterest.bodies import CodeForm, RefreshForm, TokenForm, read
from postwright.sandbox.twins.pinterest.errors import BAD_GRANT, INVALID, NOT_AUTHENTICATED, PinterestError, refusal
from postwright.sandbox.twins.pinterest.rules import ACCESS_LIFE, PLATFORM, REFRESH_LIFE, SCOPES

DENIAL = {"error": "access_denied", "error_description": "The user denied the request"}
TOKEN_FORM: TypeAdapter[CodeForm | RefreshForm] = TypeAdapter(TokenForm)


class Login:
    """Pinterest's login for one sandbox."""

    def __init__(self, world: World, consent: Consent) -> None:
        self._world = world
        self._consent = consent

    def authorize(self, call: Call) -> Reply:
        """`GET /oauth/`: what cannot be asked is said on a page, everything else is asked."""
        query = call.query
        app = self._app(query.get("client_id", ""))
        if app is None:
            return refused("This app does not exist: check the client_id.")
        fault = redirect_uri_fault(query.get("redirect_uri", ""))
        if fault:
            return refused(f"The redirect_uri does not match any registered with the app. {fault}")
        if query.get("response_type") != "code":
            return refused("response_type must be code.")
        scopes = query.get("scope", "").replace(",", " ").split()
        unknown = sorted(set(scopes) - set(SCOPES))
        if unknown or not scopes:
            return refused(f"Invalid scope: {', '.join(unknown) or 'none was asked for'}.")
        people = [account for account in self._world.accounts.values() if account.platform == PLATFORM]
        request = AuthorizeRequest(
            app=app,
            brand="Pinterest",
            redirect_uri=query["redirect_uri"],
            state=query.get("state"),
            scopes={scope: SCOPES[scope] for scope in scopes},
            candidates=tuple(self._candidate(account) for account in people),
            choose_accounts=False,
            denial=DENIAL,
        )
        return self._consent.ask(request, call)

    def token(self, call: Call) -> Reply:
        """`POST /v5/oauth/token`."""
        try:
            return json_reply(self._issue(call))
        except PinterestError as error:
            return refusal(error.rule, str(error))

    def _issue(self, call: Call) -> Json:
        app = self._client(call)
        if not call.header("content-type").startswith(FORM):
            raise PinterestError(INVALID, why=f"the content type must be {FORM}")
        form = read(TOKEN_FORM, call.form, strict=self._world.settings.strict_params)
        if isinstance(form, CodeForm):
            return self._reply(form.grant_type, self._redeem(app, form))
        old = self._living(app, form.refresh_token)
        if set(form.scope.replace(",", " ").split()) - old.grant.scopes:
            raise PinterestError(INVALID, why="scope must not go beyond what was granted")
        if not self._world.settings.refresh_reuse:
            old.ended = "rotated"
        return self._reply(form.grant_type, old.grant)

    def _client(self, call: Call) -> ClientApp:
        client_id, secret = basic_credentials(call.header("authorization")) or ("", "")
        app = self._app(client_id)
        if app is None or app.secret != secret:
            raise PinterestError(NOT_AUTHENTICATED)
        return app

    def _app(self, client_id: str) -> ClientApp | None:
        app = self._world.apps.get(client_id)
        return app if app is not None and app.platform == PLATFORM else None

    def _redeem(self, app: ClientApp, form: CodeForm) -> Grant:
        try:
            return self._world.oauth.redeem(form.code, client_id=app.client_id, redirect_uri=form.redirect_uri)
        except CodeRefused as why:
            raise PinterestError(BAD_GRANT) from why

    def _living(self, app: ClientApp, value: str) -> Token:
        token = self._world.oauth.find(value)
        if token is None or token.kind != "refresh" or token.grant.client_id != app.client_id:
            raise PinterestError(BAD_GRANT)
        if token.why_dead() or self._world.oauth.expired(token):
            raise PinterestError(BAD_GRANT)
        return token

    def _reply(self, kind: str, grant: Grant) -> Json:
        access = self._world.oauth.issue(grant, "access", ACCESS_LIFE, prefix="pina_")
        refresh = self._world.oauth.issue(grant, "refresh", REFRESH_LIFE, prefix="pinr.")
        return {
            "response_type": kind,
            "access_token": access.value,
            "token_type": "bearer",
            "expires_in": int(ACCESS_LIFE.total_seconds()),
            "refresh_token": refresh.value,
            "refresh_token_expires_in": int(REFRESH_LIFE.total_seconds()),
            "refresh_token_expires_at": int((refresh.issued_at + REFRESH_LIFE).timestamp()),
            "scope": " ".join(sorted(grant.scopes)),
        }

    def _candidate(self, account: Account) -> Candidate:
        boards = "a business account" if account.kind == "business" else "a personal account"
        choice = AccountChoice(account.id, account.name, boards, (account.id,), (account.username,))
        names = (account.person_id, account.username, account.name)
        return Candidate(account.id, account.name, f"@{account.username}, {boards}", (choice,), names)
