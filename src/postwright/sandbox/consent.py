"""Asking the person: the consent page, its answer, and the way back to the app.

Platform-free: a twin says who can be asked for what, and gets a grant and a redirect.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from postwright.sandbox.call import Call, Reply, redirect
from postwright.sandbox.oauth import CODE_LIFETIME, Grant
from postwright.sandbox.pages.render import SECURITY_HEADERS, page
from postwright.sandbox.state import ClientApp, World

PATH = "/_sandbox/consent"


@dataclass(frozen=True, slots=True)
class AccountChoice:
    """Something a person can share: a Page, a channel, an account."""

    id: str
    name: str
    detail: str
    reaches: tuple[str, ...]
    """Ids of all accounts that come with it."""
    also_called: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who can answer the page."""

    subject: str
    name: str
    detail: str
    accounts: tuple[AccountChoice, ...]
    also_called: tuple[str, ...] = ()


def _nothing_more(_: Grant) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class AuthorizeRequest:
    """What an app asks of a person, already checked by the twin."""

    app: ClientApp
    brand: str
    redirect_uri: str
    state: str | None
    scopes: Mapping[str, str]
    """Scope -> what it lets the app do, in words."""
    candidates: tuple[Candidate, ...]
    choose_accounts: bool
    denial: Mapping[str, str]
    """Parameters that tell the app of a refusal."""
    code_prefix: str = ""
    challenge: str = ""
    method: str = ""
    code_lifetime: timedelta = CODE_LIFETIME
    fragment: str = ""
    """What the vendor hangs on the callback URL."""
    keeps_earlier: bool = False
    """Whether scopes that were granted before and are not asked for now stay granted."""
    callback: Callable[[Grant], Mapping[str, str]] = _nothing_more
    """What the vendor puts on the callback URL beside code and state."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person decided."""

    approved: bool
    person: str = ""
    accounts: tuple[str, ...] | None = None
    scopes: tuple[str, ...] | None = None


class BadAnswer(Exception):
    """The answer names somebody or something that is not there."""


class Consent:
    """Open consent pages and their answers."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._open: dict[str, AuthorizeRequest] = {}

    def forget(self) -> None:
        """Close all pages."""
        self._open.clear()

    def ask(self, request: AuthorizeRequest, call: Call) -> Reply:
        """Show the page, or decide at once where the URL carries `sandbox_consent`."""
        verdict = call.query.get("sandbox_consent")
        if verdict is None:
            ticket = secrets.token_urlsafe(16)
            self._open[ticket] = request
            return self._page(ticket, request, call.query.get("sandbox_person", ""))
        try:
            return self._settle(request, _scripted(verdict, call.query))
        except BadAnswer as refusal:
            return refused(str(refusal))

    def show(self, ticket: str, person: str) -> Reply:
        """The page again, for another person."""
        request = self._open.get(ticket)
        return (
            refused("This consent page is over. Start again from the app.")
            if request is None
            else self._page(ticket, request, person)
        )

    def decide(self, fields: list[tuple[str, str]]) -> Reply:
        """Take the form of the consent page."""
        single = dict(fields)
        request = self._open.pop(single.get("ticket", ""), None)
        if request is None:
            return refused("This consent page is over. Start again from the app.")
        answer = Answer(
            approved=single.get("decision") == "approve",
            person=single.get("person", ""),
            accounts=tuple(v for key, v in fields if key == "account") if request.choose_accounts else None,
            scopes=tuple(value for key, value in fields if key == "scope"),
        )
        try:
            return self._settle(request, answer)
        except BadAnswer as refusal:
            return refused(str(refusal))

    def _settle(self, request: AuthorizeRequest, answer: Answer) -> Reply:
        if not answer.approved:
            return redirect(_back(request, dict(request.denial)))
        candidate = _pick(request, answer)
        chosen = _chosen(candidate, answer.accounts)
        scopes = frozenset(request.scopes) if answer.scopes is None else frozenset(answer.scopes)
        if scopes - set(request.scopes):
            raise BadAnswer("A scope that was not asked for cannot be granted.")
        grant = self._world.oauth.grant(
            request.app.client_id,
            candidate.subject,
            tuple(account for choice in chosen for account in choice.reaches),
            scopes,
            asked=frozenset(request.scopes) if request.keeps_earlier else None,
        )
        code = self._world.oauth.code(
            grant,
            request.redirect_uri,
            prefix=request.code_prefix,
            challenge=request.challenge,
            method=request.method,
            lifetime=request.code_lifetime,
        )
        return redirect(_back(request, {"code": code, **request.callback(grant)}))

    def _page(self, ticket: str, request: AuthorizeRequest, person: str) -> Reply:
        try:
            candidate = _pick(request, Answer(approved=True, person=person))
        except BadAnswer as refusal:
            return refused(str(refusal))
        body = page(
            "consent.html",
            request=request,
            ticket=ticket,
            candidate=candidate,
            others=[other for other in request.candidates if other is not candidate],
            action=PATH,
            app_host=urlsplit(request.redirect_uri).netloc,
        )
        return Reply(200, body, "text/html; charset=utf-8", SECURITY_HEADERS)


def refused(message: str, status: int = 400) -> Reply:
    """A page that says why there is nothing to consent to. A bad redirect URI never gets a redirect."""
    return Reply(status, page("refused.html", message=message), "text/html; charset=utf-8", SECURITY_HEADERS)


def _scripted(verdict: str, query: Mapping[str, str]) -> Answer:
    if verdict not in ("approve", "deny"):
        raise BadAnswer("sandbox_consent is approve or deny.")
    return Answer(
        approved=verdict == "approve",
        person=query.get("sandbox_person", ""),
        accounts=_listed(query.get("sandbox_accounts")),
        scopes=_listed(query.get("sandbox_scopes")),
    )


def _listed(value: str | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(part.strip() for part in value.split(",") if part.strip())


def _pick(request: AuthorizeRequest, answer: Answer) -> Candidate:
    """The person named by id or any other name; nobody named means the first who owns the accounts asked for."""
    if not answer.person:
        wanted = set(answer.accounts or ())
        return next((c for c in request.candidates if wanted & _names(c)), request.candidates[0])
    for candidate in request.candidates:
        if answer.person in (candidate.subject, *candidate.also_called):
            return candidate
    raise BadAnswer(f"Nobody here is called {answer.person}.")


def _names(candidate: Candidate) -> set[str]:
    return {name for choice in candidate.accounts for name in (choice.id, choice.name, *choice.also_called)}


def _chosen(candidate: Candidate, wanted: tuple[str, ...] | None) -> list[AccountChoice]:
    if wanted is None:
        return list(candidate.accounts)
    unknown = set(wanted) - _names(candidate)
    if unknown:
        raise BadAnswer(f"{candidate.name} has no account called {', '.join(sorted(unknown))}.")
    return [c for c in candidate.accounts if {c.id, c.name, *c.also_called} & set(wanted)]


def _back(request: AuthorizeRequest, params: dict[str, str]) -> str:
    """The redirect URI with its own query kept, our parameters added and the state given back as it came."""
    if request.state is not None:
        params["state"] = request.state
    parts = urlsplit(request.redirect_uri)
    query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *params.items()])
    return parts._replace(query=query).geturl() + request.fragment
