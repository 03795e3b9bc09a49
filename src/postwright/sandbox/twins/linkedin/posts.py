"""Posts: creating, reading, changing and deleting them.

Source: LinkedIn, "Posts API", "MultiImage API", "Poll API".
"""

import re

from postwright.sandbox.call import Json, Reply, json_reply
from postwright.sandbox.state import Account, PublicPost, Shown
from postwright.sandbox.twins.linkedin import littletext, rules
from postwright.sandbox.twins.linkedin.assets import url_of
from postwright.sandbox.twins.linkedin.bodies import Changes, Content, PostBody, read, units
from postwright.sandbox.twins.linkedin.errors import Refused
from postwright.sandbox.twins.linkedin.hooks import Hooks
from postwright.sandbox.twins.linkedin.model import Post, Visit, milliseconds

PERMALINK = "https://www.linkedin.com/feed/update/{urn}/"
UGC_KINDS = frozenset({"video", "poll"})
"""These become `urn:li:ugcPost:…`, all others `urn:li:share:…`."""
SORTS = ("LAST_MODIFIED", "CREATED")


class Posts:
    """The posts resource of one sandbox."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks

    async def create(self, visit: Visit) -> Reply:
        """`POST /rest/posts`: 201 without a body, the URN in a header."""
        body = read(PostBody, visit.call)
        owner = visit.acting_for(body.author, "w")
        if body.visibility == "CONNECTIONS" and owner.kind != "member":
            raise Refused("INVALID_VALUE_FOR_FIELD", field="/visibility", fault="an organisation has no connections")
        little = _commentary(body.commentary, needed=body.content is None and body.reshare_context is None)
        kind, media, details = _shown(visit, owner, body)
        wording = body.model_dump_json()
        earlier = visit.network.latest.get(wording)
        if earlier and earlier.urn in visit.network.posts and visit.now - earlier.created_at < rules.DUPLICATE_WINDOW:
            raise Refused("DUPLICATE", urn=earlier.urn)
        urn = f"urn:li:{'ugcPost' if kind in UGC_KINDS else 'share'}:{visit.network.number()}"
        shown = PublicPost(
            platform=rules.PLATFORM,
            account_id=owner.id,
            account_name=owner.name,
            id=urn,
            url=PERMALINK.format(urn=urn),
            kind=kind,
            caption=little.text,
            media=media,
            created_at=visit.now,
            details={"visibility": body.visibility, **_elements(little), **details},
        )
        post = Post(urn, f"urn:li:activity:{visit.network.number()}", owner, body, visit.now, visit.now, shown)
        visit.network.posts[urn] = visit.network.activities[post.activity] = visit.network.latest[wording] = post
        visit.network.world.timeline[urn] = shown
        self._announce(visit, post, little)
        return Reply(201, b"", headers=(("x-restli-id", urn), ("x-linkedin-id", urn)))

    async def show(self, visit: Visit) -> Reply:
        """`GET /rest/posts/{urn}`."""
        if visit.text("viewContext") not in ("", "AUTHOR", "READER"):
            raise Refused("ILLEGAL_ARGUMENT", field="viewContext", fault="viewContext is AUTHOR or READER")
        post = _named(visit)
        if post is None:
            raise Refused("NOT_FOUND")
        visit.acting_for(post.body.author, "r")
        return json_reply(_described(post))

    async def by_author(self, visit: Visit) -> Reply:
        """`GET /rest/posts?q=author`: newest first."""
        owner = visit.acting_for(visit.text("author"), "r")
        sort = visit.text("sortBy") or SORTS[0]
        if sort not in SORTS:
            raise Refused("ILLEGAL_ARGUMENT", field="sortBy", fault=f"sortBy is {' or '.join(SORTS)}")
        start, count = visit.whole("start", 0, 10**9), visit.whole("count", 10, rules.POSTS_IN_PAGE)
        theirs = [post for post in visit.network.posts.values() if post.owner is owner]
        theirs.sort(key=lambda post: post.created_at if sort == "CREATED" else post.modified_at, reverse=True)
        page: list[Json] = [_described(post) for post in theirs[start : start + count]]
        return collection(page, start, count, len(theirs))

    async def change(self, visit: Visit) -> Reply:
        """`POST /rest/posts/{urn}` with `X-RestLi-Method: PARTIAL_UPDATE`: another commentary."""
        changes = read(Changes, visit.call, "patch", "$set")
        post = _named(visit)
        if post is None:
            raise Refused("NOT_FOUND")
        visit.acting_for(post.body.author, "w")
        little = _commentary(changes.commentary, needed=post.shown.kind == "text")
        post.body, post.modified_at = post.body.model_copy(update={"commentary": changes.commentary}), visit.now
        post.shown.caption = little.text
        post.shown.details |= {**_elements(little), "edited": True}
        return Reply(204, b"")

    async def delete(self, visit: Visit) -> Reply:
        """`DELETE /rest/posts/{urn}`: 204, also where there is nothing any more."""
        post = _named(visit)
        if post is not None:
            visit.acting_for(post.body.author, "w")
            del visit.network.posts[post.urn], visit.network.activities[post.activity]
            visit.network.world.timeline.pop(post.urn, None)
        return Reply(204, b"")

    def _announce(self, visit: Visit, post: Post, little: littletext.Little) -> None:
        for _, urn in little.mentions:
            mentioned = visit.network.account(urn)
            if mentioned is not None:
                self._hooks.announce("SHARE_MENTION", mentioned, post.urn, post.activity, little.text)
        parent = post.body.reshare_context and visit.network.posts.get(post.body.reshare_context.parent)
        if parent:
            self._hooks.announce("SHARE", parent.owner, parent.urn, post.activity, little.text)


def collection(elements: list[Json], start: int, count: int, total: int) -> Reply:
    """A page of a list."""
    return json_reply({"paging": {"start": start, "count": count, "total": total, "links": []}, "elements": elements})


def _named(visit: Visit) -> Post | None:
    """The post whose URN is in the path; raises Refused for what is no post's URN."""
    urn = str(visit.key)
    if not re.fullmatch(r"urn:li:(share|ugcPost):\d+", urn):
        raise Refused("INVALID_URN_ID", urn=urn)
    return visit.network.posts.get(urn)


def _commentary(text: str, *, needed: bool) -> littletext.Little:
    if needed and not text.strip():
        raise Refused("INVALID_VALUE_BLANK_FIELD", field="/commentary")
    little = littletext.parse(text)
    if units(little.text) > rules.COMMENTARY:
        raise Refused("FIELD_LENGTH_TOO_LONG", field="/commentary", longest=rules.COMMENTARY)
    return little


def _elements(little: littletext.Little) -> dict[str, Json]:
    return {
        "hashtags": list(little.hashtags),
        "mentions": [{"name": name, "urn": urn} for name, urn in little.mentions],
    }


def _shown(visit: Visit, owner: Account, body: PostBody) -> tuple[str, tuple[Shown, ...], dict[str, Json]]:
    """Kind of the post, its media, and what else people see; raises Refused."""
    if body.reshare_context is not None:
        if body.content is not None or visit.network.post(body.reshare_context.parent) is None:
            raise Refused("INVALID_VALUE_FOR_FIELD", field="/reshareContext", fault="no post to share on")
        return "reshare", (), {"reshared": body.reshare_context.parent}
    if body.content is None:
        return "text", (), {}
    if len(body.content.model_fields_set) != 1:
        raise Refused("INVALID_VALUE_FOR_FIELD", field="/content", fault="exactly one kind of content is allowed")
    return _content(visit, owner, body.content)


def _content(visit: Visit, owner: Account, content: Content) -> tuple[str, tuple[Shown, ...], dict[str, Json]]:
    if content.media is not None:
        media = content.media
        picture = _picture(visit, owner, media.id, "/content/media/id", media.alt_text)
        if picture.type == "document" and not media.title.strip():
            raise Refused("MISSING_FIELD", field="/content/media/title")
        return picture.type, (picture,), {"title": media.title}
    if content.multi_image is not None:
        path = "/content/multiImage/images/{}/id"
        images = enumerate(content.multi_image.images)
        return "carousel", tuple(_picture(visit, owner, i.id, path.format(n), i.alt_text) for n, i in images), {}
    if content.article is not None:
        article, path = content.article, "/content/article/thumbnail"
        thumbnail = _picture(visit, owner, article.thumbnail, path).url if article.thumbnail else ""
        link = {"link": article.source, "title": article.title, "description": article.description}
        return "article", (), {**link, "thumbnail": thumbnail}
    if content.poll is not None:
        options: Json = [option.text for option in content.poll.options]
        poll = {"question": content.poll.question, "options": options, "duration": content.poll.settings.duration}
        return "poll", (), {"poll": poll}
    raise Refused("INVALID_VALUE_FOR_FIELD", field="/content", fault="null")


def _picture(visit: Visit, owner: Account, urn: str, field: str, alt_text: str = "") -> Shown:
    """An asset that the author owns and that can be shown; raises Refused."""
    asset = visit.network.assets.get(urn)
    if asset is None or asset.owner is not owner:
        raise Refused(f"INVALID_{urn.split(':')[2].upper()}_ID", field=field, urn=urn)
    status = asset.status(visit.now)
    if status == "PROCESSING_FAILED":
        raise Refused("MEDIA_ASSET_PROCESSING_FAILED", field=field, urn=urn)
    if status != "AVAILABLE":
        raise Refused("MEDIA_ASSET_WAITING_UPLOAD", field=field, urn=urn)
    return Shown(asset.kind, url_of(visit.network, asset), alt_text)


def _described(post: Post) -> Json:
    body = post.body.model_dump(by_alias=True, exclude_unset=True)
    return {
        **body,
        "id": post.urn,
        "createdAt": milliseconds(post.created_at),
        "publishedAt": milliseconds(post.created_at),
        "lastModifiedAt": milliseconds(post.modified_at),
        "lifecycleStateInfo": {"isEditedByAuthor": bool(post.shown.details.get("edited"))},
    }
