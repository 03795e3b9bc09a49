"""Publishing: once per container, within the quota, and visible to everybody afterwards."""

import re

from tests.sandbox.client import CLARA, HARBOUR, Sandbox


async def test_a_published_picture_is_there_for_everybody(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    tags = '[{"username":"nils","x":0.5,"y":0.5}]'
    container = await clara.image(
        caption="first light", alt_text="a dawn", user_tags=tags, location_id="42", collaborators="nils"
    )
    media = (await clara.publish(container)).body["id"]
    (post,) = await sandbox.posts()
    assert post["id"] == media
    assert post["account"] == CLARA
    assert post["container_id"] == container
    assert post["caption"] == "first light"
    assert post["alt_texts"] == ["a dawn"]
    assert post["collaborators"] == ["nils"]
    assert post["user_tags"] == [{"username": "nils", "x": 0.5, "y": 0.5}]
    assert post["location_id"] == "42"
    assert re.fullmatch(r"https://www\.instagram\.com/p/[\w-]{11}/", post["url"])
    bytes_shown = await sandbox.call("GET", post["media"][0]["url"].removeprefix(sandbox.origin))
    assert bytes_shown.headers["content-type"] == "image/jpeg"


async def test_a_container_is_published_once(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    container = await clara.image()
    await clara.publish(container)
    assert await clara.status(container) == "PUBLISHED"
    assert (await clara.publish(container)).error == (24, 2207008)
    assert len(await sandbox.posts()) == 1


async def test_what_does_not_exist_cannot_be_published(sandbox: Sandbox) -> None:
    clara, ada = await sandbox.clara(), await sandbox.ada()
    assert (await clara.publish("17")).error == (24, 2207006)
    assert (await clara.publish(await ada.image())).error == (24, 2207006)
    assert (await clara.post(f"{CLARA}/media_publish")).error == (100, None)


async def test_a_carousel_item_cannot_be_published_by_itself(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    assert (await clara.publish(await clara.image(is_carousel_item="true"))).error == (100, None)


async def test_a_carousel_has_its_children_in_order(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    names = ("landscape.jpg", "square.jpg", "portrait.jpg")
    items = [await clara.image(name, is_carousel_item="true", alt_text=name) for name in names]
    carousel = (await clara.container(media_type="CAROUSEL", children=",".join(items), caption="three")).body["id"]
    media = (await clara.publish(carousel)).body["id"]
    shown = (await clara.get(media, fields="media_type,media_url,children{alt_text,media_type}")).body
    assert shown["media_type"] == "CAROUSEL_ALBUM"
    assert "media_url" not in shown
    assert [child["alt_text"] for child in shown["children"]["data"]] == list(names)
    listed = (await clara.get(f"{media}/children", fields="media_type")).body["data"]
    assert [child["media_type"] for child in listed] == ["IMAGE"] * 3
    (post,) = await sandbox.posts()
    assert (post["kind"], post["alt_texts"]) == ("carousel", list(names))


async def test_a_story_is_gone_after_a_day(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    story = (await clara.container(media_type="STORIES", image_url=sandbox.sample("story.jpg"))).body["id"]
    media = (await clara.publish(story)).body["id"]
    assert (await clara.get(f"{CLARA}/stories")).body["data"] == [{"id": media}]
    assert (await clara.get(f"{CLARA}/media")).body["data"] == []
    assert [post["kind"] for post in await sandbox.posts()] == ["story"]
    await sandbox.admin("clock", advance_seconds=86_400)
    assert (await clara.get(f"{CLARA}/stories")).body["data"] == []
    assert await sandbox.posts() == []


async def test_only_publishing_uses_up_the_quota(sandbox: Sandbox) -> None:
    await sandbox.admin("seed", settings={"quota_total": 2})
    clara = await sandbox.clara()
    first, second, third = [await clara.image() for _ in range(3)]
    await clara.publish(first)
    limit = (await clara.get(f"{CLARA}/content_publishing_limit", fields="quota_usage,config")).body
    assert limit == {"data": [{"quota_usage": 1, "config": {"quota_total": 2, "quota_duration": 86_400}}]}
    await clara.publish(second)
    assert (await clara.publish(third)).error == (9, 2207042)
    assert await clara.status(third) == "FINISHED"
    await sandbox.admin("clock", advance_seconds=86_400)
    assert (await clara.publish(await clara.image())).status == 200


async def test_fifty_posts_a_day_are_the_default(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    plain = (await clara.get(f"{CLARA}/content_publishing_limit")).body["data"]
    config = (await clara.get(f"{CLARA}/content_publishing_limit", fields="config")).body["data"]
    assert plain == [{"quota_usage": 0}]
    assert config[0]["config"]["quota_total"] == 50


async def test_both_logins_publish_the_same_way(sandbox: Sandbox) -> None:
    ada = await sandbox.ada()
    page = (await ada.get("me/accounts", fields="access_token")).body["data"][0]["access_token"]
    with_page = {"image_url": sandbox.sample("square.jpg"), "access_token": page}
    made = await sandbox.call("POST", f"/graph.facebook.com/v25.0/{HARBOUR}/media", data=with_page)
    assert (await ada.publish(made.body["id"])).status == 200


async def test_a_post_is_deleted_by_facebook_login_only(sandbox: Sandbox) -> None:
    ada, clara = await sandbox.ada(), await sandbox.clara()
    media, hers = await ada.posted(), await clara.posted()
    assert (await ada.delete(media)).body == {"success": True, "deleted_id": media}
    assert (await ada.get(media)).error == (100, 33)
    assert (await clara.delete(hers)).error == (100, 33)
    assert [post["id"] for post in await sandbox.posts()] == [hers]


async def test_deleting_needs_its_own_permission(sandbox: Sandbox) -> None:
    ada = await sandbox.ada()
    media = await ada.posted()
    await ada.delete("me/permissions/instagram_manage_contents")
    assert (await ada.delete(media)).error == (10, None)


async def test_a_carousel_child_cannot_be_deleted(sandbox: Sandbox) -> None:
    ada = await sandbox.ada()
    items = [await ada.image(is_carousel_item="true") for _ in range(2)]
    carousel = (await ada.container(media_type="CAROUSEL", children=",".join(items))).body["id"]
    media = (await ada.publish(carousel)).body["id"]
    child = (await ada.get(f"{media}/children")).body["data"][0]["id"]
    assert (await ada.delete(child)).error == (-1, 2207073)
