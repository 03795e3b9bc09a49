"""The Display API: the profile, and the public videos of the account.

Source: developers.tiktok.com, "Get user info", "List videos", "Query videos".
"""

from collections.abc import Mapping

from postwright.sandbox.call import Call, Json
from postwright.sandbox.twins.tiktok import rules
from postwright.sandbox.twins.tiktok.errors import ApiError
from postwright.sandbox.twins.tiktok.fields import read_body
from postwright.sandbox.twins.tiktok.model import Caller, PublishTask, Shelf

PROFILE_SCOPES: Mapping[str, frozenset[str]] = {
    "user.info.basic": frozenset(
        {"open_id", "union_id", "avatar_url", "avatar_url_100", "avatar_large_url", "display_name"}
    ),
    "user.info.profile": frozenset({"bio_description", "profile_deep_link", "is_verified", "username"}),
    "user.info.stats": frozenset({"follower_count", "following_count", "likes_count", "video_count"}),
}
BAD = "invalid_params"
VIDEO_FIELDS = frozenset(
    {"id", "create_time", "title", "video_description", "duration", "height", "width", "cover_image_url", "share_url",
     "embed_html", "embed_link", "like_count", "comment_count", "share_count", "view_count"}
)  # fmt: skip


class Display:
    """The reading endpoints of one sandbox; each gives the `data` of its reply or raises ApiError."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def user_info(self, caller: Caller, call: Call) -> Mapping[str, Json]:
        """`data.user` with the fields asked for."""
        account = caller.account
        avatar = f"https://p16-sign.tiktokcdn.com/avatar/{account.id}.jpeg"
        profile: dict[str, Json] = {
            "open_id": account.id,
            "union_id": account.alias_id,
            "avatar_url": avatar,
            "avatar_url_100": avatar,
            "avatar_large_url": avatar,
            "display_name": account.name,
            "bio_description": account.biography,
            "profile_deep_link": f"https://{rules.WEB_HOST}/@{account.username}",
            "is_verified": False,
            "username": account.username,
            "follower_count": account.followers,
            "following_count": 0,
            "likes_count": 0,
            "video_count": len(self._public(caller)),
        }
        wanted = _fields(call, frozenset(profile))
        for scope, names in PROFILE_SCOPES.items():
            if scope not in caller.grant.scopes and names & set(wanted):
                raise ApiError("scope_not_authorized")
        return {"user": {name: profile[name] for name in wanted}}

    def list_videos(self, caller: Caller, call: Call) -> Mapping[str, Json]:
        """Public posts, newest first, before a time in milliseconds."""
        body = read_body(call, frozenset({"cursor", "max_count"}), BAD)
        count = body.whole("max_count", rules.PAGE_SIZE)
        if count not in range(1, rules.LARGEST_PAGE + 1):
            raise body.refusal(f"max_count must be 1 to {rules.LARGEST_PAGE}")
        cursor = body.whole("cursor", 0)
        older = [task for task in self._public(caller) if not cursor or task.posted_ms < cursor]
        page = older[:count]
        return {
            "videos": _shown(call, page),
            "cursor": page[-1].posted_ms if page else cursor,
            "has_more": len(older) > count,
        }

    def query_videos(self, caller: Caller, call: Call) -> Mapping[str, Json]:
        """Public posts of the account by their ids."""
        filters = read_body(call, frozenset({"filters"}), BAD).part("filters", frozenset({"video_ids"}))
        wanted = filters.texts("video_ids", range(1, rules.LARGEST_PAGE + 1))
        return {"videos": _shown(call, [task for task in self._public(caller) if str(task.post_id) in wanted])}

    def _public(self, caller: Caller) -> list[PublishTask]:
        return [task for task in self._shelf.published(caller.account.id) if task.is_public]


def _fields(call: Call, known: frozenset[str]) -> list[str]:
    wanted = call.query.get("fields", "").split(",")
    if not set(wanted) <= known:
        raise ApiError(BAD, f"The fields must be some of {', '.join(sorted(known))}.")
    return wanted


def _shown(call: Call, tasks: list[PublishTask]) -> list[Json]:
    wanted = _fields(call, VIDEO_FIELDS)
    return [{name: video[name] for name in wanted} for video in map(_described, tasks)]


def _described(task: PublishTask) -> dict[str, Json]:
    probe, wish = task.probe, task.wish
    embed = f"https://{rules.WEB_HOST}/embed/v2/{task.post_id}"
    return {
        "id": str(task.post_id),
        "create_time": task.posted_ms // 1000,
        "title": wish.title,
        "video_description": wish.description or wish.title,
        "duration": int(probe.duration_s or 0) if probe else 0,
        "height": probe.height if probe else 0,
        "width": probe.width if probe else 0,
        "cover_image_url": f"https://p16-sign.tiktokcdn.com/cover/{task.post_id}.jpeg",
        "share_url": task.share_url,
        "embed_html": f'<blockquote class="tiktok-embed" cite="{task.share_url}"></blockquote>',
        "embed_link": embed,
        **dict.fromkeys(("like_count", "comment_count", "share_count", "view_count"), 0),
    }
