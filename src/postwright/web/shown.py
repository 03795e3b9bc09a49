"""Posts as pages show them: rows of a list, one post whole, and what went wrong in words that say what to do.

No I/O: everything comes from rows that were read before.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from postwright.domain.account import Account, Health
from postwright.domain.publication import Json, State
from postwright.services import media
from postwright.services.app import App
from postwright.services.posts import may_change, may_retry
from postwright.services.removal import may_remove
from postwright.storage.posts import EventRow, MediaRow, PostRow, PublicationRow
from postwright.web.frame import badge
from postwright.web.pages import lateness
from postwright.web.views import ChannelBadge, EventLine, MediaView, PostView, PublicationView
from postwright.web.views import PostRow as RowView

_ADVICE: Final[Mapping[str, str]] = {
    "rejected": "It will not succeed without a change: edit the post, or try again once the cause is gone.",
    "auth_expired": "Reconnect the channel, then try again.",
    "auth_revoked": "Reconnect the channel, then try again.",
    "unavailable": "It was certainly not published. Try again when the platform is back.",
    "uncertain": "It is not sent again until you decide.",
    "surprise": "It is not sent again until you decide.",
}
_BY_ITSELF: Final = "This goes on by itself."
WAITING: Final = "waiting"
"""How a queued post is called whose time has come: it is about to go out, or waits for another try."""
REMOVED: Final = "removed"
"""How a published post is called that was taken down again."""
_TOO_LATE: Final = "too_late"
_LOUDNESS: Final = (State.FAILED, State.NEEDS_ATTENTION, State.QUEUED, State.PUBLISHING, State.CANCELED)
_LEVELS: Final[Mapping[str, Literal["info", "warning", "error"]]] = {"warning": "warning", "error": "error"}


@dataclass(frozen=True, slots=True)
class Showing:
    """What rows are read with: the accounts that are connected now, and whether this person may change things."""

    app: App
    accounts: Sequence[Account]
    now: datetime
    may_write: bool

    def account(self, account_id: UUID) -> Account | None:
        """A connected account."""
        return next((account for account in self.accounts if account.id == account_id), None)

    def waits_for_reconnection(self, publication: PublicationRow) -> bool:
        """Whether it is still to go out, and its account cannot publish."""
        account = self.account(publication.account_id)
        active = publication.state in (State.QUEUED, State.PUBLISHING)
        return active and account is not None and account.health is Health.RECONNECT


def row_view(show: Showing, row: PostRow) -> RowView:
    """A post in a list."""
    publications = row.publications
    files = [file for file in row.media if file.publication_id is None]
    can_retry = show.may_write and any(_can_retry(show, one) for one in publications if one.state is State.FAILED)
    return RowView(
        id=str(row.id),
        url=f"/posts/{row.id}",
        text=_text(row),
        thumb=media_view(show.app, files[0]) if files and files[0].thumb_key else None,
        media_count=len(files),
        channels=tuple(badge_of(show.app, one) for one in publications),
        state=_state(show, row.state, row.due_at),
        at=_at(row),
        note=_note(row),
        reason=_loudest(show, publications),
        retry_url=f"/posts/{row.id}/retry" if can_retry else "",
        row_url=f"/posts/{row.id}/row",
    )


def post_view(show: Showing, row: PostRow, events: Sequence[EventRow], author: str, zone: str) -> PostView:
    """One post whole; `zone` is the one that the page shows times in."""
    may_edit = show.may_write and may_change(row)
    busy = any(one.state is State.PUBLISHING for one in row.publications)
    meant = "" if row.timezone == zone else f" ({row.wall_time:%H:%M} in {row.timezone.replace('_', ' ')})"
    return PostView(
        id=str(row.id),
        url=f"/posts/{row.id}",
        text=_text(row),
        state=_state(show, row.state, row.due_at),
        at=row.due_at,
        zone_name=f"{zone.replace('_', ' ')}{meant}",
        created_by=author,
        created_at=row.created_at,
        media=tuple(media_view(show.app, file) for file in row.media if file.publication_id is None),
        publications=tuple(_publication_view(show, row, one) for one in row.publications),
        events=_lines(show, row, events),
        edit_url=f"/compose?post={row.id}" if may_edit else "",
        duplicate_url=f"/compose?from={row.id}" if show.may_write else "",
        delete_url=f"/posts/{row.id}/delete" if show.may_write and not busy else "",
    )


def media_view(app: App, file: MediaRow) -> MediaView:
    """A file of a post, by addresses on whatever host name the page was opened at."""
    stored, facts = file.media, file.media.facts
    return MediaView(
        id=str(stored.id),
        type=facts.kind,
        url=local_link(app, file, "file"),
        thumb_url=local_link(app, file, "thumb") if file.thumb_key else "",
        alt_text=file.alt_text or "",
        width=facts.width,
        height=facts.height,
        duration=facts.duration_s,
        pages=facts.pages,
    )


def local_link(app: App, file: MediaRow, variant: media.Variant) -> str:
    """The path of a file on this server."""
    return media.link(app, file.media, variant).removeprefix(app.settings.public_url)


def badge_of(app: App, publication: PublicationRow) -> ChannelBadge:
    """A publication's account by its name."""
    return badge(app, publication.platform, publication.username, publication.account_name)


def _state(show: Showing, state: str, due_at: datetime) -> str:
    return WAITING if state == State.QUEUED and due_at <= show.now else state


def _text(row: PostRow) -> str:
    own = (publication.caption for publication in row.publications if publication.caption)
    return row.caption or next(own, "")


def _at(row: PostRow) -> datetime:
    out = [one.published_at for one in row.publications if one.published_at is not None]
    return max(out) if row.state == State.PUBLISHED and out else row.due_at


def _note(row: PostRow) -> str:
    out = sum(one.state is State.PUBLISHED for one in row.publications)
    total = sum(one.state is not State.CANCELED for one in row.publications)
    if row.state in (State.PUBLISHING, "partial") and total > 1:
        return f"{out} of {total} are out"
    late = [timedelta(milliseconds=one.lateness_ms) for one in row.publications if one.lateness_ms is not None]
    if row.state != State.PUBLISHED or not late:
        return ""
    return "On time" if max(late) < timedelta(seconds=1) else lateness(max(late))


def _loudest(show: Showing, publications: Iterable[PublicationRow]) -> str:
    """The worst of what stands in the way, with its channel where there are several."""
    found = [(_LOUDNESS.index(one.state), _reason(show, one), one) for one in publications if _reason(show, one)]
    if not found:
        return ""
    _, reason, publication = min(found, key=lambda each: each[0])
    several = len({one.account_id for one in publications}) > 1
    return f"{badge_of(show.app, publication).name}: {reason}" if several else reason


def _reason(show: Showing, publication: PublicationRow) -> str:
    if publication.state not in _LOUDNESS or (publication.state is State.CANCELED and not _is_late(publication)):
        return ""
    if show.waits_for_reconnection(publication):
        return f"{badge_of(show.app, publication).name} must be reconnected before this can go out."
    return "" if publication.error is None else str(publication.error.get("message") or "")


def _advice(show: Showing, publication: PublicationRow) -> str:
    if show.waits_for_reconnection(publication):
        return "It goes out as soon as the channel is reconnected."
    if publication.state in (State.QUEUED, State.PUBLISHING):
        return _BY_ITSELF if publication.error else ""
    if publication.state is State.FAILED and show.account(publication.account_id) is None:
        return "The channel is no longer connected."
    kind = str((publication.error or {}).get("kind", ""))
    return "" if kind == _TOO_LATE else _ADVICE.get(kind, "")


def _can_retry(show: Showing, publication: PublicationRow) -> bool:
    return may_retry(publication) and show.account(publication.account_id) is not None


def _publication_view(show: Showing, row: PostRow, publication: PublicationRow) -> PublicationView:
    late = publication.lateness_ms
    where = f"/posts/{row.id}/publications/{publication.id}"
    again = publication.next_run_at if publication.error and publication.state is not State.NEEDS_ATTENTION else None
    undecided = show.may_write and publication.state is State.NEEDS_ATTENTION
    return PublicationView(
        id=str(publication.id),
        channel=badge_of(show.app, publication),
        state=REMOVED if publication.removed_at else _state(show, publication.state.value, publication.due_at),
        due_at=publication.due_at,
        published_at=publication.published_at,
        lateness=None if late is None or publication.published_at is None else timedelta(milliseconds=late),
        external_url="" if publication.removed_at else publication.external_url or "",
        reason=_reason(show, publication),
        advice=_advice(show, publication),
        attempts=publication.attempts,
        next_attempt_at=again if again and again > show.now else None,
        caption=publication.caption or "",
        retry_url=f"{where}/retry" if show.may_write and _can_retry(show, publication) else "",
        resolve_url=f"{where}/resolve" if undecided else "",
        remove_url=f"{where}/remove" if show.may_write and may_remove(publication) else "",
        removed_at=publication.removed_at,
        was_sent=not _is_late(publication),
        warnings=_warnings(show, publication),
    )


def _is_late(publication: PublicationRow) -> bool:
    """Whether it was found too late, and so never sent."""
    return (publication.error or {}).get("kind") == _TOO_LATE


def _warnings(show: Showing, publication: PublicationRow) -> tuple[str, ...]:
    """What the last look before its time found; that the account needs its owner is told as the reason."""
    told = "account_needs_reconnect" if show.waits_for_reconnection(publication) else ""
    return tuple(finding.message for finding in publication.warnings if finding.code != told)


def _lines(show: Showing, row: PostRow, events: Sequence[EventRow]) -> tuple[EventLine, ...]:
    """The evidence, and what comes next."""
    by_id = {publication.id: publication for publication in row.publications}
    last = {event.publication_id: event.id for event in events}
    past = [_line(show, by_id[event.publication_id], event, last) for event in events if event.publication_id in by_id]
    coming = [
        EventLine(one.next_run_at, "next", "Next try" if one.attempts else "Goes out", badge_of(show.app, one))
        for one in row.publications
        if one.next_run_at is not None and one.next_run_at > show.now and not show.waits_for_reconnection(one)
    ]
    return (*past, *coming)


def _line(show: Showing, publication: PublicationRow, event: EventRow, last: Mapping[UUID, UUID]) -> EventLine:
    is_the_end = publication.state is State.PUBLISHED and last[event.publication_id] == event.id
    return EventLine(
        at=event.at,
        level="ok" if is_the_end and event.level == "info" else _LEVELS.get(event.level, "info"),
        message=event.message,
        channel=badge_of(show.app, publication),
        code=_code(event.raw),
        raw=json.dumps(event.raw, indent=2, ensure_ascii=False) if event.raw else "",
        is_call=event.raw is not None and "request" in event.raw,
    )


def _code(raw: Mapping[str, object] | None) -> str:
    """The platform's own numbers for a failure."""
    error = (raw or {}).get("error")
    if not isinstance(error, dict):
        return ""
    numbers: list[Json] = [error.get("status"), error.get("code")]
    return " · ".join(str(number) for number in numbers if number is not None)
