"""The steps from content to a published post; each makes one call and says what comes next.

text, poll, article without a picture    post [→ first_comment]
all others    start → upload … [→ finalize] → (the next file's start …) → look … → post [→ first_comment]
"""

from datetime import datetime

from postwright.domain.errors import PlatformError, Surprise, Uncertain
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint, StepKind
from postwright.kit.http import Reply
from postwright.platforms.base import Call, Outcome, Waiting
from postwright.platforms.landing import published
from postwright.platforms.linkedin import forms, spec
from postwright.platforms.linkedin.api import author, encoded, publish_scope, rest
from postwright.platforms.linkedin.rules import DUPLICATE, NOT_READY, POST_URN
from postwright.platforms.linkedin.uploads import assets, await_upload

FIRST_TRY = "first_try"
"""The note that says since when it is in doubt whether the post is out."""
_URN_HEADERS = ("x-restli-id", "x-linkedin-id")
_UNPROCESSABLE = 422


def begin(content: Content) -> Checkpoint:
    """The first step for this content. Raises Rejected where LinkedIn has no kind of post for it."""
    step = "start" if content.attachments else "post"
    return Checkpoint(step, {"kind": spec.SPEC.kind_for(content).name})


async def post(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Make the post visible."""
    doubt = in_doubt_since(checkpoint)
    if doubt is not None and call.clock.now() - doubt >= spec.SAFE_TO_REPEAT:
        raise Uncertain("An earlier try may have landed, too long ago for LinkedIn to notice that this is the same.")
    body = forms.post(spec.SPEC.kind_of(checkpoint), content, author(call), assets(checkpoint))
    try:
        reply = await rest(call).post("/posts", body, StepKind.COMMIT, publish_scope(call))
    except PlatformError as error:
        if error.code == NOT_READY:
            return await_upload(checkpoint)
        if doubt is not None and error.status == _UNPROCESSABLE:
            return after_landing(content, landed(checkpoint, _named(error)))
        raise
    return after_landing(content, landed(checkpoint, _made(reply)))


async def write_first_comment(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Write the first comment under the published post."""
    urn = checkpoint.external_id or ""
    body = forms.comment(content, author(call), urn)
    _made(await rest(call).post(comments_of(urn), body, StepKind.COMMIT, publish_scope(call)))
    return published(checkpoint)


async def finish(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:  # noqa: ARG001 a Step like the others
    """The end of a flow whose last call landed unseen."""
    return published(checkpoint)


def landed(checkpoint: Checkpoint, urn: str) -> Checkpoint:
    """The same flow, visible to people as this post."""
    return checkpoint.landed(urn, spec.PERMALINK.format(urn=urn))


def after_landing(content: Content, checkpoint: Checkpoint) -> Outcome:
    """What remains once the post is visible."""
    if forms.options(content).first_comment:
        return Waiting(checkpoint.to("first_comment"))
    return published(checkpoint)


def in_doubt_since(checkpoint: Checkpoint) -> datetime | None:
    """When the first try was made of which it is not known whether it landed."""
    noted = checkpoint.notes.get(FIRST_TRY)
    return datetime.fromisoformat(noted) if isinstance(noted, str) else None


def comments_of(urn: str) -> str:
    """Where a post's comments are read and written."""
    return f"/socialActions/{encoded(urn)}/comments"


def _made(reply: Reply) -> str:
    """What was made by a call. Raises Surprise where the reply does not name it: then it may be nobody's."""
    urn = next((reply.headers[name] for name in _URN_HEADERS if reply.headers.get(name)), None)
    if urn is None:
        raise Surprise("LinkedIn said yes without saying what it made.", status=reply.status)
    return urn


def _named(error: PlatformError) -> str:
    """The post that a second one was refused for. Raises Uncertain where the refusal names none."""
    found = POST_URN.search(str(error.evidence.get("message", "")))
    if found is None:
        raise Uncertain(error.message, status=error.status, code=DUPLICATE, evidence=error.evidence) from error
    return found.group()
