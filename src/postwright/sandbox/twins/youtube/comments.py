"""Comments below videos."""

from postwright.sandbox.call import Json, Reply
from postwright.sandbox.state import Remark
from postwright.sandbox.twins.youtube.asking import Ask, body_of, listing, tagged, written
from postwright.sandbox.twins.youtube.errors import ApiError
from postwright.sandbox.twins.youtube.library import only
from postwright.sandbox.twins.youtube.metadata import part_of
from postwright.sandbox.twins.youtube.resources import stamp
from postwright.sandbox.twins.youtube.rules import COMMENT_CHARS, PLATFORM
from postwright.sandbox.twins.youtube.studio import Studio, Video
from postwright.sandbox.twins.youtube.videos import is_visible


def insert_comment(studio: Studio, ask: Ask) -> Reply:
    """commentThreads.insert: a first comment below a video that is ready and not private."""
    snippet = part_of(body_of(ask, ask.call.body), "snippet")
    text = str(part_of(part_of(snippet, "topLevelComment"), "snippet").get("textOriginal", ""))
    if not text.strip():
        raise ApiError("commentTextRequired")
    if len(text) > COMMENT_CHARS:
        raise ApiError("commentTextTooLong")
    video = _discussed(studio, ask, str(snippet.get("videoId", "")))
    if video.privacy == "private":
        raise ApiError("forbidden")
    if video.upload_status(studio.world.clock.now()) != "processed":
        raise ApiError("processingFailure")
    remark = add_remark(studio, video.id, ask.channel.username, text)
    return written(ask, _thread(studio, video, remark, ask.parts))


def add_remark(studio: Studio, video_id: str, username: str, text: str, parent_id: str = "") -> Remark:
    """Put a comment below a video."""
    remark = Remark(f"Ug{studio.new_id(24)}", username, text, studio.world.clock.now(), parent_id)
    studio.world.timeline[video_id].comments.append(remark)
    return remark


def _discussed(studio: Studio, ask: Ask, video_id: str) -> Video:
    video = studio.videos.get(video_id)
    if video is None or video_id not in studio.world.timeline or not is_visible(video, ask.channel):
        raise ApiError("videoNotFound")
    if video.status["selfDeclaredMadeForKids"]:
        raise ApiError("commentsDisabled")
    return video


def list_comments(studio: Studio, ask: Ask) -> Reply:
    """commentThreads.list of a video, newest first, or by ids."""
    if ask.query.get("id"):
        wanted, videos = ask.query["id"].split(","), list(studio.videos.values())
    else:
        wanted, videos = [], [_discussed(studio, ask, ask.query["videoId"])]
    threads = [
        _thread(studio, video, remark, ask.parts)
        for video in videos
        for remark in reversed(_remarks(studio, video, parent_id=""))
        if not wanted or remark.id in wanted
    ]
    return listing(ask, "commentThread", threads)


def _remarks(studio: Studio, video: Video, parent_id: str) -> list[Remark]:
    post = studio.world.timeline.get(video.id)
    return [remark for remark in post.comments if remark.parent_id == parent_id] if post else []


def _thread(studio: Studio, video: Video, remark: Remark, parts: tuple[str, ...]) -> dict[str, Json]:
    replies = _remarks(studio, video, remark.id)
    shown: dict[str, Json] = {
        "id": remark.id,
        "snippet": {
            "channelId": video.channel.id,
            "videoId": video.id,
            "topLevelComment": _comment(studio, video, remark),
            "canReply": True,
            "totalReplyCount": len(replies),
            "isPublic": True,
        },
    }
    if replies:
        shown["replies"] = {"comments": [_comment(studio, video, reply) for reply in replies]}
    return tagged("commentThread", only(shown, parts))


def _comment(studio: Studio, video: Video, remark: Remark) -> Json:
    author = studio.world.find_account(remark.username, PLATFORM)
    snippet: dict[str, Json] = {
        "channelId": video.channel.id,
        "videoId": video.id,
        "textDisplay": remark.text,
        "textOriginal": remark.text,
        "authorDisplayName": f"@{remark.username}",
        "authorChannelUrl": f"http://www.youtube.com/@{remark.username}",
        "canRate": True,
        "viewerRating": "none",
        "likeCount": 0,
        "publishedAt": stamp(remark.created_at),
        "updatedAt": stamp(remark.created_at),
    }
    if author:
        snippet["authorChannelId"] = {"value": author.id}
    if remark.parent_id:
        snippet["parentId"] = remark.parent_id
    return tagged("comment", {"id": remark.id, "snippet": snippet})
