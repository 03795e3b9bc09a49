"""Whether a Pin whose reply was lost is out: verdicts over real HTTP, by what the board is scripted to hold."""

from dataclasses import replace
from datetime import timedelta

import pytest

from postwright.domain.errors import Rejected, Uncertain
from postwright.domain.post import Content
from postwright.domain.publication import Checkpoint
from postwright.domain.retry import SETTLING
from postwright.kit.http import NoReply
from postwright.platforms.base import CannotTell, Landed, NotLanded, Published, Verdict
from postwright.platforms.pinterest.adapter import Pinterest
from postwright.platforms.pinterest.spec import NEWEST, PinterestOptions
from tests.platforms.pinterest.fake import BOARD, Script, pin
from tests.support.publishing import content, picture

OPTIONS = PinterestOptions(board_id=BOARD, title="Two  cups", link="https://shop.example")
POST = content(OPTIONS, picture(), caption="Blue\r\nand white ")
OURS = {"description": "Blue and white", "title": "Two cups", "link": "https://shop.example/"}
MINUTE = timedelta(minutes=1)


async def doubtful(script: Script, *before: str, post: Content = POST) -> Checkpoint:
    """A call to publish that nobody answered, with these Pins on the board before."""
    drive = script.drive()
    script.board(*(pin(name, script.clock.now(), **OURS) for name in before))
    checkpoint = await drive.until("publish", post)
    script.cut("POST /pins")
    with pytest.raises(NoReply):
        await drive.step(post)
    return checkpoint


async def verdict(script: Script, checkpoint: Checkpoint, post: Content = POST) -> Verdict:
    return await Pinterest().reconcile(script.call(), post, checkpoint, script.clock.now())


async def test_a_pin_that_is_on_the_board_has_landed_with_its_address(script: Script) -> None:
    checkpoint = await doubtful(script)
    script.board(pin("77", script.clock.now(), **OURS))
    landed = await verdict(script, checkpoint)
    assert isinstance(landed, Landed)
    assert landed.checkpoint.external_id == "77"
    published = await script.drive().to_the_end(POST, landed.checkpoint)
    assert published == Published("77", "https://www.pinterest.com/pin/77/")
    assert script.calls().count("POST /pins") == 1


@pytest.mark.parametrize(
    "other",
    [
        {"title": "Two mugs"},
        {"description": "Blue"},
        {"description": None},
        {"link": "https://shop.example/mugs"},
        {"link": None},
    ],
)
async def test_another_pin_is_not_taken_for_it(script: Script, other: dict[str, str | None]) -> None:
    checkpoint = await doubtful(script)
    script.board(pin("77", script.clock.now(), **{**OURS, **other}))
    assert isinstance(await verdict(script, checkpoint), NotLanded)


async def test_a_twin_that_was_there_before_is_not_taken_for_it(script: Script) -> None:
    checkpoint = await doubtful(script, "76")
    script.board(pin("76", script.clock.now(), **OURS))
    assert isinstance(await verdict(script, checkpoint), NotLanded)
    script.board(pin("77", script.clock.now(), **OURS), pin("76", script.clock.now(), **OURS))
    landed = await verdict(script, checkpoint)
    assert isinstance(landed, Landed)
    assert landed.checkpoint.external_id == "77"


async def test_a_twin_from_long_before_the_call_is_not_taken_for_it(script: Script) -> None:
    checkpoint = await doubtful(script)
    script.board(pin("70", script.clock.now() - MINUTE - timedelta(seconds=1), **OURS))
    assert isinstance(await verdict(script, checkpoint), NotLanded)
    script.board(pin("70", script.clock.now() - MINUTE, **OURS))
    assert isinstance(await verdict(script, checkpoint), Landed)


async def test_of_two_new_twins_a_person_decides(script: Script) -> None:
    checkpoint = await doubtful(script)
    script.board(pin("78", script.clock.now(), **OURS), pin("77", script.clock.now(), **OURS))
    answer = await verdict(script, checkpoint)
    assert isinstance(answer, CannotTell)
    assert "look there" in answer.reason


async def test_a_list_that_does_not_reach_back_to_the_call_proves_nothing(script: Script) -> None:
    checkpoint = await doubtful(script, "1")
    others = [pin(str(number), script.clock.now(), "another") for number in range(100, 100 + NEWEST)]
    script.board(*others)
    assert isinstance(await verdict(script, checkpoint), CannotTell)
    script.board(*others[1:], pin("1", script.clock.now(), **OURS))
    assert isinstance(await verdict(script, checkpoint), NotLanded)


async def test_a_pin_without_any_text_is_found_among_the_new_ones(script: Script) -> None:
    post = content(PinterestOptions(board_id=BOARD), picture(), caption="")
    checkpoint = await doubtful(script, post=post)
    script.board(pin("77", script.clock.now(), None))
    assert isinstance(await verdict(script, checkpoint, post), Landed)


async def test_a_call_without_a_trace_is_made_again_only_after_a_second_look(script: Script) -> None:
    checkpoint = await doubtful(script)
    script.board()
    answer = await verdict(script, checkpoint)
    assert isinstance(answer, NotLanded)
    script.board(pin("5", script.clock.now(), "another"))
    script.to("POST /pins", 201, {"id": "78"})
    drive = script.drive()
    assert await drive.to_the_end(POST, answer.checkpoint) == Published("78", "https://www.pinterest.com/pin/78/")
    assert drive.steps == ["confirm", "confirm", "publish"]
    assert drive.delays == [SETTLING.total_seconds()]
    assert drive.checkpoint is not None
    assert drive.checkpoint.notes["known"] == ["5"]


async def test_a_pin_that_the_board_shows_late_is_found_by_the_second_look(script: Script) -> None:
    checkpoint = await doubtful(script)
    since = script.clock.now()
    script.board()
    answer = await verdict(script, checkpoint)
    assert isinstance(answer, NotLanded)
    script.clock.advance(SETTLING)
    script.board(pin("77", since, **OURS))
    drive = script.drive()
    assert await drive.to_the_end(POST, answer.checkpoint) == Published("77", "https://www.pinterest.com/pin/77/")
    assert (drive.steps, drive.delays) == (["confirm"], [])
    assert script.calls().count("POST /pins") == 1


async def test_a_second_look_that_finds_twins_ends_with_a_person(script: Script) -> None:
    since = script.clock.now()
    script.clock.advance(10 * MINUTE)
    twins = (pin("78", since, **OURS), pin("77", since, **OURS))
    drive = script.drive()
    drive.checkpoint = Checkpoint("confirm", {"kind": "image", "known": [], "since": since.isoformat()})
    script.board(*twins)
    with pytest.raises(Uncertain):
        await drive.step(POST)


async def test_tries_become_rarer_and_end_with_a_look(script: Script) -> None:
    checkpoint = await doubtful(script)
    waits = []
    for _ in range(6):
        script.board()
        answer = await verdict(script, checkpoint)
        assert isinstance(answer, NotLanded)
        assert answer.retry_in is not None
        waits.append(answer.retry_in / MINUTE)
        checkpoint = replace(answer.checkpoint, step="publish")
    assert waits == [3, 9, 27, 30, 3, 3]
    drive = script.drive()
    drive.checkpoint = replace(checkpoint, step="confirm")
    script.clock.advance(SETTLING)
    script.board()
    with pytest.raises(Rejected, match="not on the board"):
        await drive.step(POST)
