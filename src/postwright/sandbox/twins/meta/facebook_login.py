"""Facebook Login: the dialog, the code exchange, long-lived tokens, debug_token.

Sources: Meta, "Manually Build a Login Flow", "Get Long-Lived Tokens", "Debugging Access Tokens".
"""

import base64
from collections.abc import Mapping

from postwright.sandbox.call import Call, Json, Reply
from postwright.sandbox.consent import AccountChoice, AuthorizeRequest, Candidate, Consent, refused
from postwright.sandbox.oauth import CodeRefused, redirect_uri_fault
from postwright.sandbox.state import World
from postwright.sandbox.twins.meta.errors import (
    BAD_PARAM,
    BAD_TOKEN,
    CODE_EXPIRED,
    CODE_REDIRECT,
    CODE_UNKNOWN,
    CODE_USED,
    MISSING_PARAM,
    NO_TOKEN,
    GraphError,
    Rule,
)
from postwright.sandbox.twins.meta.nodes import FACEBOOK
from postwright.sandbox.twins.meta.tokens import (
    FACEBOOK_LOGIN,
    LONG_LIFE,
    app_of,
    client,
    described,
    judged,
    lifetime_of,
    presented,
)

SCOPES: Mapping[str, str] = {
    "public_profile": "Your name and picture",
    "email": "Your email address",
    "business_management": "Manage your business",
    "pages_show_list": "Show a list of the Pages you manage",
    "pages_read_engagement": "Read content posted on the Page",
    "pages_read_user_content": "Read user content on your Page",
    "pages_manage_posts": "Create and manage content on your Page",
    "pages_manage_engagement": "Manage comments on your Page",
    "pages_manage_metadata": "Manage accounts, settings and webhooks for a Page",
    "pages_messaging": "Manage and access Page conversations in Messenger",
    "publish_video": "Publish videos",
    "read_insights": "Read insights of your Pages and apps",
    "ads_read": "Read your ads",
    "ads_management": "Manage your ads",
    "instagram_basic": "Access profile and posts from the Instagram account connected to your Page",
    "instagram_content_publish": "Upload media and create posts for the Instagram account connected to your Page",
    "instagram_manage_comments": "Manage comments for the Instagram account connected to your Page",
    "instagram_manage_insights": "Access insights for the Instagram account connected to your Page",
    "instagram_manage_messages": "Manage and access conversations in Instagram",
    "instagram_manage_contents": "Delete content of the Instagram account connected to your Page",
    "instagram_manage_engagement": "Like for the Instagram account connected to your Page",
}
DENIAL: Mapping[str, str] = {
    "error": "access_denied",
    "error_code": "200",
    "error_description": "Permissions error",
    "error_reason": "user_denied",
}
CODE_RULES: Mapping[str, Rule] = {
    "unknown_code": CODE_UNKNOWN,
    "used_code": CODE_USED,
    "expired_code": CODE_EXPIRED,
    "wrong_redirect": CODE_REDIRECT,
    "wrong_client": CODE_UNKNOWN,
    "wrong_verifier": Rule(100, "Error validating PKCE code verifier."),
}


class FacebookLogin:
    """Facebook Login for one sandbox."""

    def __init__(self, world: World, consent: Consent) -> None:
        self._world = world
        self._consent = consent

    def dialog(self, call: Call) -> Reply:
        """`/dialog/oauth`: what cannot be asked is said on a page, everything else is asked."""
        query = call.query
        app = self._world.apps.get(query.get("client_id", ""))
        if app is None or app.login != FACEBOOK:
            return refused("Invalid app ID: the provided app ID does not look like a valid app ID.")
        fault = redirect_uri_fault(query.get("redirect_uri", ""))
        if fault:
            return refused(f"URL blocked: this redirect failed because the redirect URI is not allowed. {fault}")
        if query.get("response_type", "code") != "code":
            return refused("The sandbox plays response_type=code only.")
        scopes = [scope for scope in query.get("scope", "public_profile").replace(",", " ").split() if scope]
        unknown = sorted(set(scopes) - set(SCOPES))
        if unknown:
            return refused(f"Invalid Scopes: {', '.join(unknown)}. This message is only shown to developers.")
        request = AuthorizeRequest(
            app=app,
            brand="Facebook",
            redirect_uri=query["redirect_uri"],
            state=query.get("state"),
            scopes={scope: SCOPES[scope] for scope in scopes},
            candidates=self._candidates(),
            choose_accounts=True,
            keeps_earlier=True,
            denial=DENIAL,
            code_prefix="AQ",
            challenge=query.get("code_challenge", ""),
            method=query.get("code_challenge_method", "plain"),
        )
        return self._consent.ask(request, call)

    async def access_token(self, call: Call) -> Json:
        """`/oauth/access_token`: code exchange, or `grant_type=fb_exchange_token`."""
        params = {**_basic(call), **call.params}
        for name in ("client_id", "client_secret"):
            if not params.get(name):
                raise GraphError(MISSING_PARAM, name=name)
        app = client(self._world, params["client_id"], FACEBOOK, params["client_secret"])
        kind = params.get("grant_type", "authorization_code")
        if kind == "client_credentials":
            return {"access_token": f"{app.client_id}|{app.secret}", "token_type": "bearer"}
        if kind == "fb_exchange_token":
            return self._long_lived(params)
        if kind != "authorization_code":
            raise GraphError(BAD_PARAM, name="grant_type", fault="is not supported")
        return self._from_code(app.client_id, params)

    def _from_code(self, client_id: str, params: Mapping[str, str]) -> Json:
        for name in ("redirect_uri", "code"):
            if not params.get(name):
                raise GraphError(MISSING_PARAM, name=name)
        try:
            grant = self._world.oauth.redeem(
                params["code"],
                client_id=client_id,
                redirect_uri=params["redirect_uri"],
                verifier=params.get("code_verifier", ""),
            )
        except CodeRefused as refusal:
            raise GraphError(CODE_RULES[refusal.why]) from refusal
        token = self._world.oauth.issue(
            grant, "user_short", FACEBOOK_LOGIN.short_life, prefix=FACEBOOK_LOGIN.token_prefix
        )
        return {"access_token": token.value, "token_type": "bearer", "expires_in": lifetime_of(self._world, token)}

    def _long_lived(self, params: Mapping[str, str]) -> Json:
        old = judged(self._world, params.get("fb_exchange_token", ""), FACEBOOK_LOGIN.token_prefix)
        if old.grant.client_id != params["client_id"]:
            raise GraphError(BAD_TOKEN)
        token = self._world.oauth.issue(old.grant, "user_long", LONG_LIFE, prefix=FACEBOOK_LOGIN.token_prefix)
        return {"access_token": token.value, "token_type": "bearer", "expires_in": lifetime_of(self._world, token)}

    async def debug_token(self, call: Call) -> Json:
        """`/debug_token`: asked by the app's own token or by a user token of the same app."""
        asking = presented(call)
        if not asking:
            raise GraphError(NO_TOKEN)
        app = app_of(self._world, asking)
        client_id = app.client_id if app else judged(self._world, asking, FACEBOOK_LOGIN.token_prefix).grant.client_id
        value = call.params.get("input_token", "")
        if not value:
            raise GraphError(MISSING_PARAM, name="input_token")
        token = self._world.oauth.find(value)
        if token is None or token.grant.client_id != client_id:
            return {"data": {"is_valid": False, "scopes": [], "error": {"code": 190, "message": BAD_TOKEN.message}}}
        return {"data": described(self._world, token)}

    def _candidates(self) -> tuple[Candidate, ...]:
        """Everybody with a profile, in the order they were seeded; whoever has most to share is asked first."""
        found = []
        for profile in self._world.accounts.values():
            if profile.platform == FACEBOOK and profile.kind == "profile":
                pages = [a for a in self._world.accounts_of(profile.person_id, FACEBOOK) if a.kind == "page"]
                detail = f"{len(pages)} Page{'' if len(pages) == 1 else 's'}"
                choices = tuple(self._choice(page.id) for page in pages)
                also = (profile.person_id, profile.username, profile.name)
                found.append(Candidate(profile.id, profile.name, detail, choices, also))
        return tuple(found)

    def _choice(self, page_id: str) -> AccountChoice:
        page = self._world.accounts[page_id]
        linked = [account for account in self._world.accounts.values() if account.parent_id == page_id]
        names = [f"@{account.username}" for account in linked]
        return AccountChoice(
            id=page_id,
            name=page.name,
            detail=f"Page, with {' '.join(names)} on Instagram" if names else "Page, no Instagram account",
            reaches=(page_id, *(account.id for account in linked)),
            also_called=(page.username, *(name for a in linked for name in (a.id, a.username))),
        )


def _basic(call: Call) -> dict[str, str]:
    """Client id and secret from HTTP Basic, which Facebook takes too (python-facebook-api sends them so)."""
    scheme, _, encoded = call.header("authorization").partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return {}
    return {"client_id": client_id, "client_secret": secret}
