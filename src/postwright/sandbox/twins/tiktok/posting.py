"""The Content Posting API: creator info, direct posts, drafts, photos, status, cancelling.

Source: developers.tiktok.com, "Content Posting API" references.
"""

import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

from postwright.sandbox.call import Call, Json
from postwright.sandbox.oauth import LOOPBACK
from postwright.sandbox.state import World
from postwright.sandbox.twins.tiktok import rules
from postwright.sandbox.twins.tiktok.errors import ApiError
from postwright.sandbox.twins.tiktok.fields import Fields, read_body
from postwright.sandbox.twins.tiktok.model import Caller, PublishTask, Shelf, Upload, Wish
from postwright.sandbox.twins.tiktok.processing import Processing

PRIVACY = (rules.EVERYBODY, rules.FRIENDS, rules.FOLLOWERS, rules.MYSELF)
TOGGLES = ("disable_comment", "brand_content_toggle", "brand_organic_toggle")
VIDEO_TOGGLES = (*TOGGLES, "disable_duet", "disable_stitch", "is_aigc")
VIDEO_INFO = frozenset({"title", "privacy_level", "video_cover_timestamp_ms", *VIDEO_TOGGLES})
PHOTO_INFO = frozenset({"title", "description", "privacy_level", "auto_add_music", *TOGGLES})
PHOTO_KEYS = frozenset({"media_type", "post_mode", "post_info", "source_info", "is_aigc"})
FILE_SOURCE = frozenset({"source", "video_size", "chunk_size", "total_chunk_count"})
PULL_SOURCE = frozenset({"source", "video_url"})
PHOTO_SOURCE = frozenset({"source", "photo_cover_index", "photo_images"})
FIRST_TASK = 7_100_000_000_000_000_000


class Posting:
    """The posting endpoints of one sandbox; each gives the `data` of its reply or raises ApiError."""

    def __init__(self, world: World, shelf: Shelf, processing: Processing) -> None:
        self._world = world
        self._shelf = shelf
        self._processing = processing

    def creator_info(self, caller: Caller, call: Call) -> Mapping[str, Json]:
        """What the creator may choose; a creator who cannot post now is told so with status 200, on purpose."""
        read_body(call, self._known(frozenset()))
        self._check_posting(caller, status=200)
        creator, account = caller.creator, caller.account
        return {
            "creator_avatar_url": f"https://p16-sign.tiktokcdn.com/avatar/{account.id}.jpeg",
            "creator_username": account.username,
            "creator_nickname": account.name,
            "privacy_level_options": list(creator.privacy),
            "comment_disabled": False,
            "duet_disabled": not creator.duet_and_stitch,
            "stitch_disabled": not creator.duet_and_stitch,
            "max_video_post_duration_sec": creator.longest_seconds,
        }

    def init_video(self, caller: Caller, call: Call) -> Mapping[str, Json]:
        """A video for the profile."""
        fields = read_body(call, self._known(frozenset({"post_info", "source_info"})))
        info = fields.part("post_info", self._known(VIDEO_INFO))
        privacy = self._privacy(caller, info)
        terms: dict[str, Json] = {name: info.flag(name) for name in VIDEO_TOGGLES}
        terms["video_cover_timestamp_ms"] = info.whole("video_cover_timestamp_ms", 0)
        for name in ("disable_duet", "disable_stitch"):
            terms[name] = terms[name] or not caller.creator.duet_and_stitch
        wish = Wish(info.text("title", limit=rules.VIDEO_TITLE, default=""), "", privacy, terms)
        return self._video(caller, fields, wish, is_draft=False)

    def init_draft(self, caller: Caller, call: Call) -> Mapping[str, Json]:
        """A video for the creator's inbox."""
        fields = read_body(call, self._known(frozenset({"source_info"})))
        return self._video(caller, fields, Wish(), is_draft=True)

    def init_photos(self, caller: Caller, call: Call) -> Mapping[str, Json]:
        """One to 35 photos, pulled by TikTok, for the profile or the inbox."""
        fields = read_body(call, self._known(PHOTO_KEYS))
        fields.one_of("media_type", ("PHOTO",))
        is_draft = fields.one_of("post_mode", ("DIRECT_POST", "MEDIA_UPLOAD")) == "MEDIA_UPLOAD"
        scope = rules.UPLOAD if is_draft else rules.PUBLISH
        if scope not in caller.grant.scopes:
            raise ApiError("scope_not_authorized")
        source = fields.part("source_info", self._known(PHOTO_SOURCE))
        source.one_of("source", ("PULL_FROM_URL",))
        urls = source.texts("photo_images", rules.PHOTOS)
        cover = source.whole("photo_cover_index", 0)
        if cover >= len(urls):
            raise source.refusal("photo_cover_index is beyond the last photo")
        info = fields.part("post_info", self._known(PHOTO_INFO))
        wish = self._photo_wish(caller, info, fields, cover, is_draft=is_draft)
        self._check_urls(urls)
        self._check_room(caller, is_draft=is_draft)
        prefix = "p_inbox_url~v2." if is_draft else "p_pub_url~v2."
        return self._pulled(self._task(caller, prefix, wish, urls, is_photo=True, is_draft=is_draft))

    def status(self, caller: Caller, call: Call) -> Mapping[str, Json]:
        """How far a post is. Its id is there for public posts after moderation only."""
        task = self._own_task(caller, call)
        self._processing.settle(task)
        told: dict[str, Json] = {"status": task.status}
        if task.fail_reason:
            told["fail_reason"] = task.fail_reason
        told["publicaly_available_post_id"] = [task.post_id] if task.is_public else []
        if task.upload is not None:
            return {**told, "uploaded_bytes": task.upload.received}
        return {**told, "downloaded_bytes": task.downloaded}

    def cancel(self, caller: Caller, call: Call) -> None:
        """Stop a pull that is not over."""
        task = self._own_task(caller, call)
        self._processing.settle(task)
        if task.upload is not None or not task.in_progress:
            raise ApiError("publish_not_cancellable")
        self._processing.fail(task, "publish_cancelled")

    def _known(self, names: frozenset[str]) -> frozenset[str] | None:
        return names if self._world.settings.strict_params else None

    def _privacy(self, caller: Caller, info: Fields) -> str:
        privacy = info.one_of("privacy_level", PRIVACY)
        if privacy not in caller.creator.privacy:
            raise ApiError("privacy_level_option_mismatch")
        if not caller.app.audited and (privacy != rules.MYSELF or caller.account.kind != rules.PRIVATE):
            raise ApiError("unaudited_client_can_only_post_to_private_accounts")
        if info.flag("brand_content_toggle") and privacy == rules.MYSELF:
            raise info.refusal("branded content cannot be private")
        return privacy

    def _photo_wish(self, caller: Caller, info: Fields, fields: Fields, cover: int, *, is_draft: bool) -> Wish:
        terms: dict[str, Json] = {name: info.flag(name) for name in (*TOGGLES, "auto_add_music")}
        terms |= {"is_aigc": fields.flag("is_aigc"), "photo_cover_index": cover}
        return Wish(
            info.text("title", limit=rules.PHOTO_TITLE, default=""),
            info.text("description", limit=rules.PHOTO_DESCRIPTION, default=""),
            "" if is_draft else self._privacy(caller, info),
            terms,
        )

    def _video(self, caller: Caller, fields: Fields, wish: Wish, *, is_draft: bool) -> Mapping[str, Json]:
        source = fields.part("source_info", None)
        kind = source.one_of("source", ("FILE_UPLOAD", "PULL_FROM_URL"))
        prefix, suffix = ("v_inbox_", "~v2.") if is_draft else ("v_pub_", "~v2-1.")
        if kind == "PULL_FROM_URL":
            url = fields.part("source_info", self._known(PULL_SOURCE)).text("video_url")
            self._check_urls((url,))
            self._check_room(caller, is_draft=is_draft)
            return self._pulled(self._task(caller, f"{prefix}url{suffix}", wish, (url,), is_draft=is_draft))
        upload = self._plan(caller, fields.part("source_info", self._known(FILE_SOURCE)))
        self._check_room(caller, is_draft=is_draft)
        task = self._task(caller, f"{prefix}file{suffix}", wish, (), is_draft=is_draft)
        task.upload, task.status = upload, "PROCESSING_UPLOAD"
        number = task.id.rpartition(".")[2]
        self._shelf.uploads[number] = task
        query = f"upload_id={number}&upload_token={upload.secret}"
        return {"publish_id": task.id, "upload_url": f"{self._world.origin}/{rules.UPLOAD_HOST}/video/?{query}"}

    def _plan(self, caller: Caller, source: Fields) -> Upload:
        """The chunks announced: as many as fit whole, what is left over goes into the last one."""
        size, chunk = source.whole("video_size"), source.whole("chunk_size")
        count = source.whole("total_chunk_count")
        if not 0 < size <= rules.LARGEST_VIDEO:
            raise source.refusal("the video size is invalid")
        if chunk not in rules.CHUNK and not (chunk == size and size < rules.CHUNK[0]):
            raise source.refusal("the chunk size is invalid")
        if chunk > size or count != size // chunk or count not in rules.CHUNKS:
            raise source.refusal("the total chunk count is invalid")
        if count == 1 and size > rules.CHUNK[-1]:
            raise source.refusal("a file of more than 64 MB must have several chunks")
        return Upload(size, chunk, count, secrets.token_hex(16), caller.now + rules.UPLOAD_LIFE)

    def _check_urls(self, urls: tuple[str, ...]) -> None:
        settings = self._world.settings
        mine = (settings.origin, *(prefix for prefix in settings.verified_urls.split(",") if prefix))
        for url in urls:
            parts = urlsplit(url)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise ApiError("invalid_param", "The URL to pull from is invalid.")
            if parts.hostname not in LOOPBACK and not url.startswith(mine):
                raise ApiError("url_ownership_unverified")

    def _check_room(self, caller: Caller, *, is_draft: bool) -> None:
        if not is_draft:
            self._check_posting(caller)
        elif self._world.settings.vendor_limits and self._shelf.shares_full(caller.account.id, caller.now):
            raise ApiError("spam_risk_too_many_pending_share")

    def _check_posting(self, caller: Caller, *, status: int | None = None) -> None:
        """The caps of a day on direct posts; raises ApiError with the status, or its usual one."""
        if not self._world.settings.vendor_limits:
            return
        if self._shelf.posts_full(caller.account.id, caller.now):
            raise ApiError("spam_risk_too_many_posts", status=status)
        if not caller.app.audited and self._shelf.users_full(caller):
            raise ApiError("reached_active_user_cap", status=status)

    def _task(
        self,
        caller: Caller,
        prefix: str,
        wish: Wish,
        urls: tuple[str, ...],
        *,
        is_draft: bool,
        is_photo: bool = False,
    ) -> PublishTask:
        name = f"{prefix}{FIRST_TASK + self._world.number()}"
        task = PublishTask(name, caller.grant, caller.account, caller.now, is_photo, is_draft, wish, urls)
        self._shelf.tasks[task.id] = task
        return task

    def _pulled(self, task: PublishTask) -> Mapping[str, Json]:
        self._processing.pull(task)
        return {"publish_id": task.id}

    def _own_task(self, caller: Caller, call: Call) -> PublishTask:
        name = read_body(call, self._known(frozenset({"publish_id"}))).text("publish_id")
        task = self._shelf.tasks.get(name)
        if task is None:
            raise ApiError("invalid_publish_id")
        if task.grant.client_id != caller.grant.client_id or task.account.id != caller.account.id:
            raise ApiError("token_not_authorized_for_specified_publish_id")
        return task
