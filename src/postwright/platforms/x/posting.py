"""The steps that people see: the post, then each further post of its thread as an answer to the one before.

    [uploads →] post [→ reply … reply]

There is no idempotency key. What is known: which posts the account has made of late, and that X refuses a text that
the account has posted before. After a lost reply the list is asked, and asked again before anything is sent again.
"""

from datetime import UTC, datetime

from postwright.domain.errors import Rejected, Uncertain
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint, Json, StepKind
from postwright.kit.http import Request
from postwright.platforms.base import Call, CannotTell, Landed, NotSeen, Outcome, Verdict, Waiting
from postwright.platforms.landing import CLOCK_SLACK, published
from postwright.platforms.x import spec
from postwright.platforms.x.api import ask, send
from postwright.platforms.x.matching import is_same
from postwright.platforms.x.rules import DUPLICATE, GONE
from postwright.platforms.x.uploads import strings, uploaded
from postwright.platforms.x.wire import Made, Timeline

_FIELDS = "created_at,text,entities,attachments,referenced_tweets"


def begin(content: Content) -> Checkpoint:
    """The first step for this content. Raises Rejected where X has no kind of post for it."""
    spec.SPEC.kind_for(content)
    return Checkpoint("initialize" if content.attachments else "post")


async def write(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Write the next post of the thread, the first one included."""
    doubted_since = checkpoint.notes.get("doubted_since")
    if doubted_since is not None:
        match await _look(call, content, checkpoint, datetime.fromisoformat(str(doubted_since))):
            case Landed(found):
                return Waiting(found)
            case CannotTell(reason):
                raise Uncertain(reason)
    try:
        made = await ask(call, Made, Request("POST", spec.POSTS, json=_body(content, checkpoint)), StepKind.COMMIT)
    except Rejected as refusal:
        if doubted_since is None or refusal.code != DUPLICATE:
            raise
        raise Uncertain(
            "X says that this text is out, but does not list it among the account's posts.",
            status=refusal.status,
            code=refusal.code,
            evidence=refusal.evidence,
        ) from refusal
    following = _landed(call, content, checkpoint, made.data.id)
    return published(following) if following.step == "finish" else Waiting(following)


async def finish(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:  # noqa: ARG001 - a Step like the others
    """The end of a flow whose last call landed unseen. The whole goes by its first post."""
    return published(checkpoint)


async def reconcile(call: Call, content: Content, checkpoint: Checkpoint, since: datetime) -> Verdict:
    """Whether the post that the checkpoint is at landed. `since` is the time of the latest try; the first is noted."""
    noted = checkpoint.notes.get("doubted_since")
    first = since if noted is None else min(since, datetime.fromisoformat(str(noted)))
    verdict = await _look(call, content, checkpoint, first)
    if isinstance(verdict, NotSeen):
        return NotSeen(checkpoint.to(checkpoint.step, doubted_since=first.isoformat()))
    return verdict


async def remove(call: Call, external_id: str) -> None:
    """Take a post down; what answers it stays."""
    try:
        await send(call, Request("DELETE", f"{spec.POSTS}/{external_id}"), call.token)
    except Rejected as refusal:
        if refusal.code != GONE:
            raise


async def _look(call: Call, content: Content, checkpoint: Checkpoint, since: datetime) -> Verdict:
    query = {
        "max_results": str(spec.LOOKED_THROUGH),
        "start_time": (since - CLOCK_SLACK).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "tweet.fields": _FIELDS,
    }
    recent = await ask(call, Timeline, Request("GET", f"/2/users/{call.account.external_id}/tweets", query=query))
    posted = strings(checkpoint, "posted")
    text, media = _text(content, posted), uploaded(checkpoint) if not posted else []
    fitting = [post for post in recent.posts if is_same(post, text, media, posted[-1] if posted else None)]
    if len(fitting) == 1:
        return Landed(_landed(call, content, checkpoint, fitting[0].id))
    if fitting:
        return CannotTell("Several recent posts of the account look like this one.")
    if recent.meta.next_token is not None:
        return CannotTell("The account has made too many posts since to say whether this one is among them.")
    return NotSeen(checkpoint)


def _landed(call: Call, content: Content, checkpoint: Checkpoint, post_id: str) -> Checkpoint:
    """The flow after its present post, which is out under that id."""
    posted = [*strings(checkpoint, "posted"), post_id]
    step = "reply" if len(posted) <= len(spec.options(content).thread) else "finish"
    following = checkpoint.to(step, posted=[*posted], doubted_since=None)
    if checkpoint.external_id is not None:
        return following
    return following.landed(post_id, spec.PERMALINK.format(username=call.account.username, id=post_id))


def _text(content: Content, posted: list[str]) -> str:
    return spec.options(content).thread[len(posted) - 1] if posted else content.caption


def _body(content: Content, checkpoint: Checkpoint) -> dict[str, Json]:
    posted, chosen = strings(checkpoint, "posted"), spec.options(content)
    if posted:
        return {"text": _text(content, posted), "reply": {"in_reply_to_tweet_id": posted[-1]}}
    said = chosen.model_dump(include={"reply_settings", "made_with_ai", "paid_partnership", "poll"}, mode="json")
    media: list[Json] = [*uploaded(checkpoint)]
    parts = {"text": content.caption, "media": {"media_ids": media} if media else None, **said}
    return {name: value for name, value in parts.items() if value not in (None, "")}
