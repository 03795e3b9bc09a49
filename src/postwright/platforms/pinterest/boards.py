"""The boards of an account and their sections: what a Pin can be saved to."""

import asyncio
from collections.abc import Mapping

from postwright.platforms.base import Call, OptionValue
from postwright.platforms.pinterest import spec
from postwright.platforms.pinterest.flows import api
from postwright.platforms.pinterest.wire import Board

_UNDER = "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"


async def choices(call: Call) -> Mapping[str, tuple[OptionValue, ...]]:
    """The account's boards, and the sections of the first of them under their boards' names."""
    boards = await api(call).all(Board, "/boards")
    first = boards[: spec.BOARDS_WITH_SECTIONS]
    sections = await asyncio.gather(*(api(call).all(Board, f"/boards/{board.id}/sections") for board in first))
    return {
        "board_id": tuple(OptionValue(board.id, board.name) for board in boards),
        "board_section_id": tuple(
            OptionValue(section.id, f"{board.name} {_UNDER} {section.name}")
            for board, found in zip(first, sections, strict=True)
            for section in found
        ),
    }
