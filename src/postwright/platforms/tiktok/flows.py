"""The steps from content to a post; each makes one call and says what comes next.

    video         creator → open → chunk … → last_chunk → look → address
    draft_video             open → chunk … → last_chunk → look
    photo         creator → post → look → address
    draft_photo             post → look

A chunk that TikTok does not take as announced is followed by `resume`, which asks where the upload stands. A video
is posted by its last chunk; before that nothing can be seen, and an upload that is left alone is forgotten.
"""

from postwright.domain.account import Account
from postwright.domain.capability import PostKind
from postwright.domain.errors import PlatformError, RateLimited, Rejected, Surprise, Unavailable, Uncertain
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint, Json, StepKind
from postwright.platforms.base import Call, Outcome, Published, Waiting
from postwright.platforms.errors import ErrorRule, Fault, judge
from postwright.platforms.tiktok import api, forms, spec
from postwright.platforms.tiktok.creator import hold_to
from postwright.platforms.tiktok.rules import FAIL_REASONS, RULES
from postwright.platforms.tiktok.uploads import Chunks, chunk
from postwright.platforms.tiktok.wire import Begun, Status
from postwright.platforms.wire import excerpt

_TAKEN, _ALL_TAKEN = 206, 201
_CLOSED = (403, 404)
"""The address of the upload has run out, or there is no such upload (any more)."""
_ELSEWHERE = 416
"""The upload does not stand where the chunk begins."""


def begin(content: Content, account: Account) -> Checkpoint:
    """The first step for this content. Raises Rejected where TikTok has no kind of post for it on this account."""
    kind = spec.SPEC.kind_for(content)
    if kind in spec.DRAFTS and spec.DRAFT not in account.scopes:
        # Asking TikTok all the same would look like a lost connection, and stop the account's other posts too.
        message = f"Drafts need the permission {spec.DRAFT}: reconnect the account and allow it."
        raise Rejected(message, field="options.post_type")
    return _first(kind)


async def ask_creator(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Ask what the account's owner allows at present, and hold the post to it."""
    found = await api.creator(call, call.token)
    hold_to(content, found)
    step = "open" if spec.SPEC.kind_of(checkpoint) is spec.VIDEO else "post"
    return Waiting(checkpoint.to(step, username=found.creator_username))


async def open_upload(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Begin a video: get the address for its bytes. One that gets no bytes is never posted, so this can be repeated."""
    chunks = Chunks.of(content.attachments[0].media.facts.size_bytes)
    if spec.SPEC.kind_of(checkpoint) is spec.VIDEO:
        begun = await api.ask(call, Begun, spec.VIDEO_URL, forms.video(content, chunks))
    else:
        begun = await api.ask(call, Begun, spec.DRAFT_VIDEO_URL, forms.draft_video(chunks), needs=spec.DRAFT)
    if begun.upload_url is None:
        raise Surprise("TikTok gave no address for the video's bytes.", evidence={"publish_id": begun.publish_id})
    opened = checkpoint.to("chunk", publish_id=begun.publish_id, upload_url=begun.upload_url, resumes=0)
    return Waiting(next_chunk(opened.to("chunk", chunk_size=chunks.size), content, 0))


async def send_chunk(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Send the next chunk, which may be the last."""
    span = chunks_of(content, checkpoint).after(checkpoint.number("sent"))
    media = content.attachments[0].media
    reply = await call.send(chunk(call.files, media, checkpoint.text("upload_url"), span))
    if reply.status == _ALL_TAKEN:
        return _look_later(checkpoint.to("look"))
    if reply.status == _TAKEN and span.end < span.total:
        return Waiting(next_chunk(checkpoint.to("chunk", resumes=0), content, span.end))
    if reply.status in (_TAKEN, _ELSEWHERE, *_CLOSED):
        return Waiting(checkpoint.to("resume", closed=reply.status in _CLOSED))
    raise judge(Fault(reply.status, evidence={"body": excerpt(reply)}), RULES, spec.STEPS[checkpoint.step])


async def resume(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Ask where the upload stands, and go on from there; begin anew where its address no longer works."""
    status = await api.status_of(call, checkpoint.text("publish_id"))
    if not status.lacks(content.attachments[0].media.facts.size_bytes):
        return Waiting(checkpoint.to("look"))
    resumes = checkpoint.number("resumes") + 1
    if checkpoint.notes.get("closed") or resumes > spec.MAX_RESTARTS:
        return _restart(checkpoint, "it did not take the video's bytes")
    return Waiting(next_chunk(checkpoint.to("chunk", resumes=resumes), content, status.uploaded_bytes or 0))


async def post_photos(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Hand over the addresses of the photos; TikTok fetches them and posts."""
    draft = spec.SPEC.kind_of(checkpoint) is spec.DRAFT_PHOTO
    body = forms.draft_photos(content) if draft else forms.photos(content)
    needs = spec.DRAFT if draft else spec.PUBLISH
    begun = await api.ask(call, Begun, spec.PHOTO_URL, body, kind=StepKind.COMMIT, needs=needs)
    return _look_later(checkpoint.to("look", publish_id=begun.publish_id))


async def look(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Ask how far TikTok is with what was sent."""
    try:
        status = await api.status_of(call, checkpoint.text("publish_id"))
    except RateLimited:
        return Waiting(checkpoint, spec.RATE_PAUSE)
    if status.status == "FAILED":
        error = _failure(status)
        if isinstance(error, Unavailable):
            return _restart(checkpoint, error.message)
        raise error
    if status.status in ("PUBLISH_COMPLETE", "SEND_TO_USER_INBOX"):
        return _out(call, content, checkpoint, status)
    return _look_later(checkpoint)


async def read_address(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Ask for the address of a post that is out; it has none before TikTok has looked it through."""
    if checkpoint.external_id is not None and "publish_id" not in checkpoint.notes:
        return Published(checkpoint.external_id, checkpoint.external_url)
    status = await api.status_of(call, checkpoint.text("publish_id"))
    if status.status == "FAILED":
        raise _failure(status)
    return _out(call, content, checkpoint, status)


def chunks_of(content: Content, checkpoint: Checkpoint) -> Chunks:
    """The chunks that TikTok was told of when the upload began."""
    return Chunks(content.attachments[0].media.facts.size_bytes, checkpoint.number("chunk_size"))


def address(call: Call, checkpoint: Checkpoint, post_id: str | None) -> str:
    """The address of a post; without an id (it is private, a draft, or not looked through yet) that of the account."""
    username = str(checkpoint.notes.get("username") or call.account.username)
    if post_id is None:
        return spec.PROFILE.format(username=username)
    sort = "video" if spec.SPEC.kind_of(checkpoint).video else "photo"
    return spec.POST.format(username=username, sort=sort, post_id=post_id)


def next_chunk(checkpoint: Checkpoint, content: Content, arrived: int) -> Checkpoint:
    """The upload, to be gone on with behind the bytes that have arrived."""
    span = chunks_of(content, checkpoint).after(arrived)
    return checkpoint.to("last_chunk" if span.end == span.total else "chunk", sent=arrived)


def _look_later(checkpoint: Checkpoint) -> Waiting:
    looks = checkpoint.number("looks")
    delay = spec.LOOK_POLL.delay(looks)
    if delay is None:
        raise Uncertain("TikTok has been working on the post for an hour: see in its app whether it is out.")
    return Waiting(checkpoint.to("look", looks=looks + 1), delay)


def _out(call: Call, content: Content, checkpoint: Checkpoint, status: Status) -> Outcome:
    """What follows once it is out or in the inbox. Only a public post gets an id; else it goes by its publishing's."""
    if status.post_ids:
        return Published(status.post_ids[0], address(call, checkpoint, status.post_ids[0]))
    publish_id, profile = checkpoint.text("publish_id"), address(call, checkpoint, None)
    if spec.chosen(content).privacy_level != spec.PUBLIC:
        return Published(publish_id, profile)
    waits = checkpoint.number("waits")
    delay = spec.ADDRESS_POLL.delay(waits)
    if delay is None:
        warning = "TikTok has not told the post's own address within a day; the link leads to the account."
        return Published(publish_id, profile, (warning,))
    return Waiting(checkpoint.landed(publish_id, profile).to("address", waits=waits + 1), delay)


def _failure(status: Status) -> PlatformError:
    """Why nothing was posted."""
    reason = status.fail_reason or "no reason given"
    rules = {reason: ErrorRule(reason, Rejected, "TikTok did not post it: {words}."), **FAIL_REASONS}
    return judge(Fault(200, (reason,), reason, evidence=status.model_dump()), rules, StepKind.PREPARE)


def _restart(checkpoint: Checkpoint, reason: str) -> Waiting:
    """Begin anew; nothing of it was ever posted. Raises Rejected when that was tried often enough."""
    restarts = checkpoint.number("restarts") + 1
    if restarts > spec.MAX_RESTARTS:
        raise Rejected(f"TikTok failed several times: {reason}", field="media")
    return Waiting(_first(spec.SPEC.kind_of(checkpoint), restarts), spec.RESTART_DELAY)


def _first(kind: PostKind, restarts: int = 0) -> Checkpoint:
    notes: dict[str, Json] = {"kind": kind.name, "restarts": restarts}
    if kind not in spec.DRAFTS:
        return Checkpoint("creator", notes)
    return Checkpoint("open" if kind is spec.DRAFT_VIDEO else "post", notes)
