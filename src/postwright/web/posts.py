"""The pages of posts: the list by state, one post with its evidence, and what a person can do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from postwright.domain.account import Account
from postwright.domain.errors import Conflict, Invalid, NotFound
from postwright.kit.pages import BadCursor, Page
from postwright.services import connections, posts, removal
from postwright.services.overview import states_on
from postwright.services.posts import Resolution
from postwright.storage import users
from postwright.storage.db import Tx
from postwright.storage.posts import Filter, PostRow
from postwright.web import flash
from postwright.web.door import WRITERS, Visit, answer, came_from, go, visit
from postwright.web.forms import submitted
from postwright.web.frame import NEEDS_A_PERSON, Surroundings, badge_of, surroundings
from postwright.web.shown import Showing, post_view, row_view
from postwright.web.views import FormState, PostTab

ROWS: Final = 25
QUEUE, PUBLISHED, ATTENTION, ALL = "queue", "published", "attention", "all"
_STATES: Final = {
    QUEUE: ("queued", "publishing", "draft"),
    PUBLISHED: ("published",),
    ATTENTION: NEEDS_A_PERSON,
    ALL: (),
}
_LABELS: Final = {QUEUE: "Queue", PUBLISHED: "Published", ATTENTION: "Needs attention", ALL: "All"}


@dataclass(frozen=True, slots=True)
class _List:
    """Which posts a page lists: a tab, perhaps of one account only."""

    tab: str
    account: Account | None
    counts: dict[str, int]

    def url(self, tab: str | None = None, cursor: str | None = None) -> str:
        """The address of this list, of another tab of it, or of its next page."""
        query = {"tab": tab or self.tab}
        if self.account is not None:
            query["account"] = str(self.account.id)
        return f"/posts?{urlencode({**query, 'cursor': cursor} if cursor else query)}"

    @property
    def filter(self) -> Filter:
        account_id = self.account.id if self.account else None
        return Filter(states=_STATES[self.tab], account_id=account_id, soonest_first=self.tab == QUEUE)

    @property
    def tabs(self) -> tuple[PostTab, ...]:
        return tuple(
            PostTab(tab, label, self.url(tab), self.counts[tab], urgent=tab == ATTENTION)
            for tab, label in _LABELS.items()
        )


async def index(request: Request) -> Response:
    """The posts of a tab, page by page."""
    visiting = await visit(request)
    around = await surroundings(visiting, "posts")
    async with visiting.app.db.tx() as tx:
        wanted = await _wanted(tx, visiting, around)
    page = await _page(visiting, wanted, request.query_params.get("cursor"))
    show = _showing(visiting, around.overview.accounts)
    context = {
        "tabs": wanted.tabs,
        "active": wanted.tab,
        "rows": tuple(row_view(show, row) for row in page.rows),
        "more_url": wanted.url(cursor=page.next_cursor) if page.next_cursor else "",
        "list_url": wanted.url(),
        "account": str(wanted.account.id) if wanted.account else "",
        "filter_name": badge_of(visiting.app, wanted.account).name if wanted.account else "",
    }
    return answer(request, "posts.html", {**around.context, **context})


async def one_row(request: Request) -> Response:
    """One post of a list, alone; nothing where it was deleted."""
    visiting = await visit(request)
    try:
        async with visiting.app.db.tx() as tx:
            row = await posts.get(tx, visiting.caller, request.path_params["post_id"])
            accounts = await connections.connections(tx, visiting.caller)
    except NotFound:
        return PlainTextResponse("", headers={"HX-Reswap": "delete"})
    context = {"chrome": visiting.chrome("/posts"), "row": row_view(_showing(visiting, accounts), row)}
    return answer(request, "_post_row.html", context)


async def show(request: Request) -> Response:
    """One post with how it went and what happened."""
    return await _post_page(await visit(request))


async def retry(request: Request) -> Response:
    """Try again everything of a post that failed, or one publication of it."""
    visiting, _ = await submitted(request)
    visiting.caller.require(*WRITERS)
    post_id: UUID = request.path_params["post_id"]
    try:
        async with visiting.app.db.tx() as tx:
            await posts.retry(tx, visiting.app, visiting.caller, post_id, request.path_params.get("publication_id"))
    except Conflict as refused:
        return _back(visiting, refused.message, bad=True)
    return _back(visiting, "It is being tried again now.")


async def resolve(request: Request) -> Response:
    """A person's word on what nobody could find out."""
    visiting, form = await submitted(request)
    visiting.caller.require(*WRITERS)
    publication_id: UUID = request.path_params["publication_id"]
    word = Resolution(form.text("outcome") == "landed", form.text("url").strip() or None, publication_id)
    try:
        async with visiting.app.db.tx() as tx:
            await posts.resolve(tx, visiting.app, visiting.caller, request.path_params["post_id"], word)
    except Invalid as wrong:
        state = FormState({"url": form.text("url")}, {"url": wrong.message})
        return await _post_page(visiting, state, str(publication_id))
    except Conflict as refused:
        return _back(visiting, refused.message, bad=True)
    return _back(visiting, "Marked as published." if word.landed else "It is being sent now.")


async def remove(request: Request) -> Response:
    """Take one publication down from its platform."""
    visiting, _ = await submitted(request)
    visiting.caller.require(*WRITERS)
    named = request.path_params
    try:
        _, left = await removal.remove(visiting.app, visiting.caller, named["post_id"], named["publication_id"])
    except Conflict as refused:
        return _back(visiting, refused.message, bad=True)
    return _back(visiting, left[0].message if left else "It is taken down.", bad=bool(left))


async def delete(request: Request) -> Response:
    """Cancel what is not out yet, and take the post from the lists."""
    visiting, _ = await submitted(request)
    visiting.caller.require(*WRITERS)
    try:
        async with visiting.app.db.tx() as tx:
            await posts.delete(tx, visiting.app, visiting.caller, request.path_params["post_id"])
    except Conflict as refused:
        return _back(visiting, refused.message, bad=True)
    return flash.say(visiting.app, go("/posts"), "The post is deleted.")


async def _wanted(tx: Tx, visiting: Visit, around: Surroundings) -> _List:
    query = visiting.request.query_params
    account, states = None, around.overview.states
    if given := query.get("account"):
        account = next((one for one in around.overview.accounts if str(one.id) == given), None)
        if account is None:
            raise NotFound("No such channel is connected here.")
        states = await states_on(tx, visiting.caller, account.id)
    counts = {tab: sum(states.get(state, 0) for state in wanted) for tab, wanted in _STATES.items()}
    counts[ALL] = sum(states.values())
    tab = query.get("tab", "")
    if tab not in _STATES:
        tab = QUEUE if counts[QUEUE] or not counts[ALL] else ALL
    return _List(tab, account, counts)


async def _page(visiting: Visit, wanted: _List, cursor: str | None) -> Page[PostRow]:
    try:
        return await posts.page(visiting.app, visiting.caller, wanted.filter, limit=ROWS, cursor=cursor)
    except BadCursor as unreadable:
        raise NotFound("This page of the list is gone. Go back to its beginning.") from unreadable


async def _post_page(visiting: Visit, state: FormState | None = None, form_for: str = "") -> Response:
    post_id: UUID = visiting.request.path_params["post_id"]
    around = await surroundings(visiting, "posts", f"/posts/{post_id}")
    async with visiting.app.db.tx() as tx:
        row = await posts.get(tx, visiting.caller, post_id)
        events = await posts.events(tx, visiting.caller, post_id)
        author = await users.member(tx, row.workspace_id, row.author_id) if row.author_id else None
    shown = post_view(
        _showing(visiting, around.overview.accounts),
        row,
        events,
        author.user.name if author else "somebody who has left",
        visiting.member.workspace.timezone,
    )
    context = {**around.context, "post": shown, "form": state or FormState(), "form_for": form_for}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if state else HTTPStatus.OK
    return answer(visiting.request, "post.html", context, status)


def _showing(visiting: Visit, accounts: Sequence[Account]) -> Showing:
    return Showing(visiting.app, accounts, visiting.began, visiting.may_write)


def _back(visiting: Visit, words: str, *, bad: bool = False) -> Response:
    page = f"/posts/{visiting.request.path_params['post_id']}"
    return flash.say(visiting.app, go(came_from(visiting.request, page)), words, bad=bad)
