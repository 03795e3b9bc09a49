"""Pins: made, read, listed, changed, deleted."""

from postwright.sandbox.call import Reply, json_reply
from postwright.sandbox.twins.pinterest.api import NO_CONTENT, Ctx, paged
from postwright.sandbox.twins.pinterest.boards import board_at, section_at
from postwright.sandbox.twins.pinterest.bodies import PinCreate, PinTexts, PinUpdate
from postwright.sandbox.twins.pinterest.errors import (
    INVALID,
    NO_PIN,
    NOT_PERMITTED,
    NOT_YOURS,
    PinterestError,
    Rule,
)
from postwright.sandbox.twins.pinterest.model import Pin
from postwright.sandbox.twins.pinterest.rules import SECRET, TRIAL
from postwright.sandbox.twins.pinterest.sources import check_link, read_source


async def create_pin(ctx: Ctx) -> Reply:
    """`POST /pins`. Everything is looked at before anything is kept."""
    body = ctx.body(PinCreate)
    board = board_at(ctx, body.board_id)
    section = section_at(ctx, board, body.board_section_id) if body.board_section_id else None
    check_link(body.link)
    media = await read_source(ctx, body.media_source)
    pin = Pin(
        id=ctx.store.new_id(),
        owner=ctx.user,
        board=board,
        section=section,
        texts=body.model_dump(include={*PinTexts.model_fields, "dominant_color", "parent_pin_id"}),
        media=media,
        created_at=ctx.now,
        is_trial=ctx.world.apps[ctx.token.grant.client_id].login == TRIAL,
    )
    ctx.store.put(pin)
    return json_reply(pin.to_json(), 201)


async def show_pin(ctx: Ctx) -> Reply:
    """`GET /pins/{pin_id}`."""
    return json_reply(_pin(ctx, NOT_PERMITTED).to_json())


async def list_pins(ctx: Ctx) -> Reply:
    """`GET /pins`: the user's own, newest first."""
    return _listed(ctx, [pin for pin in ctx.store.pins.values() if pin.owner is ctx.user])


async def list_board_pins(ctx: Ctx) -> Reply:
    """`GET /boards/{board_id}/pins`, newest first."""
    return _listed(ctx, ctx.store.on(board_at(ctx, ctx.ids["board_id"])))


async def list_section_pins(ctx: Ctx) -> Reply:
    """`GET /boards/{board_id}/sections/{section_id}/pins`, newest first."""
    board = board_at(ctx, ctx.ids["board_id"])
    return _listed(ctx, ctx.store.on(section_at(ctx, board, ctx.ids["section_id"])))


async def update_pin(ctx: Ctx) -> Reply:
    """`PATCH /pins/{pin_id}`: texts, place, and the texts of a carousel's images."""
    pin = _pin(ctx, NOT_PERMITTED)
    body = ctx.body(PinUpdate)
    board = board_at(ctx, body.board_id or pin.board.id)
    section = section_at(ctx, board, body.board_section_id) if body.board_section_id else None
    if body.carousel_slots and len(body.carousel_slots) != len(pin.media.slots):
        raise PinterestError(INVALID, why="carousel_slots do not match the images of this Pin")
    for link in (body.link, *(slot.link for slot in body.carousel_slots)):
        check_link(link)
    if board is not pin.board or "board_section_id" in body.model_fields_set:
        pin.board, pin.section = board, section
    pin.texts |= body.model_dump(include=set(PinTexts.model_fields), exclude_unset=True)
    for slot, change in zip(pin.media.slots, body.carousel_slots, strict=False):
        slot.texts |= change.model_dump(exclude_unset=True)
    ctx.store.put(pin)
    return json_reply(pin.to_json())


async def delete_pin(ctx: Ctx) -> Reply:
    """`DELETE /pins/{pin_id}`."""
    ctx.store.drop([_pin(ctx, NOT_YOURS)])
    return NO_CONTENT


def _pin(ctx: Ctx, of_others: Rule) -> Pin:
    pin = ctx.store.pins.get(ctx.ids["pin_id"])
    if pin is None:
        raise PinterestError(NO_PIN)
    if pin.owner is not ctx.user:
        raise PinterestError(of_others)
    if pin.board.privacy == SECRET and not ctx.sees_secrets():
        raise PinterestError(NOT_PERMITTED)
    return pin


def _listed(ctx: Ctx, pins: list[Pin]) -> Reply:
    seen = [pin for pin in pins if pin.board.privacy != SECRET or ctx.sees_secrets()]
    return paged(ctx, seen, Pin.to_json)
