"""Posts: writing, reading, deleting. Sources: X, reference pages of `/2/tweets` and `/2/users/{id}/tweets`."""

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import datetime

from postwright.sandbox.call import Json, json_reply
from postwright.sandbox.state import PublicPost, World
from postwright.sandbox.twins.x import rules
from postwright.sandbox.twins.x.bodies import BEYOND_PLAN, EXCLUSIVE, NewPost, check_query, read_json
from postwright.sandbox.twins.x.errors import (
    BAD_MEDIA,
    DUPLICATE,
    NOT_PERMITTED,
    TOO_LONG,
    Refused,
    invalid,
    missing,
    problem,
)
from postwright.sandbox.twins.x.hooks import Hooks
from postwright.sandbox.twins.x.media import MediaShelf
from postwright.sandbox.twins.x.model import Answer, Ask, Poll, Post, Upload, snowflake
from postwright.sandbox.twins.x.text import cashtags, links, mentions, plain, weight
from postwright.sandbox.twins.x.views import Views, Wish, wire_text, wish_of

UNSEEN_PARENT = "You attempted to reply to a Tweet that is deleted or not visible to you."
UNSEEN_QUOTE = "You attempted to quote a Tweet that is deleted or not visible to you."


class Posts:
    """All posts of one sandbox."""

    def __init__(self, world: World, shelf: MediaShelf, hooks: Hooks) -> None:
        self._world = world
        self._shelf = shelf
        self._hooks = hooks
        self._posts: dict[str, Post] = {}
        self._views = Views(world, self._posts)

    def reset(self) -> None:
        """Forget all posts."""
        self._posts.clear()

    async def create(self, ask: Ask) -> Answer:
        """`POST /2/tweets`."""
        body = read_json(ask.call, NewPost)
        if any(getattr(body, name) for name in BEYOND_PLAN):
            raise problem(403, NOT_PERMITTED)
        given = [name for name in EXCLUSIVE if name in body.model_fields_set]
        if len(given) > 1:
            raise invalid(f"Only one of {', '.join(given)} can be given.", given[1])
        uploads = self._media(ask, body.media.media_ids) if body.media else ()
        thumbnail = self._preview(ask, body.media.preview_media_id) if body.media else None
        post = self._composed(ask, body, uploads)
        self._posts[post.id] = post
        self._world.timeline[post.id] = self._public(post, thumbnail)
        text, _ = wire_text(post)
        self._hooks.announce_post(post, text)
        return json_reply({"data": {"id": post.id, "text": text, "edit_history_tweet_ids": [post.id]}}, 201)

    async def delete(self, ask: Ask) -> Json:
        """`DELETE /2/tweets/{id}`."""
        name = ask.names["id"]
        post = self._posts.get(name)
        if post is None:
            raise Refused(404, {**missing("tweet", "id", name), "status": 404})
        if post.author.id != ask.user.id:
            raise problem(403, "You are not authorized to delete this Tweet.")
        del self._posts[name]
        del self._world.timeline[name]
        self._hooks.announce_deletion(post)
        return {"data": {"deleted": True}}

    async def one(self, ask: Ask) -> Json:
        """`GET /2/tweets/{id}`; what is not there comes as an error in a 200."""
        check_query(ask.call.query, rules.POST_QUERY)
        post = self._posts.get(ask.names["id"])
        if post is None:
            return {"errors": [missing("tweet", "id", ask.names["id"])]}
        body = self._views.listed([post], wish_of(ask.call.query), ask.user.id)
        return {**body, "data": self._views.post(post, wish_of(ask.call.query), ask.user.id)}

    async def many(self, ask: Ask) -> Json:
        """`GET /2/tweets?ids=`."""
        query = ask.call.query
        check_query(query, {**rules.POST_QUERY, "ids": rules.FREE})
        names = [name for name in query.get("ids", "").split(",") if name]
        if not 0 < len(names) <= rules.MANY_IDS or not all(name.isdecimal() for name in names):
            raise invalid("The `ids` query parameter must list 1 to 100 ids", "ids", query.get("ids", ""))
        found = [self._posts[name] for name in names if name in self._posts]
        lost: list[Json] = [missing("tweet", "ids", name) for name in names if name not in self._posts]
        body = self._views.listed(found, wish_of(query), ask.user.id) if found else {}
        return {**body, "errors": lost} if lost else body

    async def timeline(self, ask: Ask) -> Json:
        """`GET /2/users/{id}/tweets`, newest first."""
        query = ask.call.query
        check_query(query, rules.TIMELINE_QUERY)
        if self._world.find_account(ask.names["id"], rules.X) is None:
            return {"errors": [missing("user", "id", ask.names["id"])]}
        size = _page_size(query)
        posts = list(filter(_selection(query, ask.names["id"]), reversed(self._posts.values())))
        page = posts[:size]
        if not page:
            return {"meta": {"result_count": 0}}
        meta: dict[str, Json] = {"result_count": len(page), "newest_id": page[0].id, "oldest_id": page[-1].id}
        if len(posts) > size:
            meta["next_token"] = base64.b32hexencode(page[-1].id.encode()).decode().rstrip("=").lower()
        return {**self._views.listed(page, wish_of(query), ask.user.id), "meta": meta}

    async def me(self, ask: Ask) -> Json:
        """`GET /2/users/me`."""
        return {"data": self._views.user(ask.user, self._user_wish(ask))}

    async def user(self, ask: Ask) -> Json:
        """`GET /2/users/{id}`."""
        wish = self._user_wish(ask)
        account = self._world.find_account(ask.names["id"], rules.X)
        if account is None:
            return {"errors": [missing("user", "id", ask.names["id"])]}
        return {"data": self._views.user(account, wish)}

    def _user_wish(self, ask: Ask) -> Wish:
        check_query(ask.call.query, rules.USER_QUERY)
        return wish_of(ask.call.query)

    def _media(self, ask: Ask, ids: list[str]) -> tuple[Upload, ...]:
        """Up to four photos, or one GIF, or one video; raises Refused."""
        found = tuple(upload for name in ids if (upload := self._shelf.usable(name, ask.user.id)))
        families = {upload.category.family for upload in found}
        good = len(found) == len(ids) and all(upload.category.post for upload in found)
        if not good or (families - {"photo"} and len(found) > 1) or len(found) > rules.IMAGES:
            raise invalid(BAD_MEDIA, "media.media_ids", f"[{', '.join(ids)}]")
        return found

    def _preview(self, ask: Ask, media_id: str) -> Upload | None:
        upload = self._shelf.usable(media_id, ask.user.id) if media_id else None
        if media_id and (upload is None or upload.category.family != "photo"):
            raise invalid(BAD_MEDIA, "media.preview_media_id", media_id)
        return upload

    def _composed(self, ask: Ask, body: NewPost, uploads: tuple[Upload, ...]) -> Post:
        text = plain(body.text)
        if not text and not uploads:
            raise invalid("text is required unless media is given.", "text", text)
        if weight(text) > rules.TEXT_WEIGHT:
            raise problem(403, TOO_LONG)
        if len(cashtags(text)) > rules.CASHTAGS:
            raise problem(403, NOT_PERMITTED)
        parent = self._parent(ask, body.reply.in_reply_to_tweet_id) if body.reply else None
        self._refuse_duplicate(ask, text, parent)
        quoted = self._posts.get(body.quote_tweet_id)
        if quoted is None and body.quote_tweet_id:
            raise problem(403, UNSEEN_QUOTE)
        return Post(
            id=snowflake(ask.now, self._world.number()),
            author=ask.user,
            written=text,
            at=ask.now,
            media=uploads,
            poll=Poll(snowflake(ask.now, self._world.number()), body.poll.options, body.poll.duration_minutes)
            if body.poll
            else None,
            parent=parent,
            quoted=quoted,
            reply_settings=body.reply_settings or "everyone",
            made_with_ai=body.made_with_ai,
            paid_partnership=body.paid_partnership,
        )

    def _parent(self, ask: Ask, name: str) -> Post:
        """The post replied to: one's own, or of somebody who mentioned or quoted one (self-serve rule of 2026-02)."""
        parent = self._posts.get(name)
        if parent is None:
            raise problem(403, UNSEEN_PARENT)
        mine = parent.author.id == ask.user.id
        quotes_me = parent.quoted is not None and parent.quoted.author.id == ask.user.id
        if not mine and not quotes_me and ask.user.username.lower() not in mentions(parent.written):
            raise problem(403, NOT_PERMITTED)
        return parent

    def _refuse_duplicate(self, ask: Ask, text: str, parent: Post | None) -> None:
        since = ask.now - rules.DUPLICATE_WINDOW
        for post in self._posts.values() if text else ():
            if post.author.id == ask.user.id and post.written == text and post.parent is parent and post.at > since:
                raise problem(403, DUPLICATE)

    def _public(self, post: Post, thumbnail: Upload | None) -> PublicPost:
        details: dict[str, Json] = {"reply_settings": post.reply_settings, "conversation_id": post.conversation_id}
        if post.parent:
            details["in_reply_to"] = post.parent.id
        if post.quoted:
            details["quoted"] = post.quoted.url
        if post.poll:
            details |= {"poll": post.poll.options, "poll_minutes": post.poll.minutes}
        if thumbnail:
            details["thumbnail"] = self._views.shown(thumbnail).url
        found = [link.expanded for link in links(post.written)]
        details |= {"links": found} if found else {}
        tracks = [code for upload in post.media for code in upload.subtitles]
        details |= {"subtitles": tracks} if tracks else {}
        details |= {name: True for name in ("made_with_ai", "paid_partnership") if getattr(post, name)}
        family = post.media[0].category.family if post.media else "text"
        kinds = {"photo": "image", "animated_gif": "gif", "video": "video", "text": "poll" if post.poll else "text"}
        return PublicPost(
            platform=rules.X,
            account_id=post.author.id,
            account_name=post.author.username,
            id=post.id,
            url=post.url,
            kind=kinds[family],
            caption=post.written,
            media=tuple(self._views.shown(upload) for upload in post.media),
            created_at=post.at,
            details=details,
        )


def _page_size(query: Mapping[str, str]) -> int:
    least, usual, most = rules.PAGE_SIZE
    value = query.get("max_results", str(usual))
    if not value.isdecimal() or not least <= int(value) <= most:
        words = f"The `max_results` query parameter value [{value}] is not between {least} and {most}"
        raise invalid(words, "max_results", value)
    return int(value)


def _selection(query: Mapping[str, str], user_id: str) -> Callable[[Post], bool]:
    """Which posts a timeline's query asks for; raises Refused."""
    above, below = int(_id(query, "since_id", "0")), min(int(_id(query, "until_id")), int(_page_start(query)))
    start, end = _time(query, "start_time"), _time(query, "end_time")
    without_replies = "replies" in query.get("exclude", "")

    def wanted(post: Post) -> bool:
        return (
            post.author.id == user_id
            and above < int(post.id) < below
            and (start is None or post.at >= start)
            and (end is None or post.at < end)
            and not (without_replies and post.parent is not None)
        )

    return wanted


def _id(query: Mapping[str, str], name: str, default: str = str(2**63)) -> str:
    value = query.get(name, default)
    if not value.isdecimal():
        raise invalid(f"The `{name}` query parameter value [{value}] is not a valid id", name, value)
    return value


def _page_start(query: Mapping[str, str]) -> str:
    token = query.get("pagination_token")
    if token is None:
        return str(2**63)
    try:
        value = base64.b32hexdecode(token.upper() + "=" * (-len(token) % 8)).decode()
    except (binascii.Error, ValueError):
        value = ""
    if not value.isdecimal():
        raise invalid("The `pagination_token` query parameter is not valid", "pagination_token", token)
    return value


def _time(query: Mapping[str, str], name: str) -> datetime | None:
    value = query.get(name)
    if value is None:
        return None
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        words = f"The `{name}` query parameter value [{value}] is not a valid RFC3339 timestamp"
        raise invalid(words, name, value)
    return instant
