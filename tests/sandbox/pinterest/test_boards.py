"""Boards and sections: lists with bookmarks, privacy, ownership, names."""

import pytest

from tests.sandbox.client import Sandbox
from tests.sandbox.pinterest.client import (
    BENS,
    COFFEE,
    HEARTS,
    LATTE,
    SCOPES,
    SECRET_BOARD,
    SECRET_SCOPES,
    TULIPS,
    Api,
    connect,
    error,
)


async def test_boards_come_page_by_page(ada: Api) -> None:
    first = (await ada.get("boards", page_size="1")).body
    assert [board["id"] for board in first["items"]] == [COFFEE]
    second = (await ada.get("boards", page_size="1", bookmark=first["bookmark"])).body
    assert [board["name"] for board in second["items"]] == ["Latte art"]
    assert second["bookmark"] is None


@pytest.mark.parametrize(
    "query", [{"page_size": "0"}, {"page_size": "251"}, {"page_size": "3e"}, {"bookmark": "?"}, {"order": "a"}]
)
async def test_a_wrong_page_is_refused(ada: Api, query: dict[str, str]) -> None:
    assert error(await ada.get("boards", **query)) == (400, 1)
    assert (await ada.get("boards", page_size="250")).status == 200


async def test_secret_boards_need_secret_scopes(sandbox: Sandbox, ada: Api) -> None:
    assert error(await ada.get(f"boards/{SECRET_BOARD}")) == (403, 29)
    assert error(await ada.post("boards", name="Hush", privacy="SECRET")) == (403, 29)
    insider = await connect(sandbox, scope=f"{SCOPES},{SECRET_SCOPES}")
    assert len((await insider.get("boards")).body["items"]) == 3
    only = (await insider.get("boards", privacy="SECRET")).body["items"]
    assert [board["name"] for board in only] == ["Autumn menu"]
    assert error(await insider.get("boards", privacy="HIDDEN")) == (400, 1)
    await insider.pinned(board=SECRET_BOARD)
    (post,) = await sandbox.posts()
    assert (post["privacy"], post["visible_to_creator_only"]) == ("SECRET", True)


async def test_a_board_is_made_changed_and_deleted_with_its_pins(sandbox: Sandbox, ada: Api) -> None:
    made = await ada.post("boards", name="Beans", description="Single origin", privacy="PROTECTED")
    assert made.status == 201
    board = made.body["id"]
    await ada.pinned(board=board)
    changed = (await ada.patch(f"boards/{board}", name="Roasts", description=None, privacy="PUBLIC")).body
    assert (changed["name"], changed["description"], changed["privacy"]) == ("Roasts", None, "PUBLIC")
    assert changed["pin_count"] == 1
    assert (await sandbox.posts())[0]["board"] == "Roasts"
    gone = await ada.delete(f"boards/{board}")
    assert (gone.status, gone.body) == (204, "")
    assert error(await ada.get(f"boards/{board}")) == (404, 40)
    assert await sandbox.posts() == []


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": "Latte art"}, {"name": 5}, {"name": "A", "privacy": "HIDDEN"}, {"title": "A"}]
)
async def test_a_wrong_board_is_refused(ada: Api, body: dict[str, object]) -> None:
    assert error(await ada.post("boards", **body)) == (400, 1)


async def test_boards_of_others_are_out_of_reach(ada: Api) -> None:
    for path in (f"boards/{BENS}", f"boards/{BENS}/pins", f"boards/{BENS}/sections"):
        assert error(await ada.get(path)) == (403, 7)
    assert error(await ada.delete(f"boards/{BENS}")) == (403, 7)
    assert error(await ada.get("boards/1")) == (404, 40)
    assert error(await ada.get("boards/latte")) == (400, 1)


async def test_sections_are_listed_made_and_deleted_with_their_pins(sandbox: Sandbox, ada: Api) -> None:
    listed = (await ada.get(f"boards/{LATTE}/sections")).body
    assert listed["items"] == [{"id": HEARTS, "name": "Hearts"}, {"id": TULIPS, "name": "Tulips"}]
    made = await ada.post(f"boards/{LATTE}/sections", name="s" * 180)
    assert made.status == 201
    path = f"boards/{LATTE}/sections/{made.body['id']}"
    kept = await ada.pinned(board=LATTE, board_section_id=HEARTS)
    inside = await ada.pinned(board=LATTE, board_section_id=made.body["id"])
    assert [pin["id"] for pin in (await ada.get(f"{path}/pins")).body["items"]] == [inside]
    assert (await ada.delete(path)).status == 204
    assert [post["id"] for post in await sandbox.posts()] == [kept]
    assert error(await ada.delete(path)) == (404, 2031)


async def test_a_wrong_section_is_refused(ada: Api) -> None:
    assert error(await ada.post(f"boards/{LATTE}/sections", name="s" * 181)) == (400, 1)
    assert error(await ada.post(f"boards/{LATTE}/sections", name="Hearts")) == (409, 409)
    assert error(await ada.get(f"boards/{COFFEE}/sections/{HEARTS}/pins")) == (404, 2031)


async def test_unknown_paths_and_methods_are_refused(ada: Api) -> None:
    assert error(await ada.get("ideas")) == (404, 11)
    assert error(await ada.call("PUT", "boards")) == (405, 405)
    assert error(await ada.call("POST", "boards", data={"name": "form"})) == (400, 1)
