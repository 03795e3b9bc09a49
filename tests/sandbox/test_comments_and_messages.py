"""Comments and direct messages: what people outside write, what the owner answers, and until when."""

import json

from tests.sandbox.client import CLARA, HARBOUR_PAGE, Graph, Sandbox

DAY = 86_400


async def test_the_first_comment_is_the_owners(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    media = await clara.posted()
    made = (await clara.post(f"{media}/comments", message="the first")).body["id"]
    fields = "id,text,username,from,hidden,like_count,timestamp"
    (comment,) = (await clara.get(f"{media}/comments", fields=fields)).body["data"]
    assert comment["id"] == made
    assert comment["from"] == {"id": CLARA, "username": "clara.ceramics"}
    assert (await sandbox.posts())[0]["comments"][0]["text"] == "the first"


async def test_a_thread_is_answered_hidden_and_deleted(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    media = await clara.posted()
    theirs = (await sandbox.admin("comment", post=media, username="nils", text="for sale?"))["id"]
    reply = (await clara.post(f"{theirs}/replies", message="on Friday")).body["id"]
    shown = (await clara.get(theirs, fields="text,username,replies{text,parent_id}")).body
    assert shown["username"] == "nils"
    assert shown["replies"]["data"] == [{"text": "on Friday", "parent_id": theirs, "id": reply}]
    top = (await clara.get(f"{media}/comments")).body["data"]
    assert [comment["id"] for comment in top] == [theirs]
    assert (await clara.post(theirs, hide="true")).body == {"success": True}
    assert (await clara.get(theirs, fields="hidden")).body["hidden"] is True
    assert (await clara.post(reply, hide="true")).error == (100, None)
    assert (await clara.delete(theirs)).body == {"success": True}
    assert (await clara.get(reply)).error == (100, 33)
    assert (await sandbox.posts())[0]["comments"] == []


async def test_a_comment_needs_words_and_permission(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    media = await clara.posted()
    assert (await clara.post(f"{media}/comments")).error == (100, None)
    assert (await clara.post(f"{media}/comments", message="a" * 301)).error == (100, None)
    weaker = await sandbox.clara(scope="instagram_business_basic")
    assert (await weaker.post(f"{media}/comments", message="x")).error == (10, None)


async def test_a_mention_is_answered(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    media = (await sandbox.admin("mention", account="clara.ceramics", username="nils", text="@clara.ceramics"))[
        "media_id"
    ]
    assert (await clara.post(f"{CLARA}/mentions", media_id=media, message="thank you")).status == 200
    assert (await clara.post(f"{CLARA}/mentions", media_id="17", message="thank you")).error == (100, None)


async def say(graph: Graph, where: str, recipient: dict[str, str], text: str, **more: str) -> tuple[int, object]:
    form = {"recipient": json.dumps(recipient), "message": json.dumps({"text": text}), **more}
    answer = await graph.post(f"{where}/messages", **form)
    return answer.status, answer.body.get("recipient_id") or answer.error


async def test_a_person_who_wrote_can_be_answered_for_a_day(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    told = await sandbox.admin("message", account="clara.ceramics", username="nils", text="open today?")
    person = {"id": told["from"]}
    assert await say(clara, CLARA, person, "until six") == (200, told["from"])
    await sandbox.admin("clock", advance_seconds=DAY + 1)
    assert await say(clara, CLARA, person, "late") == (403, (10, 2534022))
    assert (await say(clara, CLARA, person, "late", tag="HUMAN_AGENT"))[0] == 200
    assert await say(clara, CLARA, {"id": "17"}, "who?") == (400, (100, None))
    assert await say(clara, CLARA, person, "ü" * 501) == (400, (100, None))


async def test_conversations_hold_their_messages(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    told = await sandbox.admin("message", account="clara.ceramics", username="nils", text="open today?")
    await say(clara, "me", {"id": told["from"]}, "until six")
    (talk,) = (await clara.get(f"{CLARA}/conversations", platform="instagram")).body["data"]
    assert talk["id"] == told["conversation"]
    fields = "messages{id,created_time,from,to,message}"
    messages = (await clara.get(talk["id"], fields=fields)).body["messages"]["data"]
    assert [message["message"] for message in messages] == ["until six", "open today?"]
    assert messages[1]["from"]["username"] == "nils"
    assert messages[1]["to"]["data"][0]["id"] == CLARA
    assert (await clara.get(f"{CLARA}/conversations", platform="pigeon")).error == (100, None)


async def test_with_facebook_login_conversations_hang_on_the_page(sandbox: Sandbox) -> None:
    ada = await sandbox.ada()
    told = await sandbox.admin("message", account="harbour.coffee", username="nils", text="beans?")
    talks = (await ada.get(f"{HARBOUR_PAGE}/conversations", platform="instagram")).body["data"]
    assert [talk["id"] for talk in talks] == [told["conversation"]]
    assert (await say(ada, HARBOUR_PAGE, {"id": told["from"]}, "fresh"))[0] == 200
    assert (await ada.get(f"{ada.account}/conversations", platform="instagram")).error == (100, 33)


async def test_a_comment_is_answered_privately_once_within_a_week(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    media = await clara.posted()
    first = (await sandbox.admin("comment", post=media, username="nils", text="price?"))["id"]
    late = (await sandbox.admin("comment", post=media, username="ida", text="price?"))["id"]
    assert (await say(clara, CLARA, {"comment_id": first}, "forty"))[0] == 200
    assert await say(clara, CLARA, {"comment_id": first}, "forty") == (400, (100, None))
    await sandbox.admin("clock", advance_seconds=8 * DAY)
    assert await say(clara, CLARA, {"comment_id": late}, "forty") == (403, (10, 2534022))
