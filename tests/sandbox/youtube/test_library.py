"""Channels, playlists, comments; quotas, common parameters, ordered failures."""

import pytest

from tests.sandbox.client import Body, Sandbox
from tests.sandbox.youtube.client import CYCLES, HARBOUR, Channel, reason, signed_in, upright

UPLOADS = f"UU{HARBOUR[2:]}"


async def test_a_channel_names_its_uploads(ada: Channel) -> None:
    parts = "id,snippet,contentDetails,statistics,status"
    (channel,) = (await ada.get("channels", part=parts, mine="true")).body["items"]
    assert (channel["id"], channel["snippet"]["title"]) == (HARBOUR, "Harbour Coffee")
    assert channel["contentDetails"]["relatedPlaylists"]["uploads"] == UPLOADS
    assert channel["statistics"]["subscriberCount"] == "5320"
    (other,) = (await ada.get("channels", part="snippet", forHandle="@okaforcycles")).body["items"]
    assert (other["id"], "statistics" in other) == (CYCLES, False)
    assert reason(await ada.get("channels", part="id")) == (400, "missingRequiredParameter")
    assert reason(await ada.get("channels", part="id", mine="true", id=HARBOUR)) == (400, "incompatibleParameters")


async def test_the_uploads_playlist_has_everything_newest_first_page_by_page(sandbox: Sandbox, ada: Channel) -> None:
    first = await ada.upload(upright(), title="First")
    second = await ada.upload(upright() + b"\0\0\0\x08free", title="Second", privacy="private")
    page = (await ada.get("playlistItems", part="snippet,contentDetails", playlistId=UPLOADS, maxResults="1")).body
    assert (page["items"][0]["contentDetails"]["videoId"], page["pageInfo"]["totalResults"]) == (second, 2)
    token = page["nextPageToken"]
    query = {"part": "snippet", "playlistId": UPLOADS, "maxResults": "1"}
    page = (await ada.get("playlistItems", **query, pageToken=token)).body
    assert (page["items"][0]["snippet"]["title"], "nextPageToken" in page) == ("First", False)
    assert reason(await ada.get("playlistItems", **query, pageToken="?")) == (400, "invalidPageToken")
    assert reason(await ada.get("playlistItems", **{**query, "maxResults": "51"})) == (400, "invalidParameter")
    ben = await signed_in(sandbox, "ben")
    seen = (await ben.get("playlistItems", part="snippet", playlistId=UPLOADS)).body["items"]
    assert [item["snippet"]["resourceId"]["videoId"] for item in seen] == [first]


async def test_a_playlist_is_made_and_filled(sandbox: Sandbox, ada: Channel) -> None:
    made = (await ada.post("playlists", {"snippet": {"title": "Roasts"}, "status": {"privacyStatus": "unlisted"}})).body
    assert (made["snippet"]["title"], made["status"]["privacyStatus"]) == ("Roasts", "unlisted")
    assert reason(await ada.post("playlists", {"snippet": {"title": ""}})) == (400, "playlistTitleRequired")
    video = await ada.upload(upright())

    def item(playlist: str, video_id: str) -> Body:
        return {"snippet": {"playlistId": playlist, "resourceId": {"kind": "youtube#video", "videoId": video_id}}}

    added = await ada.post("playlistItems", item(made["id"], video), part="snippet")
    assert (added.body["kind"], added.body["snippet"]["position"]) == ("youtube#playlistItem", 0)
    assert reason(await ada.post("playlistItems", item("PLx", video))) == (404, "playlistNotFound")
    assert reason(await ada.post("playlistItems", item(made["id"], "none"))) == (404, "videoNotFound")
    assert reason(await ada.post("playlistItems", item(UPLOADS, video))) == (403, "playlistForbidden")
    (listed,) = (await ada.get("playlists", part="contentDetails", mine="true")).body["items"]
    assert listed["contentDetails"]["itemCount"] == 1
    assert (await sandbox.posts())[0]["playlists"] == [made["id"]]
    await ada.call("DELETE", f"/youtube/v3/videos?id={video}")
    assert (await ada.get("playlistItems", part="id", playlistId=made["id"])).body["items"] == []


def thread(video: str, text: str) -> Body:
    return {"snippet": {"videoId": video, "topLevelComment": {"snippet": {"textOriginal": text}}}}


async def test_a_first_comment_and_what_people_say(sandbox: Sandbox, ada: Channel) -> None:
    video = await ada.upload(upright())
    made = await ada.post("commentThreads", thread(video, "x" * 10_000), part="snippet")
    comment = made.body["snippet"]["topLevelComment"]["snippet"]
    assert comment["authorChannelId"] == {"value": HARBOUR}
    said = await sandbox.admin("comment", post=video, username="nils", text="lovely")
    await sandbox.admin("comment", post=video, username="ada", text="thanks", parent_id=said["id"])
    found = (await ada.get("commentThreads", part="snippet,replies", videoId=video)).body["items"]
    assert [item["snippet"]["topLevelComment"]["snippet"]["authorDisplayName"] for item in found] == [
        "@nils",
        "@harbourcoffee",
    ]
    assert found[0]["replies"]["comments"][0]["snippet"]["parentId"] == said["id"]
    assert (await ada.shown(video, "statistics"))["statistics"]["commentCount"] == "3"
    (post,) = await sandbox.posts()
    assert [remark["username"] for remark in post["comments"]][:2] == ["harbourcoffee", "nils"]


async def test_where_nobody_may_comment(sandbox: Sandbox, ada: Channel) -> None:
    video = await ada.upload(upright())
    for text, expected in (("", "commentTextRequired"), ("x" * 10_001, "commentTextTooLong")):
        assert reason(await ada.post("commentThreads", thread(video, text), part="snippet")) == (400, expected)
    assert reason(await ada.post("commentThreads", thread("none", "hi"), part="snippet")) == (404, "videoNotFound")
    kids = {"snippet": {"title": "Kids"}, "status": {"selfDeclaredMadeForKids": True}}
    await sandbox.admin("seed", settings={"video_delay": 60.0})
    session = (await ada.begin(kids)).headers["location"]
    child = (await ada.put(session, upright() + b"\0\0\0\x08free")).body["id"]
    assert reason(await ada.post("commentThreads", thread(child, "hi"), part="snippet")) == (403, "commentsDisabled")
    early = await ada.upload(upright() + b"\0\0\0\x08skip")
    assert reason(await ada.post("commentThreads", thread(early, "hi"), part="snippet")) == (400, "processingFailure")
    hidden = await ada.upload(upright() + b"\0\0\0\x08wide", privacy="private")
    assert reason(await ada.post("commentThreads", thread(hidden, "hi"), part="snippet")) == (403, "forbidden")


async def test_inserts_have_a_bucket_of_their_own_until_midnight_in_california(sandbox: Sandbox, ada: Channel) -> None:
    assert reason(await ada.begin({"snippet": {"title": ""}})) == (400, "invalidTitle")
    for _ in range(99):
        assert (await ada.begin()).status == 200
    refused = await ada.begin()
    assert reason(refused) == (403, "quotaExceeded")
    assert refused.body["error"]["errors"][0]["domain"] == "youtube.quota"
    assert refused.body["error"]["status"] == "RESOURCE_EXHAUSTED"
    assert (await ada.get("channels", part="id", mine="true")).status == 200
    await sandbox.admin("clock", advance_seconds=86_400)
    assert (await (await signed_in(sandbox)).begin()).status == 200


async def test_units_are_spent_by_what_a_method_costs(sandbox: Sandbox, ada: Channel) -> None:
    body = {"snippet": {"title": "p"}}
    for _ in range(199):
        assert (await ada.post("playlists", body, part="snippet")).status == 200
    for _ in range(50):
        assert reason(await ada.get("videos", part="id")) == (400, "missingRequiredParameter")
    assert reason(await ada.post("playlists", body, part="snippet")) == (403, "quotaExceeded")
    assert (await ada.begin()).status == 200
    await sandbox.admin("seed", settings={"vendor_limits": False})
    assert (await ada.post("playlists", body, part="snippet")).status == 200


async def test_a_channel_uploads_so_many_videos_in_a_day(sandbox: Sandbox, ada: Channel) -> None:
    await sandbox.admin("seed", settings={"quota_total": 1})
    await ada.upload(upright())
    assert reason(await ada.begin()) == (400, "uploadLimitExceeded")
    await sandbox.admin("clock", advance_seconds=86_400)
    assert (await (await signed_in(sandbox)).begin()).status == 200


async def test_a_partial_reply_has_the_fields_asked_for(ada: Channel) -> None:
    video = await ada.upload(upright())
    query = {"part": "snippet,status", "id": video, "prettyPrint": "false", "alt": "json", "quotaUser": "u"}
    found = (await ada.get("videos", **query, fields="items(id,snippet/title,status(privacyStatus)),kind")).body
    item = {"id": video, "snippet": {"title": "Harvest"}, "status": {"privacyStatus": "public"}}
    assert found == {"kind": "youtube#videoListResponse", "items": [item]}
    assert reason(await ada.get("videos", **query, fields="items(id")) == (400, "invalidParameter")
    assert reason(await ada.get("videos", **{**query, "alt": "proto"})) == (400, "invalidParameter")
    assert reason(await ada.get("videos", part="id,foo", id=video)) == (400, "unknownPart")


async def test_tokens_are_asked_for_and_unknown_paths_are_not_there(sandbox: Sandbox, ada: Channel) -> None:
    path = "/www.googleapis.com/youtube/v3/channels"
    query = {"part": "id", "mine": "true"}
    assert reason(await sandbox.call("GET", path, params=query)) == (401, "required")
    assert (await sandbox.call("GET", path, params={**query, "access_token": ada.token})).status == 200
    wrong = await sandbox.call("GET", path, params={**query, "access_token": "ya29.x"})
    assert reason(wrong) == (401, "authError")
    assert wrong.body["error"]["status"] == "UNAUTHENTICATED"
    assert reason(await ada.call("PATCH", "/youtube/v3/videos")) == (404, "notFound")
    assert reason(await ada.call("GET", "/youtube/v4/videos")) == (404, "notFound")
    broken = await ada.call("PUT", "/youtube/v3/videos?part=snippet", data=b"{")
    assert reason(broken) == (400, "parseError")


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ({"kind": "status", "status": 401}, (401, "authError")),
        ({"kind": "status", "status": 403}, (403, "forbidden")),
        ({"kind": "status", "status": 404}, (404, "notFound")),
        ({"kind": "status", "status": 429}, (429, "rateLimitExceeded")),
        ({"kind": "status", "status": 503}, (503, "backendError")),
        ({"kind": "status", "reason": "quotaExceeded"}, (403, "quotaExceeded")),
        ({"kind": "rate_limit"}, (403, "rateLimitExceeded")),
        ({"kind": "expire_token"}, (401, "authError")),
        ({"kind": "revoke_token"}, (401, "authError")),
    ],
)
async def test_ordered_failures_have_youtubes_words(
    sandbox: Sandbox, ada: Channel, order: Body, expected: tuple[int, str]
) -> None:
    await sandbox.admin("faults", platform="youtube", path="channels", **order)
    assert reason(await ada.get("channels", part="id", mine="true")) == expected


async def test_a_failing_token_endpoint_speaks_oauth(sandbox: Sandbox) -> None:
    await sandbox.admin("faults", platform="youtube", path="/token", kind="status", status=503)
    answer = await sandbox.call("POST", "/oauth2.googleapis.com/token", data={})
    assert (answer.status, answer.body["error"]) == (503, "internal_failure")
