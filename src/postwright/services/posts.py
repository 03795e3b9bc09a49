"""Posts: written, scheduled, changed, canceled, looked at, tried again and settled.

Rows and wake-ups are stored in one transaction: what was accepted is never forgotten, and the
same client_post_id never makes a second post.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from postwright.domain.errors import Conflict, Finding, Invalid, NotFound, Problem
from postwright.domain.publication import State
from postwright.domain.schedule import Moment, at_once, moment
from postwright.kit.pages import Cursor, Page
from postwright.services import duplicates
from postwright.services.app import App
from postwright.services.auth import Caller
from postwright.services.compose import Composed, composing
from postwright.services.drafts import PostDraft
from postwright.storage import accounts, changes, edits, posts, publications, queue
from postwright.storage.db import Tx
from postwright.storage.posts import EventRow, Filter, NewPublication, PostRow, PublicationRow
from postwright.storage.publications import Line
from postwright.storage.users import workspace_zone

_CHANGEABLE = {State.DRAFT, State.QUEUED, State.FAILED, State.CANCELED}
_RETRIABLE = {State.FAILED, State.CANCELED}


@dataclass(frozen=True, slots=True)
class _Act:
    """Who does something now, and on which transaction."""

    tx: Tx
    caller: Caller
    now: datetime


class _MadeMeanwhile(Exception):
    """Another request was first with this client_post_id: what was fetched for this one is not needed."""


async def create(app: App, caller: Caller, draft: PostDraft) -> tuple[PostRow, bool]:
    """Store a post to go out at its time, or at once; and whether it is new.

    A client_post_id that the workspace has used gives the post it made then, whatever the draft
    says. Raises Invalid (`duplicate_post` where the same goes out already, unless the draft has `force`),
    NotFound, and Conflict (`client_post_id_used`) where that post was deleted.
    """
    async with app.db.tx() as tx:
        known = await _made_before(tx, caller, draft)
        if known is not None:
            return known, False
        when = await _when(tx, app, caller, draft)
    try:
        async with composing(app, caller, draft, keep=True) as composed, app.db.tx() as tx:
            return await _store(_Act(tx, caller, app.clock.now()), draft, composed.usable(), when), True
    except _MadeMeanwhile:
        async with app.db.tx() as tx:
            known = await _made_before(tx, caller, draft)
        if known is None:
            raise Conflict("The post was being made by another request; ask again.", code="post_in_progress") from None
        return known, False


async def validate(app: App, caller: Caller, draft: PostDraft, *, changing: UUID | None = None) -> tuple[Finding, ...]:
    """All that stands against the draft (in place of the post `changing`), and what is worth knowing about it.

    Nothing is stored.
    """
    try:
        async with app.db.tx() as tx:
            when = await _when(tx, app, caller, draft)
        async with composing(app, caller, draft, keep=False) as composed:
            if draft.force:
                return composed.findings
            async with app.db.tx() as tx:
                said = await duplicates.findings(tx, caller, composed.publications, when.at, changing=changing)
            return (*composed.findings, *said)
    except Problem as problem:
        if not problem.findings:
            raise
        return problem.findings


async def _when(tx: Tx, app: App, caller: Caller, draft: PostDraft) -> Moment:
    zone = await workspace_zone(tx, caller.workspace_id)
    now = app.clock.now()
    if draft.scheduled_at is None:
        return at_once(now, draft.timezone or zone)
    return moment(draft.scheduled_at, draft.timezone, default_zone=zone, now=now)


async def _store(act: _Act, draft: PostDraft, composed: Composed, when: Moment) -> PostRow:
    tx, caller, now = act.tx, act.caller, act.now
    post_id = await posts.insert(
        tx,
        workspace_id=caller.workspace_id,
        author_id=caller.user_id,
        caption=draft.caption,
        options=draft.options,
        moment=when,
        client_post_id=draft.client_post_id,
        media=composed.media,
        now=now,
    )
    if post_id is None:
        raise _MadeMeanwhile
    if not draft.force:
        await duplicates.refuse(tx, caller, composed.publications, when.at)
    for new in composed.publications:
        await _add(act, post_id, new, when)
    await queue.wake(tx, [(new.account_id, when.at) for new in composed.publications], now)
    await changes.announce(tx, [(caller.workspace_id, post_id)])
    return await get(tx, caller, post_id)


async def _made_before(tx: Tx, caller: Caller, draft: PostDraft) -> PostRow | None:
    if draft.client_post_id is None:
        return None
    post_id = await posts.by_client_id(tx, caller.workspace_id, draft.client_post_id)
    if post_id is None:
        return None
    found = await posts.get(tx, caller.workspace_id, post_id)
    if found is None:
        message = "The post of this client_post_id was deleted, and its id makes no second one: take a new id."
        raise Conflict(message, code="client_post_id_used", field="client_post_id")
    return found


async def _add(act: _Act, post_id: UUID, new: NewPublication, when: Moment) -> None:
    publication_id = await posts.insert_publication(
        act.tx, workspace_id=act.caller.workspace_id, post_id=post_id, new=new, due_at=when.at, now=act.now
    )
    text = f"Accepted for {when.wall:%Y-%m-%d %H:%M} {when.zone}"
    await publications.write_lines(act.tx, publication_id, [Line(act.now, "info", text)])


async def get(tx: Tx, caller: Caller, post_id: UUID) -> PostRow:
    """One post. Raises NotFound."""
    found = await posts.get(tx, caller.workspace_id, post_id)
    if found is None:
        raise NotFound("There is no such post.", code="post_not_found")
    return found


async def page(app: App, caller: Caller, wanted: Filter, *, limit: int, cursor: str | None = None) -> Page[PostRow]:
    """Some posts, the latest time first unless `wanted` says otherwise. Raises BadCursor."""
    after = Cursor.decode(cursor) if cursor else None
    now = app.clock.now()
    async with app.db.statement() as connection:
        rows = await posts.page(connection, caller.workspace_id, wanted, now=now, limit=limit + 1, after=after)
    more = len(rows) > limit
    last = rows[limit - 1] if more else None
    return Page(rows[:limit], Cursor(last.due_at, last.id).encode() if last else None)


def may_change(row: PostRow) -> bool:
    """Whether `update` would take a change: nothing of the post is out or on its way."""
    return {publication.state for publication in row.publications} <= _CHANGEABLE


def may_retry(publication: PublicationRow) -> bool:
    """Whether `retry` would queue it again."""
    return publication.state in _RETRIABLE


async def events(tx: Tx, caller: Caller, post_id: UUID) -> tuple[EventRow, ...]:
    """A post's evidence, oldest first. Raises NotFound."""
    await get(tx, caller, post_id)
    return await edits.events(tx, caller.workspace_id, post_id)


async def update(app: App, caller: Caller, post_id: UUID, draft: PostDraft) -> PostRow:
    """Replace what a post says, where and when; possible until something of it is out or on its way. Raises Problem."""
    async with app.db.tx() as tx:
        await _changeable(tx, caller, post_id)
        when = await _when(tx, app, caller, draft)
    async with composing(app, caller, draft, keep=True) as composed, app.db.tx() as tx:
        await _changeable(tx, caller, post_id)
        await _rewrite(_Act(tx, caller, app.clock.now()), post_id, draft, composed.usable(), when)
        return await get(tx, caller, post_id)


async def _rewrite(act: _Act, post_id: UUID, draft: PostDraft, composed: Composed, when: Moment) -> None:
    tx, caller, now = act.tx, act.caller, act.now
    if not draft.force:
        await duplicates.refuse(tx, caller, composed.publications, when.at, changing=post_id)
    before = {row.account_id: row.id for row in (await get(tx, caller, post_id)).publications}
    await edits.rewrite(
        tx, post_id, caption=draft.caption, options=draft.options, moment=when, media=composed.media, now=now
    )
    for new in composed.publications:
        kept = before.pop(new.account_id, None)
        if kept is None:
            await _add(act, post_id, new, when)
        else:
            await edits.rewrite_publication(tx, kept, post_id, new, due_at=when.at, now=now)
            await publications.write_lines(tx, kept, [Line(now, "info", f"Changed; due {when.wall:%Y-%m-%d %H:%M}")])
    await edits.cancel(tx, tuple(before.values()))
    await queue.wake(tx, [(new.account_id, when.at) for new in composed.publications], now)
    await _changed(tx, caller, post_id, now)


async def delete(tx: Tx, app: App, caller: Caller, post_id: UUID) -> None:
    """Cancel what is not out yet and hide the post; what is out stays on the platforms. Raises NotFound, Conflict."""
    states = await _locked(tx, caller, post_id)
    if State.PUBLISHING in states.values():
        raise Conflict("It is being published at this moment.", code="post_is_publishing")
    waiting = [publication_id for publication_id, state in states.items() if state is State.QUEUED]
    await edits.cancel(tx, waiting)
    now = app.clock.now()
    await edits.mark_deleted(tx, post_id, now)
    await _changed(tx, caller, post_id, now)


async def retry(tx: Tx, app: App, caller: Caller, post_id: UUID, publication_id: UUID | None = None) -> PostRow:
    """Queue what failed again, now and from the first step. Raises NotFound, Conflict.

    What was canceled goes out only where it is named, or where all of the post was: a person took it out.
    """
    states = await _locked(tx, caller, post_id)
    meant = _RETRIABLE if publication_id or set(states.values()) == {State.CANCELED} else {State.FAILED}
    chosen = [one for one, state in states.items() if state in meant and publication_id in (None, one)]
    if not chosen:
        raise Conflict("Nothing of this post has failed.", code="nothing_to_retry")
    return await _again(_Act(tx, caller, app.clock.now()), post_id, chosen, afresh=True)


@dataclass(frozen=True, slots=True)
class Resolution:
    """A person's word on what nobody could find out: it is there (and where), or it is to be sent again."""

    landed: bool
    external_url: str | None = None
    publication_id: UUID | None = None


async def resolve(tx: Tx, app: App, caller: Caller, post_id: UUID, word: Resolution) -> PostRow:
    """Settle what needs attention. Raises NotFound, Conflict."""
    states = await _locked(tx, caller, post_id)
    doubtful = [
        one for one, state in states.items() if state is State.NEEDS_ATTENTION and word.publication_id in (None, one)
    ]
    if not doubtful:
        raise Conflict("Nothing of this post needs a decision.", code="nothing_to_resolve")
    if word.external_url is not None and not word.external_url.startswith(("https://", "http://")):
        raise Invalid.of("external_url", "bad_url", "Give the whole address of the post, with https://.")
    if not word.landed:
        return await _again(_Act(tx, caller, app.clock.now()), post_id, doubtful, afresh=False)
    now = app.clock.now()
    for publication_id in doubtful:
        await edits.settle_as_published(tx, publication_id, external_url=word.external_url, now=now)
    await _say(tx, doubtful, "A person saw it on the platform", now)
    await _changed(tx, caller, post_id, now)
    return await get(tx, caller, post_id)


async def _again(act: _Act, post_id: UUID, chosen: list[UUID], *, afresh: bool) -> PostRow:
    tx, caller, now = act.tx, act.caller, act.now
    able = await accounts.still_connected(tx, chosen)
    if not able:
        raise Conflict("The account is no longer connected: connect it again first.", code="account_disconnected")
    woken = await edits.requeue(tx, able, now=now, afresh=afresh)
    await _say(tx, able, "Queued again by a person", now)
    await queue.wake(tx, [(account_id, now) for account_id in woken], now)
    await _changed(tx, caller, post_id, now)
    return await get(tx, caller, post_id)


async def _changeable(tx: Tx, caller: Caller, post_id: UUID) -> None:
    states = await _locked(tx, caller, post_id)
    if set(states.values()) - _CHANGEABLE:
        raise Conflict("Something of this post is out or on its way: it can no longer be changed.", code="post_locked")


async def _locked(tx: Tx, caller: Caller, post_id: UUID) -> dict[UUID, State]:
    states = await edits.lock(tx, caller.workspace_id, post_id)
    if states is None:
        raise NotFound("There is no such post.", code="post_not_found")
    return states


async def _say(tx: Tx, publication_ids: Iterable[UUID], message: str, now: datetime) -> None:
    for publication_id in publication_ids:
        await publications.write_lines(tx, publication_id, [Line(now, "info", message)])


async def _changed(tx: Tx, caller: Caller, post_id: UUID, now: datetime) -> None:
    await publications.refresh_post_state(tx, post_id, now)
    await changes.announce(tx, [(caller.workspace_id, post_id)])
