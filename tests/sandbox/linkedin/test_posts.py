"""Posts on LinkedIn: every kind, what is refused, reading back, changing, deleting."""

import pytest

from tests.sandbox.client import Body, Sandbox
from tests.sandbox.linkedin.client import (
    ADA,
    BEN,
    HARBOUR,
    LANTERN,
    connect,
    connect_closed,
    enc,
    media,
    sample,
)


async def test_a_member_and_an_organisation_post_text(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    answer = await ada.create(commentary="Fresh beans")
    urn = answer.headers["x-restli-id"]
    assert (answer.status, answer.body) == (201, None)
    await ada.posted(author=LANTERN, visibility="LOGGED_IN")
    mine, theirs = await sandbox.posts()
    assert (mine["id"], mine["url"]) == (urn, f"https://www.linkedin.com/feed/update/{urn}/")
    assert (mine["kind"], mine["caption"], mine["visibility"]) == ("text", "Fresh beans", "PUBLIC")
    assert (theirs["account"], theirs["visibility"]) == (LANTERN.rsplit(":", 1)[1], "LOGGED_IN")
    calls = (await sandbox.journal(kind="calls", platform="linkedin", text="/rest/posts"))["calls"]
    assert [(call["account"], call["status"]) for call in calls] == [(mine["account"], 201), (theirs["account"], 201)]


async def test_little_text_is_shown_as_people_see_it(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    await ada.posted(commentary="Sale \\(50%\\) #now {hashtag|\\#|beans} \\@all\\_* gone")
    await ada.posted(commentary=f"Thanks @[Harbour Coffee]({HARBOUR})! (all of it is lost)")
    sale, thanks = await sandbox.posts()
    assert (sale["caption"], sale["hashtags"]) == ("Sale (50%) #now #beans @all_", ["now", "beans"])
    assert thanks["caption"] == "Thanks Harbour Coffee! "
    assert thanks["mentions"] == [{"name": "Harbour Coffee", "urn": HARBOUR}]


async def test_an_image_and_several(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    first, second = await ada.image(), await ada.image("portrait.jpg")
    await ada.posted(commentary="", content=media(first, altText="The quay"))
    images = [{"id": first, "altText": "One"}, {"id": second}]
    await ada.posted(content={"multiImage": {"images": images}})
    one, many = await sandbox.posts()
    assert (one["kind"], one["alt_texts"]) == ("image", ["The quay"])
    assert (many["kind"], many["alt_texts"]) == ("carousel", ["One", ""])
    async with sandbox.http.get(one["media"][0]["url"]) as picture:
        assert picture.status == 200


async def test_a_video_and_a_document(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    video = await ada.video(await sample(sandbox, "reel.mp4"), HARBOUR)
    urn = await ada.posted(author=HARBOUR, content=media(video, title="Roasting"))
    assert urn.startswith("urn:li:ugcPost:")
    document = await ada.upload("documents", await sample(sandbox, "document.pdf"))
    untitled = await ada.create(content=media(document))
    assert (untitled.status, untitled.body["code"]) == (400, "MISSING_FIELD")
    await ada.posted(content=media(document, title="Menu"))
    shown, menu = await sandbox.posts()
    assert (shown["kind"], shown["title"], shown["media"][0]["type"]) == ("video", "Roasting", "video")
    assert (menu["kind"], menu["title"], menu["media"][0]["type"]) == ("document", "Menu", "document")


async def test_an_article_a_poll_and_a_reshare(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    article = {"source": "https://example.org/a", "title": "A", "thumbnail": await ada.image()}
    first = await ada.posted(content={"article": article})
    options = [{"text": "Light"}, {"text": "Dark"}]
    poll = {"question": "Roast?", "options": options, "settings": {"duration": "ONE_DAY"}}
    await ada.posted(content={"poll": poll})
    await ada.posted(reshareContext={"parent": first})
    link, asked, shared = await sandbox.posts()
    assert (link["kind"], link["link"], link["title"]) == ("article", "https://example.org/a", "A")
    assert "/_sandbox/media/" in link["thumbnail"]
    assert asked["poll"] == {"question": "Roast?", "options": ["Light", "Dark"], "duration": "ONE_DAY"}
    assert (shared["kind"], shared["reshared"]) == ("reshare", first)


def poll(answers: int, answer: str = "a", question: str = "q", duration: str = "ONE_DAY") -> Body:
    options = [{"text": answer}] * answers
    return {"content": {"poll": {"question": question, "options": options, "settings": {"duration": duration}}}}


@pytest.mark.parametrize(
    "good",
    [
        {"commentary": "x" * 3000},
        {"commentary": "\\(" * 3000},
        poll(4, "a" * 30, "q" * 140),
        {"visibility": "CONNECTIONS"},
    ],
)
async def test_what_is_just_allowed(sandbox: Sandbox, good: Body) -> None:
    await (await connect(sandbox)).posted(**good)


@pytest.mark.parametrize(
    ("bad", "status", "code"),
    [
        ({"commentary": "x" * 3001}, 400, "FIELD_LENGTH_TOO_LONG"),
        ({"commentary": "🌊" * 1501}, 400, "FIELD_LENGTH_TOO_LONG"),
        ({"commentary": " "}, 400, "INVALID_VALUE_BLANK_FIELD"),
        ({"commentary": None}, 400, "MISSING_FIELD"),
        ({"distribution": None}, 400, "MISSING_FIELD"),
        ({"commentary": 5}, 400, "INVALID_VALUE_FOR_FIELD"),
        ({"lifecycleState": "DRAFT"}, 400, "INVALID_VALUE_FOR_FIELD"),
        ({"visibility": "FRIENDS"}, 400, "INVALID_VALUE_FOR_FIELD"),
        ({"author": HARBOUR, "visibility": "CONNECTIONS"}, 400, "INVALID_VALUE_FOR_FIELD"),
        ({"author": "urn:li:share:1"}, 400, "INVALID_URN_TYPE"),
        ({"author": "ada"}, 400, "INVALID_URN_ID"),
        ({"author": BEN}, 403, "ACCESS_DENIED"),
        ({"text": "Hello"}, 422, "UNPROCESSABLE_ENTITY"),
        (poll(1), 400, "INVALID_VALUE_FOR_FIELD"),
        (poll(5), 400, "INVALID_VALUE_FOR_FIELD"),
        (poll(2, "a" * 31), 400, "FIELD_LENGTH_TOO_LONG"),
        (poll(2, "a", "q" * 141), 400, "FIELD_LENGTH_TOO_LONG"),
        (poll(2, duration="TWO_DAYS"), 400, "INVALID_VALUE_FOR_FIELD"),
        ({"content": {"article": {"source": "nowhere", "title": "A"}}}, 400, "INVALID_URL"),
        ({"content": {"article": {"source": "https://example.org", "title": "A" * 401}}}, 400, "FIELD_LENGTH_TOO_LONG"),
        ({"content": {"article": {"source": "https://example.org"}}}, 400, "MISSING_FIELD"),
        ({"content": {}}, 400, "INVALID_VALUE_FOR_FIELD"),
        ({"content": media("urn:li:image:1")}, 400, "INVALID_IMAGE_ID"),
        ({"content": media("urn:li:video:1")}, 400, "INVALID_VIDEO_ID"),
        ({"content": media("urn:li:video:1", altText="a" * 4087)}, 400, "FIELD_LENGTH_TOO_LONG"),
        ({"content": {"multiImage": {"images": [{"id": "urn:li:image:1"}]}}}, 400, "INVALID_VALUE_FOR_FIELD"),
        ({"content": {"multiImage": {"images": [{"id": "urn:li:image:1"}] * 21}}}, 400, "INVALID_VALUE_FOR_FIELD"),
        ({"reshareContext": {"parent": "urn:li:share:1"}}, 400, "INVALID_VALUE_FOR_FIELD"),
    ],
)
async def test_a_post_against_the_rules_is_refused(sandbox: Sandbox, bad: Body, status: int, code: str) -> None:
    answer = await (await connect(sandbox)).create(**bad)
    assert (answer.status, answer.body["status"], answer.body["code"]) == (status, status, code)
    assert await sandbox.posts() == []


async def test_media_belong_to_the_author(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    answer = await ada.create(author=HARBOUR, content=media(await ada.image()))
    assert answer.body["code"] == "INVALID_IMAGE_ID"


async def test_the_same_post_again_is_a_duplicate_for_ten_minutes(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    urn = await ada.posted()
    answer = await ada.create()
    assert (answer.status, answer.body["message"]) == (422, f"Content is a duplicate of {urn}")
    await ada.posted(author=HARBOUR)
    await sandbox.admin("clock", advance_seconds=600)
    assert (await ada.create()).status == 201


async def test_an_organisations_posts_are_read_and_a_members_are_not(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    urns = [await ada.posted(author=HARBOUR, commentary=str(number)) for number in range(3)]
    listed = await ada.get(
        f"posts?author={enc(HARBOUR)}&q=author&count=2&sortBy=CREATED", **{"x-restli-method": "FINDER"}
    )
    assert [element["id"] for element in listed.body["elements"]] == urns[:0:-1]
    assert listed.body["paging"] == {"start": 0, "count": 2, "total": 3, "links": []}
    one = (await ada.get(f"posts/{enc(urns[0])}?viewContext=AUTHOR")).body
    assert (one["commentary"], one["author"], one["lifecycleState"]) == ("0", HARBOUR, "PUBLISHED")
    mine = await ada.posted()
    assert (await ada.get(f"posts/{enc(mine)}")).status == 403
    assert (await ada.get(f"posts?author={enc(ADA)}&q=author")).status == 403
    closed = await connect_closed(sandbox)
    assert [element["id"] for element in (await closed.get(f"posts?author={enc(ADA)}&q=author")).body["elements"]] == [
        mine
    ]


async def test_a_commentary_is_changed(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    path, body = f"rest/posts/{enc(await ada.posted())}", {"patch": {"$set": {"commentary": "Better \\#1"}}}
    assert (await ada.call("POST", path, json=body)).status == 400
    method = {"x-restli-method": "PARTIAL_UPDATE"}
    assert (await ada.call("POST", path, json=body, headers=method)).status == 204
    assert (await ada.call("POST", path, json={"patch": {}}, headers=method)).body["code"] == "MISSING_FIELD"
    (shown,) = await sandbox.posts()
    assert (shown["caption"], shown["edited"]) == ("Better #1", True)


async def test_deleting_twice_is_the_same_as_once(sandbox: Sandbox) -> None:
    ada, ben = await connect(sandbox), await connect(sandbox, sandbox_person="ben")
    path = f"rest/posts/{enc(await ada.posted(author=HARBOUR))}"
    assert (await ben.call("DELETE", path)).status == 403
    assert [(await ada.call("DELETE", path)).status for _ in range(2)] == [204, 204]
    assert await sandbox.posts() == []
    assert (await ada.get(path.removeprefix("rest/"))).body["code"] == "NOT_FOUND"
    assert (await ada.call("DELETE", "rest/posts/1")).status == 400


async def test_a_lost_reply_leaves_one_post_that_the_duplicate_names(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    await sandbox.admin("faults", kind="status", status=503, platform="linkedin", method="POST", effect=True)
    lost = await ada.create()
    assert (lost.status, lost.body["code"]) == (503, "SERVICE_UNAVAILABLE")
    (shown,) = await sandbox.posts()
    assert shown["id"] in (await ada.create()).body["message"]


async def test_comments_are_plain_text_below_the_post(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    urn = await ada.posted(author=HARBOUR)
    first = await ada.comment(urn, "Link: (in bio) \\#", HARBOUR)
    assert (first.status, first.body) == (201, None)
    listed = (await ada.get(f"socialActions/{enc(urn)}/comments")).body["elements"]
    assert (listed[0]["id"], listed[0]["actor"]) == (first.headers["x-restli-id"], HARBOUR)
    reply = await ada.comment(urn, "Thanks", ADA, parentComment=listed[0]["commentUrn"])
    assert reply.status == 201
    (shown,) = await sandbox.posts()
    assert [remark["text"] for remark in shown["comments"]] == ["Link: (in bio) \\#", "Thanks"]


@pytest.mark.parametrize(
    ("text", "more", "code"),
    [
        ("", {}, "INVALID_VALUE_BLANK_FIELD"),
        ("x" * 1251, {}, "FIELD_LENGTH_TOO_LONG"),
        ("x", {"object": "urn:li:share:9"}, "INVALID_VALUE_FOR_FIELD"),
        ("x", {"actor": BEN}, "ACCESS_DENIED"),
        ("x", {"parentComment": "urn:li:comment:(urn:li:activity:1,2)"}, "INVALID_URN_ID"),
    ],
)
async def test_a_comment_against_the_rules_is_refused(sandbox: Sandbox, text: str, more: Body, code: str) -> None:
    ada = await connect(sandbox)
    assert (await ada.comment(await ada.posted(), text, **more)).body["code"] == code


async def test_comments_of_a_members_post_cannot_be_listed(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    urn = await ada.posted()
    assert (await ada.comment(urn, "x" * 1250)).status == 201
    assert (await ada.get(f"socialActions/{enc(urn)}/comments")).status == 403
    assert (await ada.comment("urn:li:share:9", "x")).status == 404


async def test_an_unread_body_is_said_to_be_so(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    assert (await ada.call("POST", "rest/posts", data="x=1", headers={"content-type": "text/plain"})).status == 415
    broken = await ada.call("POST", "rest/posts", data="{", headers={"content-type": "application/json"})
    assert (broken.status, broken.body["code"]) == (400, "ILLEGAL_ARGUMENT")
