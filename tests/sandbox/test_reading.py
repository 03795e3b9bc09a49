"""Reading the graph: fields, nesting, paging, what is refused and how."""

from datetime import datetime

import pytest

from tests.sandbox.client import CLARA, Sandbox


async def test_media_has_the_fields_asked_for_and_its_id(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    media = await clara.posted(caption="first", alt_text="a dawn")
    fields = "caption,alt_text,media_type,media_product_type,shortcode,username,owner,comments_count,like_count"
    shown = (await clara.get(media, fields=fields)).body
    assert shown["id"] == media
    assert shown["owner"] == {"id": "24680000000000003"}
    assert (shown["media_type"], shown["media_product_type"]) == ("IMAGE", "FEED")
    assert (await clara.get(media)).body == {"id": media}


async def test_timestamps_have_metas_form(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    stamp = (await clara.get(await clara.posted(), fields="timestamp")).body["timestamp"]
    assert stamp.endswith("+0000")
    assert stamp[10] == "T"


async def test_fields_nest(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    media = await clara.posted(caption="one")
    await clara.posted(caption="two")
    shown = (await clara.get("me", fields="username,media.limit(1){caption,owner{username}}")).body
    assert [item["caption"] for item in shown["media"]["data"]] == ["two"]
    assert shown["media"]["data"][0]["owner"]["username"] == "clara.ceramics"
    nothing = (await clara.get(media, fields="comments{text}")).body
    assert nothing == {"id": media}


@pytest.mark.parametrize("fields", ["caption{", "a,,b", "caption}", "cap tion!", "media.limit(2"])
async def test_fields_with_a_mistake_are_a_syntax_error(sandbox: Sandbox, fields: str) -> None:
    clara = await sandbox.clara()
    assert (await clara.get("me", fields=fields)).error == (2500, None)


async def test_a_field_that_does_not_exist_is_named(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    answer = await clara.get("me", fields="username,nickname")
    assert answer.error == (100, None)
    wanted = "(#100) Tried accessing nonexisting field (nickname) on node type (ShadowIGUser)"
    assert answer.body["error"]["message"] == wanted


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "17"), ("GET", "me/likes"), ("POST", "me/likes"), ("DELETE", "me"), ("POST", "17/media"), ("PUT", "me")],
)
async def test_what_is_not_there_is_unsupported(sandbox: Sandbox, method: str, path: str) -> None:
    clara = await sandbox.clara()
    answer = await sandbox.call(method, f"/graph.instagram.com/v25.0/{path}", headers=clara.bearer)
    assert answer.status == 400
    assert answer.error == (100, 33)
    assert answer.body["error"]["type"] == "GraphMethodException"
    assert answer.body["error"]["message"].startswith(f"Unsupported {method.lower()} request.")


async def test_without_a_token_nothing_is_told(sandbox: Sandbox) -> None:
    answer = await sandbox.call("GET", "/graph.instagram.com/v25.0/me")
    assert (answer.status, answer.error) == (400, (2500, None))
    broken = await sandbox.call("GET", "/graph.instagram.com/v25.0/me", params={"access_token": "IGAAx"})
    assert broken.error == (190, None)


async def test_versions_are_optional_old_ones_fall_forward_unknown_ones_fail(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    for version, status in (("", 200), ("/v19.0", 200), ("/v26.0", 200), ("/v99.0", 400)):
        answer = await sandbox.call("GET", f"/graph.instagram.com{version}/me", headers=clara.bearer)
        assert answer.status == status


async def test_lists_come_in_pages_with_cursors_both_ways(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    made = [await clara.posted() for _ in range(5)][::-1]
    first = (await clara.get(f"{CLARA}/media", limit="2")).body
    assert [item["id"] for item in first["data"]] == made[:2]
    assert "previous" not in first["paging"]
    second = (await sandbox.call("GET", first["paging"]["next"].removeprefix(sandbox.origin))).body
    assert [item["id"] for item in second["data"]] == made[2:4]
    last = (await clara.get(f"{CLARA}/media", limit="2", after=second["paging"]["cursors"]["after"])).body
    assert [item["id"] for item in last["data"]] == made[4:]
    assert "next" not in last["paging"]
    back = (await sandbox.call("GET", second["paging"]["previous"].removeprefix(sandbox.origin))).body
    assert [item["id"] for item in back["data"]] == made[:2]


async def test_a_wrong_cursor_or_limit_is_refused(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    assert (await clara.get(f"{CLARA}/media", after="elsewhere")).error == (100, None)
    assert (await clara.get(f"{CLARA}/media", limit="many")).error == (100, None)


async def test_media_can_be_cut_by_time(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    old = await clara.posted()
    between = (await sandbox.admin("clock", advance_seconds=1800))["now"]
    await sandbox.admin("clock", advance_seconds=1800)
    new = await clara.posted()
    unix = str(int(datetime.fromisoformat(between).timestamp()))
    for query, wanted in (
        ({"since": unix}, [new]),
        ({"until": unix}, [old]),
        ({"since": between[:19]}, [new]),
        ({"since": "0", "until": "4102444800"}, [new, old]),
    ):
        found = (await clara.get(f"{CLARA}/media", **query)).body["data"]
        assert [item["id"] for item in found] == wanted
    assert (await clara.get(f"{CLARA}/media", since="yesterday-ish")).error == (100, None)


async def test_several_nodes_come_in_one_call(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    first, second = await clara.posted(caption="1"), await clara.posted(caption="2")
    answer = await clara.get("", ids=f"{first},{second}", fields="caption")
    assert {name: node["caption"] for name, node in answer.body.items()} == {first: "1", second: "2"}


async def test_comments_can_be_switched_off(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    media = await clara.posted()
    assert (await clara.post(media, comment_enabled="false")).body == {"success": True}
    assert (await clara.get(media, fields="is_comment_enabled")).body["is_comment_enabled"] is False
    assert (await clara.post(f"{media}/comments", message="hello")).error == (100, 33)
    assert (await clara.post(media)).error == (100, None)
