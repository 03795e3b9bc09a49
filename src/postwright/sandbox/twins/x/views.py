"""How posts, people, media and polls look in replies: the fields asked for, and what `expansions` add.

Names of 2025 (`tweet.fields`, `referenced_tweets`) and of contract 2.167 (`post.fields`, `referenced_posts`) both hold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from postwright.sandbox.call import Json
from postwright.sandbox.state import Account, Shown, World
from postwright.sandbox.twins.x.model import Poll, Post, Upload
from postwright.sandbox.twins.x.rules import X
from postwright.sandbox.twins.x.text import Link, published

JOINED = "2021-05-04T09:00:00.000Z"
BROUGHT = {
    "attachments.media_keys": "attachments",
    "attachments.poll_ids": "attachments",
    "author_id": "author_id",
    "in_reply_to_user_id": "in_reply_to_user_id",
    "referenced_tweets.id": "referenced_tweets",
    "referenced_tweets.id.author_id": "referenced_tweets",
    "referenced_posts": "referenced_posts",
}
"""Expansion -> the field that comes with it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """The fields and expansions of one request."""

    post: frozenset[str]
    user: frozenset[str]
    media: frozenset[str]
    poll: frozenset[str]
    expansions: frozenset[str]


def wish_of(query: Mapping[str, str]) -> Wish:
    """Read a checked query; some fields come unasked."""

    def listed(*names: str) -> frozenset[str]:
        return frozenset(word for name in names for word in query.get(name, "").split(",") if word)

    expansions = listed("expansions")
    brought = {BROUGHT[name] for name in expansions if name in BROUGHT}
    return Wish(
        post=listed("tweet.fields", "post.fields") | brought | {"id", "text", "edit_history_tweet_ids"},
        user=listed("user.fields") | {"id", "name", "username"},
        media=listed("media.fields") | {"media_key", "type"},
        poll=listed("poll.fields") | {"id", "options"},
        expansions=expansions,
    )


def stamp(instant: datetime) -> str:
    """A time as X writes it."""
    return f"{instant:%Y-%m-%dT%H:%M:%S}.{instant.microsecond // 1000:03}Z"


class Views:
    """Makes replies of what the twin keeps."""

    def __init__(self, world: World, posts: Mapping[str, Post]) -> None:
        self._world = world
        self._posts = posts

    def listed(self, posts: Sequence[Post], wish: Wish, viewer: str) -> dict[str, Json]:
        """`data` (a list) and `includes`."""
        body: dict[str, Json] = {"data": [self.post(post, wish, viewer) for post in posts]}
        includes = self._includes(posts, wish, viewer)
        return {**body, "includes": includes} if includes else body

    def post(self, post: Post, wish: Wish, viewer: str) -> dict[str, Json]:
        """One post."""
        text, entities = wire_text(post)
        attached: dict[str, Json] = {"media_keys": [upload.key for upload in post.media]} if post.media else {}
        attached |= {"poll_ids": [post.poll.id]} if post.poll else {}
        referenced: list[Json] = [
            {"type": kind, "id": other.id}
            for kind, other in (("replied_to", post.parent), ("quoted", post.quoted))
            if other is not None
        ]
        everything: dict[str, Json] = {
            "id": post.id,
            "text": text,
            "edit_history_tweet_ids": [post.id],
            "edit_history_post_ids": [post.id],
            "author_id": post.author.id,
            "username": post.author.username,
            "conversation_id": post.conversation_id,
            "created_at": stamp(post.at),
            "entities": self._with_ids(entities) or None,
            "attachments": attached or None,
            "referenced_tweets": referenced or None,
            "referenced_posts": referenced or None,
            "in_reply_to_user_id": post.parent.author.id if post.parent else None,
            "public_metrics": self._metrics(post),
            "non_public_metrics": self._private_metrics() if viewer == post.author.id else None,
            "reply_settings": post.reply_settings,
            "paid_partnership": post.paid_partnership,
            "possibly_sensitive": False,
            "lang": "en",
            "display_text_range": [0, len(text)],
        }
        return {name: value for name, value in everything.items() if name in wish.post and value is not None}

    def user(self, account: Account, wish: Wish) -> dict[str, Json]:
        """One person."""
        count = sum(1 for post in self._posts.values() if post.author.id == account.id)
        verified = account.kind == "verified"
        everything: dict[str, Json] = {
            "id": account.id,
            "name": account.name,
            "username": account.username,
            "created_at": JOINED,
            "description": account.biography,
            "verified": verified,
            "verified_type": "blue" if verified else "none",
            "subscription_type": "Premium" if verified else "None",
            "protected": False,
            "profile_image_url": f"{self._world.origin}/_sandbox/samples/square.jpg",
            "public_metrics": {
                "followers_count": account.followers,
                "following_count": 0,
                "listed_count": 0,
                "tweet_count": count,
                "post_count": count,
                "like_count": 0,
                "media_count": 0,
            },
        }
        return {name: value for name, value in everything.items() if name in wish.user}

    def shown(self, upload: Upload) -> Shown:
        """A file as people see it."""
        name = upload.file.id if upload.file else ""
        kind: Literal["image", "video"] = "video" if upload.category.family == "video" else "image"
        return Shown(kind, f"{self._world.origin}/_sandbox/media/{name}", upload.alt_text)

    def _media(self, upload: Upload, wish: Wish) -> dict[str, Json]:
        probe, url = upload.file.probe if upload.file else None, self.shown(upload).url
        family = upload.category.family
        everything: dict[str, Json] = {
            "media_key": upload.key,
            "type": family,
            "alt_text": upload.alt_text or None,
            "url": url if family == "photo" else None,
            "preview_image_url": None if family == "photo" else url,
            "width": probe.width if probe else None,
            "height": probe.height if probe else None,
            "duration_ms": int(probe.duration_s * 1000) if probe and probe.duration_s and family == "video" else None,
            "variants": None if family == "photo" else [{"content_type": probe.mime if probe else "", "url": url}],
            "public_metrics": None if family == "photo" else {"view_count": 0},
        }
        return {name: value for name, value in everything.items() if name in wish.media and value is not None}

    def _poll(self, poll: Poll, at: datetime, wish: Wish) -> dict[str, Json]:
        ends = at + timedelta(minutes=poll.minutes)
        everything: dict[str, Json] = {
            "id": poll.id,
            "options": [{"position": place, "label": text, "votes": 0} for place, text in enumerate(poll.options, 1)],
            "duration_minutes": poll.minutes,
            "end_datetime": stamp(ends),
            "voting_status": "closed" if ends <= self._world.clock.now() else "open",
        }
        return {name: value for name, value in everything.items() if name in wish.poll}

    def _includes(self, posts: Sequence[Post], wish: Wish, viewer: str) -> dict[str, Json]:
        asked = wish.expansions
        others = {other.id: other for post in posts for other in (post.parent, post.quoted) if other is not None}
        users = {post.author.id: post.author for post in posts if "author_id" in asked}
        if "in_reply_to_user_id" in asked:
            users |= {post.parent.author.id: post.parent.author for post in posts if post.parent}
        if "referenced_tweets.id.author_id" in asked:
            users |= {post.author.id: post.author for post in others.values()}
        uploads = {upload.key: upload for post in posts for upload in post.media}
        referenced: list[Json] = [self.post(post, wish, viewer) for post in others.values()]
        found: dict[str, list[Json]] = {
            "users": [self.user(user, wish) for user in users.values()],
            "media": [self._media(u, wish) for u in uploads.values() if "attachments.media_keys" in asked],
            "polls": [
                self._poll(post.poll, post.at, wish) for post in posts if post.poll and "attachments.poll_ids" in asked
            ],
            "tweets": referenced if asked & {"referenced_tweets.id", "referenced_tweets.id.author_id"} else [],
            "posts": referenced if "referenced_posts" in asked else [],
        }
        return {name: items for name, items in found.items() if items}

    def _with_ids(self, entities: Mapping[str, Json]) -> dict[str, Json]:
        """Mentions of people who are there carry their id."""
        found = entities.get("mentions")
        if not isinstance(found, list):
            return dict(entities)
        named = []
        for mention in found:
            account = self._world.find_account(mention["username"], X)
            named.append({**mention, "id": account.id} if account else mention)
        return {**entities, "mentions": named}

    def _metrics(self, post: Post) -> dict[str, Json]:
        replies = sum(1 for other in self._posts.values() if other.parent is post)
        quotes = sum(1 for other in self._posts.values() if other.quoted is post)
        zeros = dict.fromkeys(("retweet_count", "repost_count", "like_count", "bookmark_count", "impression_count"), 0)
        return {**zeros, "reply_count": replies, "quote_count": quotes}

    def _private_metrics(self) -> dict[str, Json]:
        return dict.fromkeys(("impression_count", "user_profile_clicks", "url_link_clicks", "engagements"), 0)


def wire_text(post: Post) -> tuple[str, dict[str, Json]]:
    """Text and entities of a post as the API gives them: links to its media and to the quoted post hang on the end."""
    tail = []
    if post.media:
        kind = "photo" if post.media[0].category.family == "photo" else "video"
        tail.append(Link(f"{post.url}/{kind}/1", f"pic.x.com/{post.id[-10:]}", post.media[0].key))
    if post.quoted:
        tail.append(Link(post.quoted.url, post.quoted.url.removeprefix("https://")))
    return published(post.id, post.written, tail)
