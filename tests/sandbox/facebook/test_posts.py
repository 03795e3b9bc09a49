"""Posts of a Page without videos: text, links, photos, stories; tokens, schedules, comments, changes, deletions."""

import json

import pytest

from postwright.sandbox.samples import sample
from tests.sandbox.client import HARBOUR_PAGE, Sandbox
from tests.sandbox.facebook.client import DAY, MINUTE, SCOPES, attached, connect


async def test_a_text_is_published_and_read_back(sandbox: Sandbox) -> None:
    page = await connect(sandbox)
    post = await page.made("feed", message="Fresh beans")
    assert post.startswith(f"{HARBOUR_PAGE}_")
    fields = "id,message,created_time,permalink_url,attachments,is_published,from"
    shown = (await page.get(post, fields=fields)).body
    assert (shown["message"], shown["is_published"]) == ("Fresh beans", True)
    assert shown["permalink_url"] == f"https://www.facebook.com/{HARBOUR_PAGE}/posts/{post.split('_')[1]}"
    assert shown["from"] == {"id": HARBOUR_PAGE, "name": "Harbour Coffee"}
    assert shown["created_time"].endswith("+0000")
    assert "attachments" not in shown
    (public,) = await sandbox.posts()
    assert (public["id"], public["kind"], public["caption"]) == (post, "text", "Fresh beans")
    assert public["url"] == shown["permalink_url"]


async def test_lists_are_newest_first_and_begin_where_asked(sandbox: Sandbox) -> None:
    page = await connect(sandbox)
    first = await page.made("feed", message="one")
    await sandbox.admin("clock", advance_seconds=100)
    since = await page.in_seconds(-50)
    second = await page.made("feed", message="two", link="https://coffee.example/menu")
    for edge in ("feed", "posts", "published_posts"):
        assert await page.listed(edge) == [second, first]
        assert await page.listed(edge, since=since) == [second]
        assert await page.listed(edge, until=since) == [first]
    (entry,) = (await page.get(second, fields="attachments{media_type,url}")).body["attachments"]["data"]
    assert entry == {"media_type": "link", "url": "https://coffee.example/menu"}


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, (100, 1349125)),
        ({"message": "x" * 63_207}, (100, None)),
        ({"link": "coffee"}, (1500, None)),
        ({"message": "x", "attached_media": "1"}, (100, None)),
        ({"message": "x", "attached_media": '[{"id":"1"}]'}, (100, None)),
        ({"message": "x", "attached_media": '[{"media_fbid":"1"}]'}, (100, 33)),
        ({"message": "x", "published": "maybe"}, (100, None)),
        ({"message": "x", "caption": "no such parameter"}, (100, None)),
    ],
)
async def test_a_bad_post_is_refused(sandbox: Sandbox, form: dict[str, str], error: tuple[int, int | None]) -> None:
    page = await connect(sandbox)
    refused = await page.create("feed", **form)
    assert (refused.status, refused.error) == (400, error)
    assert await sandbox.posts() == []


async def test_the_longest_message_passes(sandbox: Sandbox) -> None:
    await (await connect(sandbox)).made("feed", message="x" * 63_206)


async def test_the_same_words_twice_in_a_row_are_a_duplicate(sandbox: Sandbox) -> None:
    page = await connect(sandbox)
    first = await page.made("feed", message="again")
    assert (await page.create("feed", message="again")).error == (506, 1455006)
    await page.made("feed", message="something else")
    await page.made("feed", message="again")
    assert len(await page.listed("feed")) == 3
    assert (await page.delete(first)).body == {"success": True}


async def test_only_the_pages_own_token_publishes_and_lists(sandbox: Sandbox) -> None:
    ada = await sandbox.ada(scope=SCOPES)
    posting = await ada.post(f"{HARBOUR_PAGE}/feed", message="as Ada")
    assert (posting.status, posting.error) == (403, (200, None))
    assert (await ada.get(f"{HARBOUR_PAGE}/feed")).error == (190, 2069032)
    other = await connect(sandbox, page="104500000000002")
    assert (await other.post(f"{HARBOUR_PAGE}/feed", message="as another Page")).error == (100, 33)


async def test_publishing_wants_its_scopes_and_the_task(sandbox: Sandbox) -> None:
    meek = await connect(sandbox, scope="pages_show_list,pages_read_engagement")
    refused = await meek.create("feed", message="x")
    assert (refused.status, refused.error) == (403, (200, None))
    assert "pages_manage_posts" in refused.body["error"]["message"]
    stall = {"platform": "facebook", "id": "104500000000009", "person_id": "ada", "kind": "page", "username": "stall"}
    await sandbox.admin("seed", accounts=[{**stall, "name": "Market Stall", "tasks": ["ANALYZE"]}])
    page = await connect(sandbox, page=stall["id"])
    assert (await page.get("me", fields="tasks")).body["tasks"] == ["ANALYZE"]
    assert (await page.create("feed", message="x")).error == (200, None)


async def test_a_post_waits_for_its_time(sandbox: Sandbox) -> None:
    page = await connect(sandbox)
    at = await page.in_seconds(DAY)
    post = await page.made("feed", message="tomorrow", published="false", scheduled_publish_time=at)
    assert await page.listed("scheduled_posts") == [post]
    shown = (await page.get(post, fields="is_published,scheduled_publish_time")).body
    assert shown == {"id": post, "is_published": False, "scheduled_publish_time": int(at)}
    assert await sandbox.posts() == []
    await sandbox.admin("clock", advance_seconds=DAY + 1)
    assert [public["id"] for public in await sandbox.posts()] == [post]
    assert (await page.listed("scheduled_posts"), await page.listed("feed")) == ([], [post])


@pytest.mark.parametrize(
    ("seconds", "right"), [(9 * MINUTE, False), (10 * MINUTE + 2, True), (30 * DAY - 9, True), (30 * DAY + 9, False)]
)
async def test_the_time_lies_within_the_window(sandbox: Sandbox, seconds: int, *, right: bool) -> None:
    page = await connect(sandbox)
    at = await page.in_seconds(seconds)
    answer = await page.create("feed", message="later", published="false", scheduled_publish_time=at)
    assert (answer.status == 200) is right
    both = await page.create("feed", message="now and later", scheduled_publish_time=at)
    assert "published post" in both.body["error"]["message"]


async def test_an_unpublished_post_can_be_changed_and_published(sandbox: Sandbox) -> None:
    page = await connect(sandbox)
    post = await page.made("feed", message="draft", published="false")
    assert (await page.listed("feed"), await sandbox.posts()) == ([], [])
    assert (await page.post(post, message="final", is_published="true")).body == {"success": True}
    await page.post(post, message="final, with a fix")
    (public,) = await sandbox.posts()
    assert public["caption"] == "final, with a fix"
    assert (await page.delete(post)).body == {"success": True}
    assert (await page.delete(post)).error == (100, 33)
    assert await sandbox.posts() == []


async def test_a_photo_is_fetched_or_uploaded_with_its_alt_text(sandbox: Sandbox) -> None:
    page = await connect(sandbox)
    form = {"caption": "dawn", "alt_text_custom": "The sun rises"}
    fetched = (await page.create("photos", url=sandbox.sample("square.jpg"), **form)).body
    sent = (await page.send("photos", {"source": sample("picture.png")}, message="noon")).body
    assert fetched["post_id"].startswith(f"{HARBOUR_PAGE}_")
    first, second = await sandbox.posts()
    assert (first["kind"], first["alt_texts"], first["photo_ids"]) == ("image", ["The sun rises"], [fetched["id"]])
    assert second["caption"] == "noon"
    assert await page.listed("photos", type="uploaded") == [sent["id"], fetched["id"]]
    shown = (await page.get(fetched["id"], fields="name,alt_text_custom,link,page_story_id,images")).body
    assert (shown["alt_text_custom"], shown["page_story_id"]) == ("The sun rises", fetched["post_id"])
    assert (await page.delete(fetched["id"])).body == {"success": True}
    assert [public["id"] for public in await sandbox.posts()] == [sent["post_id"]]


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, (324, 2069019)),
        ({"url": "missing.jpg"}, (324, 2069019)),
        ({"url": "bad-text.jpg"}, (324, 2069019)),
        ({"url": "reel.mp4"}, (100, 1366046)),
        ({"url": "square.jpg", "temporary": "true"}, (100, None)),
    ],
)
async def test_a_bad_photo_is_refused(sandbox: Sandbox, form: dict[str, str], error: tuple[int, int | None]) -> None:
    page = await connect(sandbox)
    named = {key: sandbox.sample(value) if key == "url" else value for key, value in form.items()}
    assert (await page.create("photos", **named)).error == error


async def test_several_photos_make_one_post(sandbox: Sandbox) -> None:
    page = await connect(sandbox)
    photos = [await page.photo(name) for name in ("square.jpg", "portrait.jpg")]
    assert await sandbox.posts() == []
    post = await page.made("feed", message="both", **attached(*photos))
    (public,) = await sandbox.posts()
    assert (public["kind"], public["photo_ids"]) == ("carousel", photos)
    assert (await page.create("feed", message="once more", **attached(*photos))).error == (100, 1366051)
    (entry,) = (await page.get(post, fields="attachments")).body["attachments"]["data"]
    assert [item["target"]["id"] for item in entry["subattachments"]["data"]] == photos
    await page.delete(photos[0])
    assert [len(public["media"]) for public in await sandbox.posts()] == [1]


async def test_photos_of_a_post_may_stand_in_json_and_temporary_ones_end(sandbox: Sandbox) -> None:
    page = await connect(sandbox)
    photo = await page.photo(temporary="true")
    body = {"message": "one", "attached_media": [{"media_fbid": photo}], "access_token": page.token}
    path = f"/graph.facebook.com/v25.0/{page.account}/feed"
    assert (await sandbox.call("POST", path, json=body)).status == 200
    late = await page.photo(temporary="true")
    await sandbox.admin("clock", advance_seconds=DAY + 1)
    assert (await page.create("feed", message="late", **attached(late))).error == (100, 33)


async def test_a_photo_story_ends_after_a_day(sandbox: Sandbox) -> None:
    page = await connect(sandbox)
    photo = await page.photo("story.jpg")
    told = (await page.create("photo_stories", photo_id=photo)).body
    assert told["success"] is True
    (public,) = await sandbox.posts()
    assert (public["kind"], public["id"]) == ("story", told["post_id"])
    (story,) = (await page.get(f"{page.account}/stories")).body["data"]
    assert (story["post_id"], story["status"], story["media_type"]) == (told["post_id"], "PUBLISHED", "photo")
    assert (story["media_id"], await page.listed("feed")) == (photo, [])
    await sandbox.admin("clock", advance_seconds=DAY + 1)
    (story,) = (await page.get(f"{page.account}/stories")).body["data"]
    assert (story["status"], await sandbox.posts()) == ("ARCHIVED", [])


async def test_a_photo_of_a_published_post_is_no_story(sandbox: Sandbox) -> None:
    page = await connect(sandbox)
    used = await page.made("photos", url=sandbox.sample("story.jpg"))
    assert (await page.create("photo_stories", photo_id=used)).error == (100, 1366051)
    assert (await page.create("photo_stories", photo_id="77")).error == (100, 33)


async def test_comments_stand_below_a_post(sandbox: Sandbox) -> None:
    page = await connect(sandbox)
    post = await page.made("feed", message="open")
    first = (await page.post(f"{post}/comments", message="The menu: https://coffee.example")).body["id"]
    asked = (await sandbox.admin("comment", post=post, username="nils", text="until when?"))["id"]
    answer = (await page.post(f"{asked}/comments", message="until six")).body["id"]
    assert await _comments(page, post) == [first, asked]
    assert await _comments(page, post, order="reverse_chronological", filter="stream") == [answer, asked, first]
    assert await _comments(page, asked) == [answer]
    shown = (await page.get(answer, fields="message,from,parent,comment_count")).body
    assert (shown["message"], shown["from"]["id"], shown["parent"]["id"]) == ("until six", HARBOUR_PAGE, asked)
    (public,) = await sandbox.posts()
    assert [remark["text"] for remark in public["comments"]][:2] == ["The menu: https://coffee.example", "until when?"]
    assert (await page.delete(asked)).body == {"success": True}
    assert await _comments(page, post, filter="stream") == [first]


async def test_comments_need_a_permission_of_their_own(sandbox: Sandbox) -> None:
    meek = await connect(sandbox, scope="pages_show_list,pages_read_engagement,pages_manage_posts")
    post = await meek.made("feed", message="open")
    assert (await meek.post(f"{post}/comments", message="x")).error == (200, None)


async def _comments(page: object, node: str, **query: str) -> list[str]:
    body = (await page.get(f"{node}/comments", **query)).body  # type: ignore[attr-defined]  # a PageClient
    return [item["id"] for item in body["data"]]


async def test_page_calls_count_against_the_page(sandbox: Sandbox) -> None:
    page = await connect(sandbox)
    answer = await page.create("feed", message="x")
    (usage,) = json.loads(answer.headers["x-business-use-case-usage"])[HARBOUR_PAGE]
    assert usage["type"] == "pages"
    await sandbox.admin("seed", settings={"calls_per_hour": 1})
    assert (await page.get("me")).error == (80001, None)


@pytest.mark.parametrize(
    ("fault", "status", "error"),
    [
        ({"kind": "rate_limit"}, 400, (80001, None)),
        ({"kind": "status", "status": 401}, 401, (190, 467)),
        ({"kind": "status", "status": 403}, 403, (10, None)),
        ({"kind": "status", "status": 404}, 404, (100, 33)),
        ({"kind": "status", "status": 429}, 429, (4, None)),
        ({"kind": "status", "status": 500}, 500, (1, None)),
    ],
)
async def test_ordered_faults_speak_as_graph_does(
    sandbox: Sandbox, fault: dict[str, object], status: int, error: tuple[int, int | None]
) -> None:
    page = await connect(sandbox)
    await sandbox.admin("faults", platform="facebook", account="harbourcoffee", **fault)
    refused = await page.create("feed", message="x")
    assert (refused.status, refused.error) == (status, error)
    if error[0] == 80001:
        (usage,) = json.loads(refused.headers["x-business-use-case-usage"])[HARBOUR_PAGE]
        assert (usage["call_count"], usage["estimated_time_to_regain_access"]) == (100, 60)
    assert await sandbox.posts() == []
