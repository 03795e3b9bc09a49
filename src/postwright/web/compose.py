"""The composer's page: what it starts with, and what a browser without script sends.

With script, the page talks to the REST API by itself: uploads, findings, and the post.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from postwright.domain.errors import NotFound, Problem
from postwright.domain.publication import Json, State
from postwright.kit.ids import new_id
from postwright.platforms.registry import describe
from postwright.services import media, posts
from postwright.services.drafts import MediaRef, PostDraft, TargetDraft
from postwright.services.media import Upload
from postwright.storage import media as stored_media
from postwright.storage.posts import MediaRow, PostRow
from postwright.web import flash
from postwright.web.door import WRITERS, Visit, answer, door_of, go, visit
from postwright.web.forms import Form, submitted_files
from postwright.web.frame import surroundings
from postwright.web.shown import local_link
from postwright.web.views import ChannelCard

START_TIME: Final = "09:00"
_AREAS: Final = frozenset(
    {"Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
)
"""How IANA's names of places begin."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form before any script runs. `once` makes sure that a form sent twice is one post."""

    once: str
    caption: str = ""
    accounts: tuple[str, ...] = ()
    when: str = "now"
    date: str = ""
    time: str = START_TIME
    zone: str = ""
    problems: tuple[str, ...] = ()


async def composer(request: Request) -> Response:
    """A new post; with `post` one that is changed, with `from` a copy."""
    visiting = await visit(request)
    visiting.caller.require(*WRITERS)
    query = request.query_params
    given = query.get("post") or query.get("from")
    row = await _row(visiting, given) if given else None
    if row is not None and "post" in query and not posts.may_change(row):
        words = "Something of this post is out or on its way, so it can no longer be changed. You can duplicate it."
        return flash.say(visiting.app, go(f"/posts/{row.id}"), words, bad=True)
    seed = None if row is None else await _seed(visiting, row, copy="post" not in query)
    return await _page(visiting, None, seed)


async def send(request: Request) -> Response:
    """Take the post of a browser that runs no script."""
    async with submitted_files(request, media.largest(door_of(request).app)) as (visiting, form):
        visiting.caller.require(*WRITERS)
        return await _take(visiting, form)


async def _take(visiting: Visit, form: Form) -> Response:
    later = form.text("when") == "later"
    typed = Typed(
        once=form.text("once"),
        caption=form.text("caption").replace("\r\n", "\n"),
        accounts=form.texts("account"),
        when="later" if later else "now",
        date=form.text("date"),
        time=form.text("time"),
        zone=form.text("zone"),
    )
    try:
        row, _ = await posts.create(visiting.app, visiting.caller, await _draft(visiting, form, typed))
    except Problem as refused:
        problems = tuple(dict.fromkeys(finding.message for finding in refused.findings)) or (refused.message,)
        return await _page(visiting, replace(typed, problems=problems), None)
    return flash.say(visiting.app, go(f"/posts/{row.id}"), "It is scheduled." if later else "It is on its way.")


async def _page(visiting: Visit, typed: Typed | None, seed: Mapping[str, Json] | None) -> Response:
    around = await surroundings(visiting, "", None if typed is None else "/compose")
    if typed is None:
        healthy = tuple(card.id for card in around.frame.channels if card.health != "bad")
        typed = Typed(str(new_id()), accounts=healthy if len(healthy) == 1 else ())
    zone = typed.zone or visiting.member.workspace.timezone
    tomorrow = (visiting.began + timedelta(days=1)).astimezone(ZoneInfo(visiting.member.workspace.timezone))
    context = {
        "zones": zones() if zone in zones() else (zone, *zones()),
        "zone": zone,
        "date": typed.date or f"{tomorrow:%Y-%m-%d}",
        "time": typed.time or START_TIME,
        "accepts": accepts(),
        "typed": typed,
        "seed": {
            "workspace": str(visiting.caller.workspace_id),
            "accounts": [_account(card) for card in around.frame.channels],
            "platforms": [platform.model_dump(mode="json") for platform in describe()],
            "now": visiting.began,
            "post": seed,
        },
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if typed.problems else HTTPStatus.OK
    return answer(visiting.request, "compose.html", {**around.context, **context}, status)


@cache
def zones() -> tuple[str, ...]:
    """The time zones to choose from: those of places, and UTC."""
    return ("UTC", *sorted(name for name in available_timezones() if name.partition("/")[0] in _AREAS))


@cache
def accepts() -> str:
    """The types of files that any platform takes, as an `<input>` is told. Pictures and videos are, whatever format."""
    documents = {mime for one in describe() for kind in one.kinds if kind.document for mime in kind.document.mimes}
    return ",".join(("image/*", "video/*", *sorted(documents)))


def _account(card: ChannelCard) -> dict[str, Json]:
    shown = card.badge
    return {
        "id": card.id,
        "platform": shown.platform,
        "name": shown.name,
        "avatar_url": shown.avatar_url,
        "initials": shown.initials,
        "tone": shown.tone,
    }


async def _row(visiting: Visit, given: str) -> PostRow:
    try:
        post_id = UUID(given)
    except ValueError as unreadable:
        raise NotFound("There is no such post.") from unreadable
    async with visiting.app.db.tx() as tx:
        return await posts.get(tx, visiting.caller, post_id)


async def _seed(visiting: Visit, row: PostRow, *, copy: bool) -> dict[str, Json]:
    """A stored post as the composer has it."""
    waits = not copy and row.state == State.QUEUED and row.due_at > visiting.began
    wall = row.wall_time.isoformat(timespec="minutes")
    chosen = [one for one in row.publications if copy or one.state is not State.CANCELED]
    own = await _own_media(visiting, row)
    return {
        "id": None if copy else str(row.id),
        "caption": row.caption,
        "accounts": [str(one.account_id) for one in chosen],
        "captions": {str(one.account_id): one.caption for one in row.publications if one.caption is not None},
        "options": {str(one.account_id): dict(one.options) for one in row.publications if one.options},
        "media": [_media(visiting, file) for file in row.media if file.publication_id is None],
        "own_media": {
            str(one.account_id): [_media(visiting, file) for file in own[one.id]] for one in chosen if one.id in own
        },
        "scheduled_at": wall if waits else None,
        "timezone": row.timezone,
    }


async def _own_media(visiting: Visit, row: PostRow) -> dict[UUID, list[MediaRow]]:
    """By publication, the files that a person gave it: not those that were only made of the post's to fit."""
    shared = [(file.media.id, file.alt_text) for file in row.media if file.publication_id is None]
    ids = [file.media.id for file in row.media if file.publication_id is not None]
    async with visiting.app.db.tx() as tx:
        originals = await stored_media.originals(tx, visiting.caller.workspace_id, ids)
    own: dict[UUID, list[MediaRow]] = {}
    for file in row.media:
        if file.publication_id is not None:
            made_of = originals.get(file.media.id)
            given = file if made_of is None else replace(file, media=made_of.media, thumb_key=made_of.thumb_key)
            own.setdefault(file.publication_id, []).append(given)
    return {one: files for one, files in own.items() if [(file.media.id, file.alt_text) for file in files] != shared}


def _media(visiting: Visit, file: MediaRow) -> dict[str, Json]:
    stored, facts = file.media, file.media.facts
    return {
        "id": str(stored.id),
        "type": facts.kind,
        "mime": facts.mime,
        "url": local_link(visiting.app, file, "file"),
        "thumb_url": local_link(visiting.app, file, "thumb") if file.thumb_key else None,
        "alt_text": file.alt_text,
        "width": facts.width,
        "height": facts.height,
        "duration": facts.duration_s,
        "pages": facts.pages,
        "name": stored.name,
    }


async def _draft(visiting: Visit, form: Form, typed: Typed) -> PostDraft:
    files = [await _keep(visiting, file) for file in form.files("media")]
    return PostDraft(
        targets=tuple(TargetDraft(account_id=_account_id(given)) for given in typed.accounts),
        caption=typed.caption,
        media=tuple(files),
        client_post_id=f"form:{typed.once}" if typed.once else None,
        scheduled_at=f"{typed.date}T{typed.time}" if typed.when == "later" else None,
        timezone=typed.zone or None,
    )


async def _keep(visiting: Visit, file: UploadFile) -> MediaRef:
    with tempfile.TemporaryDirectory(prefix="postwright-") as folder:
        path = Path(folder) / "upload"
        digest = await asyncio.to_thread(_copy, file, path)
        upload = Upload(path, file.filename or "", digest)
        stored = await media.add_file(visiting.app, visiting.caller.workspace_id, upload, field="media")
    return MediaRef(id=stored.media.id)


def _copy(file: UploadFile, path: Path) -> bytes:
    with path.open("wb") as target:
        shutil.copyfileobj(file.file, target)
    return media.sha256_of(path)


def _account_id(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError as unreadable:
        raise NotFound("There is no such account in this workspace.") from unreadable
