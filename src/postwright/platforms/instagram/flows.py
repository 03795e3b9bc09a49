"""The steps from content to a published post; each makes at most two calls and says what comes next.

    picture    create → publish → permalink [→ first_comment]                        as post and as story
    video      create [→ upload] → look → publish → permalink [→ first_comment]      as reel and as story
    carousel   child … child [→ children] → create → publish → permalink [→ first_comment]

Pictures are published without a look before: they are ready as soon as they are created, and
where one is not, the refusal says so (9007) and costs no more than the look would have. An
account has 200 calls an hour, so a picture takes three and not four.
"""

from collections.abc import Mapping
from dataclasses import replace

from postwright.domain.capability import PostKind
from postwright.domain.errors import PlatformError, Rejected, Surprise, Unavailable, Uncertain
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint, StepKind
from postwright.platforms.base import Call, Outcome, Waiting
from postwright.platforms.errors import Fault, judge
from postwright.platforms.instagram import forms, spec
from postwright.platforms.instagram.rules import BY_SUBCODE, GONE, NOT_READY, RULES
from postwright.platforms.instagram.wire import Container, Created, Post
from postwright.platforms.landing import published
from postwright.platforms.meta import NO_OBJECT, Graph

UNKNOWN = "UNKNOWN"
DOUBTED = "doubted"
"""The note of a container that was to be published before, by a call of which nothing came back."""
_OUT_OR_GONE = "Instagram no longer has the prepared post: an earlier call without an answer may have published it."
UNSEEN = "container:"
"""Begins the id of a post that is out without anybody knowing which one it is."""


def graph(call: Call) -> Graph:
    """The Graph host of the login that the account was connected by."""
    return Graph(call, route(call).graph, call.token, RULES)


def route(call: Call) -> spec.Route:
    """What the account publishes through."""
    return spec.ROUTES[call.account.login]


def begin(content: Content) -> Checkpoint:
    """The first step for this content. Raises Rejected where Instagram has no kind of post for it."""
    kind = spec.SPEC.kind_for(content)
    return _first(kind)


async def create_child(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Create one item of a carousel; one a run, so that a crash repeats at most one."""
    _restarts_left(checkpoint)
    children = _children(checkpoint)
    form = forms.child(content, len(children))
    made = await _media(call, form)
    children = [*children, made.id]
    if len(children) < len(content.attachments):
        return Waiting(checkpoint.to("child", children=[*children]))
    if has_video(content):
        return wait(checkpoint.to("children", children=[*children], seen=0), content)
    return Waiting(checkpoint.to("create", children=[*children]))


async def look_at_children(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Look at the next video of a carousel; the carousel cannot be created before all are ready."""
    videos = [
        child
        for child, attachment in zip(_children(checkpoint), content.attachments, strict=True)
        if attachment.media.facts.kind == "video"
    ]
    seen = checkpoint.number("seen")
    status = await read_status(call, videos[seen])
    if status.ready:
        seen += 1
        return Waiting(checkpoint.to("children" if seen < len(videos) else "create", seen=seen, looks=0))
    return unfinished(status, content, checkpoint)


async def create(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Create the container of the post itself."""
    _restarts_left(checkpoint)
    kind = spec.SPEC.kind_of(checkpoint)
    uploads = route(call).uploads if kind is spec.REEL else None
    if kind is spec.CAROUSEL:
        form = forms.carousel(content, _children(checkpoint))
    else:
        form = forms.single(kind, content, resumable=uploads is not None)
    try:
        made = await _media(call, form)
    except PlatformError as error:
        if error.code in NOT_READY:
            return wait(checkpoint, content)
        if error.code in GONE:
            return restart(checkpoint, error.message)
        raise
    created = checkpoint.to("publish", container=made.id, since=call.clock.now().isoformat())
    if uploads is not None:
        return Waiting(created.to("upload", upload_url=made.uri or f"{uploads}/{made.id}"))
    return wait(created.to("look"), content) if has_video(content) and kind is not spec.CAROUSEL else Waiting(created)


async def look(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Ask whether the container is ready to be published."""
    status = await read_status(call, checkpoint.text("container"))
    if status.ready:
        return Waiting(checkpoint.to("publish"))
    if status.status_code == "PUBLISHED":
        return Waiting(landed_unseen(checkpoint))
    if status.status_code == UNKNOWN and DOUBTED in checkpoint.notes:
        return Waiting(checkpoint.to("publish"))
    return unfinished(status, content, checkpoint)


async def publish(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Make the post visible. A container publishes at most once.

    One that was tried before and is refused as no longer there may be out by that very try.
    """
    form = {"creation_id": checkpoint.text("container")}
    try:
        made = await graph(call).post(
            Created,
            f"/{call.account.external_id}/media_publish",
            form,
            kind=StepKind.COMMIT,
            needs=route(call).publish_scope,
        )
    except PlatformError as error:
        if error.code in NOT_READY:
            return wait(checkpoint.to("look"), content)
        if error.code in GONE and DOUBTED in checkpoint.notes:
            raise Uncertain(_OUT_OR_GONE, status=error.status, code=error.code, evidence=error.evidence) from error
        if error.code in GONE:
            return restart(checkpoint, error.message)
        raise
    return Waiting(checkpoint.landed(made.id).to("permalink"))


async def read_permalink(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Read the address people see the post at; a post without one is published all the same."""
    if checkpoint.external_url is not None:
        return after_landing(content, checkpoint)
    try:
        post = await graph(call).get(Post, f"/{checkpoint.external_id}", fields="id,permalink")
    except (Rejected, Surprise):
        return after_landing(content, checkpoint)
    return after_landing(content, replace(checkpoint, external_url=post.permalink))


async def write_first_comment(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Write the first comment under the published post."""
    await graph(call).post(
        Created,
        f"/{checkpoint.external_id}/comments",
        {"message": forms.options(content).first_comment or ""},
        kind=StepKind.COMMIT,
        needs=route(call).comment_scope,
    )
    return published(checkpoint)


def after_landing(content: Content, checkpoint: Checkpoint) -> Outcome:
    """What remains once the post is visible and its address known or given up."""
    if forms.options(content).first_comment and spec.SPEC.kind_of(checkpoint) is not spec.STORY:
        return Waiting(checkpoint.to("first_comment"))
    return published(checkpoint)


def landed_unseen(checkpoint: Checkpoint) -> Checkpoint:
    """The post is out (its container says so) but which one it is must still be found.

    Until then it goes by the container's id, marked as such.
    """
    return checkpoint.landed(f"{UNSEEN}{checkpoint.text('container')}").to("find", looks=0)


def wait(checkpoint: Checkpoint, content: Content) -> Waiting:
    """Come back to the checkpoint's step when the poll plan says so. Raises Unavailable when it gives up."""
    looks = checkpoint.number("looks")
    delay = (spec.VIDEO_POLL if has_video(content) else spec.IMAGE_POLL).delay(looks)
    if delay is None:
        raise Unavailable("Instagram is taking unusually long to process the media.")
    return Waiting(checkpoint.to(checkpoint.step, looks=looks + 1), delay)


def restart(checkpoint: Checkpoint, reason: str) -> Waiting:
    """Begin anew after a container was lost; nothing of it was ever visible."""
    fresh = _first(spec.SPEC.kind_of(checkpoint))
    return Waiting(fresh.to(fresh.step, restarts=checkpoint.number("restarts") + 1, reason=reason), spec.RESTART_DELAY)


def _first(kind: PostKind) -> Checkpoint:
    return Checkpoint("child" if kind is spec.CAROUSEL else "create", {"kind": kind.name})


def _restarts_left(checkpoint: Checkpoint) -> None:
    if checkpoint.number("restarts") > spec.MAX_RESTARTS:
        reason = checkpoint.text("reason")
        raise Rejected(f"Instagram failed to process the media several times. (Instagram: {reason})", field="media")


def unfinished(status: Container, content: Content, checkpoint: Checkpoint) -> Waiting:
    """What to do about a container that is not ready: wait, make it anew, or raise what is wrong with the media."""
    if status.status_code in ("EXPIRED", UNKNOWN):
        return restart(checkpoint, status.status or "the prepared post is no longer there")
    if status.status_code != "ERROR":
        return wait(checkpoint, content)
    subcode = status.subcode or ""
    rule = BY_SUBCODE.get(subcode)
    if rule is None or rule.error is Unavailable:
        return restart(checkpoint, status.status or "no reason given")
    fault = Fault(200, (rule.code,), status.status, evidence={"status": status.status, "subcode": subcode})
    raise judge(fault, RULES, StepKind.PREPARE)


async def _media(call: Call, form: Mapping[str, str]) -> Created:
    return await graph(call).post(Created, f"/{call.account.external_id}/media", form, needs=route(call).publish_scope)


async def read_status(call: Call, container: str, fields: str = "id,status_code,status") -> Container:
    """How far Instagram is with a container; UNKNOWN where it says that there is none."""
    try:
        return await graph(call).get(Container, f"/{container}", fields=fields)
    except PlatformError as error:
        if error.code in GONE or error.code == NO_OBJECT:
            return Container(status_code=UNKNOWN, status=error.message)
        raise


def _children(checkpoint: Checkpoint) -> list[str]:
    children = checkpoint.notes.get("children", [])
    return [str(child) for child in children] if isinstance(children, list) else []


def has_video(content: Content) -> bool:
    """Whether Instagram has a video to process."""
    return any(attachment.media.facts.kind == "video" for attachment in content.attachments)
