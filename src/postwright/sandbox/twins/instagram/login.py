"""Instagram Login: the authorize page, the code exchange, long-lived tokens and their refresh.

Sources: Meta, "Business Login for Instagram", reference "Access Token" and "Refresh Access Token".
"""

from collections.abc import Mapping
from datetime import timedelta

from postwright.sandbox.call import Call, Json, Reply, json_reply
from postwright.sandbox.consent import AccountChoice, AuthorizeRequest, Candidate, Consent, refused
from postwright.sandbox.oauth import CodeRefused, Grant, redirect_uri_fault
from postwright.sandbox.state import World
from postwright.sandbox.twins.instagram.limits import LOGIN_SCOPES
from postwright.sandbox.twins.meta.errors import (
    BAD_PARAM,
    BAD_SECRET,
    MISSING_PARAM,
    NOT_ALLOWED,
    GraphError,
    Rule,
)
from postwright.sandbox.twins.meta.nodes import INSTAGRAM
from postwright.sandbox.twins.meta.tokens import INSTAGRAM_LOGIN, LONG_LIFE, judged, lifetime_of, presented

MINIMUM_AGE = timedelta(hours=24)
"""A long-lived token must be this old before it can be refreshed."""
DENIAL: Mapping[str, str] = {
    "error": "access_denied",
    "error_reason": "user_denied",
    "error_description": "The user denied your request.",
}
CODE_FAULTS: Mapping[str, str] = {
    "unknown_code": "Matching code was not found or was already used",
    "used_code": "Matching code was not found or was already used",
    "expired_code": "This authorization code has expired",
    "wrong_client": "Matching code was not found or was already used",
    "wrong_redirect": "Error validating verification code. Please make sure your redirect_uri is identical to the one "
    "you used in the OAuth dialog request",
    "wrong_verifier": "Error validating verification code",
}
NOT_LONG_LIVED = Rule(100, "(#100) The access token is not eligible: {why}", status=400)
EXCHANGE_FORM = ("client_id", "client_secret", "grant_type", "redirect_uri", "code")


class InstagramLogin:
    """Instagram Login for one sandbox."""

    def __init__(self, world: World, consent: Consent) -> None:
        self._world = world
        self._consent = consent

    async def authorize(self, call: Call) -> Reply:
        """`www.instagram.com/oauth/authorize`."""
        query = call.query
        if call.path != "/oauth/authorize" or call.method != "GET":
            return Reply(404, b"Sorry, this page isn't available.\n", "text/plain")
        app = self._world.apps.get(query.get("client_id", ""))
        if app is None or app.login != INSTAGRAM:
            return refused("Invalid platform app: the client_id is not an Instagram app.")
        fault = redirect_uri_fault(query.get("redirect_uri", ""))
        if fault:
            return refused(f"Invalid redirect_uri. {fault}")
        if query.get("response_type") != "code":
            return refused("Invalid response_type: it must be code.")
        scopes = [scope for scope in query.get("scope", "").replace(",", " ").split() if scope]
        unknown = sorted(set(scopes) - set(LOGIN_SCOPES))
        if not scopes or unknown:
            return refused(f"Invalid scopes: {', '.join(unknown) or 'none given'}.")
        request = AuthorizeRequest(
            app=app,
            brand="Instagram",
            redirect_uri=query["redirect_uri"],
            state=query.get("state"),
            scopes={scope: LOGIN_SCOPES[scope] for scope in scopes},
            candidates=self._candidates(),
            choose_accounts=False,
            denial=DENIAL,
            code_prefix="AQ",
            challenge=query.get("code_challenge", ""),
            method=query.get("code_challenge_method", "plain"),
            fragment="#_",
        )
        return self._consent.ask(request, call)

    async def exchange_code(self, call: Call) -> Reply:
        """`POST api.instagram.com/oauth/access_token`: its errors have a shape of their own."""
        if call.path != "/oauth/access_token" or call.method != "POST":
            return _oauth_error("Invalid request method or path", 404)
        fault = self._form_fault(call.form)
        if fault:
            return _oauth_error(fault)
        try:
            grant = self._world.oauth.redeem(
                call.form["code"].removesuffix("#_"),
                client_id=call.form["client_id"],
                redirect_uri=call.form["redirect_uri"],
                verifier=call.form.get("code_verifier", ""),
            )
        except CodeRefused as refusal:
            return _oauth_error(CODE_FAULTS[refusal.why])
        return json_reply(self._short_lived(grant))

    def _form_fault(self, form: Mapping[str, str]) -> str:
        missing = [name for name in EXCHANGE_FORM if not form.get(name)]
        if missing:
            return f"Missing required field {missing[0]}"
        if form["grant_type"] != "authorization_code":
            return "Invalid grant_type"
        app = self._world.apps.get(form["client_id"])
        if app is None or app.login != INSTAGRAM:
            return "Invalid platform app"
        return "" if form["client_secret"] == app.secret else "Error validating client secret."

    def _short_lived(self, grant: Grant) -> Json:
        token = self._world.oauth.issue(
            grant, "user_short", INSTAGRAM_LOGIN.short_life, prefix=INSTAGRAM_LOGIN.token_prefix
        )
        account = self._world.accounts[grant.subject]
        body: dict[str, Json] = {
            "access_token": token.value,
            "user_id": account.alias_id or account.id,
            "permissions": ",".join(sorted(grant.scopes)),
        }
        wrapped = self._world.settings.token_reply == "data"  # noqa: S105 - the form of a reply, no secret
        return {"data": [body]} if wrapped else body

    async def long_lived(self, call: Call) -> Json:
        """`GET /access_token?grant_type=ig_exchange_token`: an hour becomes 60 days."""
        _grant_type(call, "ig_exchange_token")
        token = judged(self._world, presented(call), INSTAGRAM_LOGIN.token_prefix)
        secret = call.params.get("client_secret")
        if not secret:
            raise GraphError(MISSING_PARAM, name="client_secret")
        if secret != self._world.apps[token.grant.client_id].secret:
            raise GraphError(BAD_SECRET)
        if token.kind != "user_short":
            raise GraphError(NOT_LONG_LIVED, why="it is long-lived already")
        long = self._world.oauth.issue(token.grant, "user_long", LONG_LIFE, prefix=INSTAGRAM_LOGIN.token_prefix)
        return {"access_token": long.value, "token_type": "bearer", "expires_in": lifetime_of(self._world, long)}

    async def refresh(self, call: Call) -> Json:
        """`GET /refresh_access_token?grant_type=ig_refresh_token`: another 60 days, for a token of at least a day."""
        _grant_type(call, "ig_refresh_token")
        token = judged(self._world, presented(call), INSTAGRAM_LOGIN.token_prefix)
        if token.kind != "user_long":
            raise GraphError(NOT_LONG_LIVED, why="it is not long-lived")
        if self._world.clock.now() - token.issued_at < MINIMUM_AGE:
            raise GraphError(NOT_LONG_LIVED, why="it must be at least 24 hours old")
        if "instagram_business_basic" not in token.grant.scopes:
            raise GraphError(NOT_ALLOWED)
        fresh = self._world.oauth.issue(token.grant, "user_long", LONG_LIFE, prefix=INSTAGRAM_LOGIN.token_prefix)
        return {
            "access_token": fresh.value,
            "token_type": "bearer",
            "expires_in": lifetime_of(self._world, fresh),
            "permissions": ",".join(sorted(token.grant.scopes)),
        }

    def _candidates(self) -> tuple[Candidate, ...]:
        """Every professional account signs in for itself; those without a Page first."""
        accounts = [account for account in self._world.accounts.values() if account.platform == INSTAGRAM]
        accounts.sort(key=lambda account: bool(account.parent_id))
        return tuple(
            Candidate(
                subject=account.id,
                name=account.name,
                detail=f"@{account.username}",
                accounts=(
                    AccountChoice(
                        account.id,
                        account.name,
                        f"@{account.username}",
                        (account.id,),
                        (account.username, account.alias_id),
                    ),
                ),
                also_called=(account.person_id, account.username, account.alias_id),
            )
            for account in accounts
        )


def _grant_type(call: Call, wanted: str) -> None:
    if call.params.get("grant_type") != wanted:
        raise GraphError(BAD_PARAM, name="grant_type", fault=f"must be {wanted}")


def _oauth_error(message: str, status: int = 400) -> Reply:
    return json_reply({"error_type": "OAuthException", "code": status, "error_message": message}, status)
