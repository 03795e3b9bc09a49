"""Every operation of the API that is played: method, path, needed scopes, query. Read this first.

Source: pinterest/api-description v5, `security` and `parameters` of each operation.
"""

from postwright.sandbox.twins.pinterest import boards, pins, uploads
from postwright.sandbox.twins.pinterest.api import Route

PAGES = frozenset({"page_size", "bookmark"})
SEE_BOARDS = ("boards:read",)
EDIT_BOARDS = ("boards:read", "boards:write")
SEE_PINS = ("boards:read", "pins:read")
EDIT_PINS = ("boards:read", "boards:write", "pins:read", "pins:write")
BOARD = "/boards/{board_id}"
SECTIONS = f"{BOARD}/sections"
SECTION = f"{SECTIONS}/{{section_id}}"
PIN = "/pins/{pin_id}"

ROUTES = (
    Route("GET", "/user_account", boards.show_account, ("user_accounts:read",)),
    Route("GET", "/boards", boards.list_boards, SEE_BOARDS, query=PAGES | {"privacy"}),
    Route("POST", "/boards", boards.create_board, EDIT_BOARDS),
    Route("GET", BOARD, boards.show_board, SEE_BOARDS),
    Route("PATCH", BOARD, boards.update_board, EDIT_BOARDS),
    Route("DELETE", BOARD, boards.delete_board, EDIT_BOARDS),
    Route("GET", f"{BOARD}/pins", pins.list_board_pins, SEE_PINS, query=PAGES),
    Route("GET", SECTIONS, boards.list_sections, SEE_BOARDS, query=PAGES),
    Route("POST", SECTIONS, boards.create_section, EDIT_BOARDS),
    Route("DELETE", SECTION, boards.delete_section, EDIT_BOARDS),
    Route("GET", f"{SECTION}/pins", pins.list_section_pins, SEE_PINS, query=PAGES),
    Route("GET", "/pins", pins.list_pins, SEE_PINS, query=PAGES),
    Route("POST", "/pins", pins.create_pin, EDIT_PINS),
    Route("GET", PIN, pins.show_pin, SEE_PINS),
    Route("PATCH", PIN, pins.update_pin, EDIT_PINS),
    Route("DELETE", PIN, pins.delete_pin, EDIT_PINS),
    Route("POST", "/media", uploads.register, ("pins:read", "pins:write")),
    Route("GET", "/media/{media_id}", uploads.show_upload, ("pins:read",)),
)
