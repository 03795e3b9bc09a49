"""The account, its boards and their sections."""

from postwright.sandbox.call import Reply, json_reply
from postwright.sandbox.twins.pinterest.api import NO_CONTENT, Ctx, paged
from postwright.sandbox.twins.pinterest.bodies import BoardCreate, BoardUpdate, SectionCreate
from postwright.sandbox.twins.pinterest.errors import (
    BAD_BOARD_NAME,
    INVALID,
    NO_BOARD,
    NO_SECTION,
    NOT_PERMITTED,
    NOT_YOURS,
    SECTION_CONFLICT,
    PinterestError,
)
from postwright.sandbox.twins.pinterest.model import Board, Section
from postwright.sandbox.twins.pinterest.rules import FILTERS, SECRET


async def show_account(ctx: Ctx) -> Reply:
    """`GET /user_account`."""
    user, store = ctx.user, ctx.store
    is_business = user.kind == "business"
    return json_reply(
        {
            "id": user.id,
            "username": user.username,
            "account_type": "BUSINESS" if is_business else "PINNER",
            "business_name": user.name if is_business else None,
            "profile_image": "https://i.pinimg.com/600x600_R/sandbox.jpg",
            "website_url": "",
            "about": user.biography,
            "board_count": len(_own_boards(ctx)),
            "pin_count": sum(pin.owner is user for pin in store.pins.values()),
            "follower_count": user.followers,
            "following_count": 0,
            "monthly_views": 0,
        }
    )


async def list_boards(ctx: Ctx) -> Reply:
    """`GET /boards`, oldest first; secret ones only for who may see them."""
    wanted = ctx.call.query.get("privacy", "ALL")
    if wanted not in FILTERS:
        raise PinterestError(INVALID, why=f"'{wanted}' is not one of {list(FILTERS)}")
    found = [
        board
        for board in _own_boards(ctx)
        if board.privacy in FILTERS[wanted] and (board.privacy != SECRET or ctx.sees_secrets())
    ]
    return paged(ctx, found, ctx.store.board_json, newest_first=False)


async def create_board(ctx: Ctx) -> Reply:
    """`POST /boards`."""
    body = ctx.body(BoardCreate)
    _check_secret(ctx, body.privacy)
    board = Board(ctx.store.new_id(), ctx.user, _free_name(ctx, body.name), ctx.now, body.description, body.privacy)
    ctx.store.boards[board.id] = board
    return json_reply(ctx.store.board_json(board), 201)


async def show_board(ctx: Ctx) -> Reply:
    """`GET /boards/{board_id}`."""
    return json_reply(ctx.store.board_json(board_at(ctx, ctx.ids["board_id"])))


async def update_board(ctx: Ctx) -> Reply:
    """`PATCH /boards/{board_id}`."""
    board = board_at(ctx, ctx.ids["board_id"])
    body = ctx.body(BoardUpdate)
    _check_secret(ctx, body.privacy)
    if body.name not in (None, board.name):
        board.name = _free_name(ctx, body.name or "")
    if "description" in body.model_fields_set:
        board.description = body.description
    board.privacy = body.privacy or board.privacy
    for pin in ctx.store.on(board):
        ctx.store.put(pin)
    return json_reply(ctx.store.board_json(board))


async def delete_board(ctx: Ctx) -> Reply:
    """`DELETE /boards/{board_id}`, with everything on it."""
    board = board_at(ctx, ctx.ids["board_id"])
    ctx.store.drop(ctx.store.on(board))
    for section in _sections_of(ctx, board):
        del ctx.store.sections[section.id]
    del ctx.store.boards[board.id]
    return NO_CONTENT


async def list_sections(ctx: Ctx) -> Reply:
    """`GET /boards/{board_id}/sections`, oldest first."""
    sections = _sections_of(ctx, board_at(ctx, ctx.ids["board_id"]))
    return paged(ctx, sections, Section.to_json, newest_first=False)


async def create_section(ctx: Ctx) -> Reply:
    """`POST /boards/{board_id}/sections`."""
    board = board_at(ctx, ctx.ids["board_id"])
    name = ctx.body(SectionCreate).name
    if any(section.name == name for section in _sections_of(ctx, board)):
        raise PinterestError(SECTION_CONFLICT)
    section = Section(ctx.store.new_id(), board, name)
    ctx.store.sections[section.id] = section
    return json_reply(section.to_json(), 201)


async def delete_section(ctx: Ctx) -> Reply:
    """`DELETE /boards/{board_id}/sections/{section_id}`, with the Pins in it."""
    section = section_at(ctx, board_at(ctx, ctx.ids["board_id"]), ctx.ids["section_id"])
    ctx.store.drop(ctx.store.on(section))
    del ctx.store.sections[section.id]
    return NO_CONTENT


def board_at(ctx: Ctx, board_id: str) -> Board:
    """A board the user may use here; raises PinterestError 404/40, 403/7, or 403/29 where a secret scope is missing."""
    board = ctx.store.boards.get(board_id)
    if board is None:
        raise PinterestError(NO_BOARD)
    if board.owner is not ctx.user:
        raise PinterestError(NOT_YOURS)
    _check_secret(ctx, board.privacy)
    return board


def section_at(ctx: Ctx, board: Board, section_id: str) -> Section:
    """A section of this board; raises PinterestError 404/2031."""
    section = ctx.store.sections.get(section_id)
    if section is None or section.board is not board:
        raise PinterestError(NO_SECTION)
    return section


def _own_boards(ctx: Ctx) -> list[Board]:
    return [board for board in ctx.store.boards.values() if board.owner is ctx.user]


def _sections_of(ctx: Ctx, board: Board) -> list[Section]:
    return [section for section in ctx.store.sections.values() if section.board is board]


def _check_secret(ctx: Ctx, privacy: str | None) -> None:
    if privacy == SECRET and not ctx.sees_secrets():
        raise PinterestError(NOT_PERMITTED)


def _free_name(ctx: Ctx, wanted: str) -> str:
    name = wanted.strip()
    if not name or any(board.name == name for board in _own_boards(ctx)):
        raise PinterestError(BAD_BOARD_NAME)
    return name
