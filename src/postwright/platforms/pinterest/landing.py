"""Finding out whether a Pin whose reply was lost is on its board; and taking a Pin down.

The board's newest Pins are the only witness. Ours is one that was not there before (survey), was
not created before the call, and says the same.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from postwright.domain.errors import Rejected, Uncertain
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint
from postwright.domain.retry import SETTLING
from postwright.platforms.base import Call, CannotTell, Landed, NotLanded, Outcome, Verdict, Waiting
from postwright.platforms.landing import made_since, plain
from postwright.platforms.pinterest import spec
from postwright.platforms.pinterest.api import NOT_FOUND
from postwright.platforms.pinterest.flows import api, count, permalink, published
from postwright.platforms.pinterest.wire import Page, Pin
from postwright.platforms.wire import read_items

_IN_VAIN = "Pinterest gave no answer in several tries, and the Pin is not on the board: try again later."
_SEVERAL = "Several new Pins on the board look like this one: look there whether it is out before it is sent again."


async def survey(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Note what is on the board already; a board that cannot be saved to is noticed here too."""
    return _ready(checkpoint, await _newest(call, content))


async def confirm(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:
    """Look once more when the Pin would be there, and only then publish again."""
    since = datetime.fromisoformat(checkpoint.text("since"))
    left = since + SETTLING - call.clock.now()
    if left > timedelta():
        return Waiting(checkpoint, left)
    pins = await _newest(call, content)
    fitting = _fitting(pins, content, checkpoint, since)
    if len(fitting) == 1:
        return published(fitting[0].id)
    if _is_doubtful(pins, fitting, checkpoint):
        raise Uncertain(_SEVERAL)
    if spec.AGAIN.delay(count(checkpoint, "tries")) is None:
        raise Rejected(_IN_VAIN)
    return _ready(checkpoint, pins)


async def finish(call: Call, content: Content, checkpoint: Checkpoint) -> Outcome:  # noqa: ARG001 - a Step like the others
    """The end of a flow whose Pin landed unseen."""
    if checkpoint.external_id is None:
        raise ValueError("nothing landed")
    return published(checkpoint.external_id)


async def reconcile(call: Call, content: Content, checkpoint: Checkpoint, since: datetime) -> Verdict:
    """Whether the Pin is out. That it is not yet seen counts only after a second look."""
    pins = await _newest(call, content)
    fitting = _fitting(pins, content, checkpoint, since)
    if len(fitting) == 1:
        [pin] = fitting
        return Landed(checkpoint.landed(pin.id, permalink(pin.id)).to("finish"))
    if _is_doubtful(pins, fitting, checkpoint):
        return CannotTell(_SEVERAL)
    tries = count(checkpoint, "tries")
    again = checkpoint.to("confirm", since=since.isoformat(), tries=tries + 1)
    return NotLanded(again, spec.AGAIN.delay(tries) or SETTLING)


async def remove(call: Call, external_id: str) -> bool:
    """Take a Pin down."""
    try:
        await api(call).delete(f"/pins/{external_id}")
    except Rejected as refusal:
        if refusal.status != NOT_FOUND:
            raise
    return True


async def _newest(call: Call, content: Content) -> tuple[Pin, ...]:
    page = await api(call).get(Page, f"/boards/{spec.options(content).board_id}/pins", page_size=str(spec.NEWEST))
    return read_items(Pin, page.items)


def _ready(checkpoint: Checkpoint, pins: Sequence[Pin]) -> Waiting:
    return Waiting(checkpoint.to("publish", known=[pin.id for pin in pins]))


def _fitting(pins: Sequence[Pin], content: Content, checkpoint: Checkpoint, since: datetime) -> list[Pin]:
    """The Pins that can be ours."""
    known, chosen = _known(checkpoint), spec.options(content)
    said = (plain(chosen.title), plain(content.caption), plain(chosen.link).rstrip("/"))
    return [
        pin
        for pin in pins
        if pin.id not in known
        and made_since(pin.created_at, since)
        and (plain(pin.title), plain(pin.description), plain(pin.link).rstrip("/")) == said
    ]


def _is_doubtful(pins: Sequence[Pin], fitting: Sequence[Pin], checkpoint: Checkpoint) -> bool:
    """Whether several fit, or the list may not reach back as far as the survey."""
    known = _known(checkpoint)
    return len(fitting) > 1 or (len(pins) >= spec.NEWEST and not any(pin.id in known for pin in pins))


def _known(checkpoint: Checkpoint) -> list[object]:
    known = checkpoint.notes.get("known", [])
    return [*known] if isinstance(known, list) else []
