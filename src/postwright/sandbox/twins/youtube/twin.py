"""Google's and YouTube's servers as one twin: which host and path is answered by what."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from postwright.sandbox.call import Call, Json, Reply, redirect
from postwright.sandbox.consent import Consent
from postwright.sandbox.faults import Fault
from postwright.sandbox.oauth import Token
from postwright.sandbox.state import World
from postwright.sandbox.twins.base import Deed, NotOffered, Twin
from postwright.sandbox.twins.youtube import comments, library, login, seeds, uploads, videos
from postwright.sandbox.twins.youtube.asking import Ask, asked, living, presented
from postwright.sandbox.twins.youtube.errors import REASON_OF_STATUS, RULES, ApiError
from postwright.sandbox.twins.youtube.rules import LEASE, METHODS, PLATFORM, REFUSED_COST
from postwright.sandbox.twins.youtube.studio import Studio, Video
from postwright.sandbox.twins.youtube.websub import ATOM, FEEDS, TOPIC, Hub, feed

API, UPLOADS = "/youtube/v3/", ("/upload/youtube/v3/", "/resumable/upload/youtube/v3/")
API_HOSTS = ("youtube.googleapis.com", "www.googleapis.com")
OAUTH_HOST = "oauth2.googleapis.com"
WORK: Mapping[str, Callable[[Studio, Ask], Reply]] = {
    "channels.list": library.list_channels,
    "videos.list": videos.list_videos,
    "videos.update": videos.update_video,
    "videos.delete": videos.delete_video,
    "playlists.list": library.list_playlists,
    "playlists.insert": library.insert_playlist,
    "playlistItems.list": library.list_playlist_items,
    "playlistItems.insert": library.insert_playlist_item,
    "commentThreads.list": comments.list_comments,
    "commentThreads.insert": comments.insert_comment,
}
MEDIA: Mapping[str, Callable[[Studio, Ask, bytes | None], uploads.Finish]] = {
    "videos.insert": videos.prepare_video,
    "thumbnails.set": videos.prepare_thumbnail,
}


class YouTubeTwin(Twin):
    """YouTube, with Google's sign-in before it and the WebSub hub behind it."""

    hosts: ClassVar[frozenset[str]] = frozenset(
        {*API_HOSTS, OAUTH_HOST, "accounts.google.com", "pubsubhubbub.appspot.com", "www.youtube.com", "i.ytimg.com"}
    )
    platforms: ClassVar[frozenset[str]] = frozenset({PLATFORM})

    def __init__(self, world: World, consent: Consent) -> None:
        super().__init__(world, consent)
        self._login = login.Login(world, consent)
        self._hub = Hub(world)
        self._studio = Studio(world, self._hub.push)

    def seed(self) -> None:
        """Apps, people and channels of the start."""
        self._login.reset()
        self._hub.reset()
        self._studio.reset()
        self.world.add(apps=seeds.APPS, people=seeds.PEOPLE, accounts=seeds.ACCOUNTS)

    def adopt(self) -> None:
        """Channels are looked up in the world when they are needed."""

    def tick(self) -> None:
        """Virtual time has jumped: processing ends, scheduled videos become public."""
        self._studio.tick()

    def identify(self, call: Call) -> None:
        """The channel by the upload session, else by the token."""
        call.platform = PLATFORM
        session = self._studio.sessions.get(call.query.get("upload_id", ""))
        token = self.token_of(call)
        if session is not None:
            call.account = session.channel.id
        elif token is not None:
            call.account = next(iter(token.grant.account_ids), "")

    def token_of(self, call: Call) -> Token | None:
        """The token in the call; at the OAuth endpoints the one it is about."""
        if call.host == OAUTH_HOST:
            params = call.params
            return self.world.oauth.find(params.get("refresh_token") or params.get("token", ""))
        return self.world.oauth.find(presented(call))

    async def answer(self, call: Call) -> Reply:
        """Answer by host."""
        self._studio.tick()
        if call.host == "accounts.google.com" and (call.method, call.path) == ("GET", "/o/oauth2/v2/auth"):
            return self._login.authorize(call)
        if call.host == OAUTH_HOST:
            return await self._login.answer(call)
        if call.host == "pubsubhubbub.appspot.com":
            return await self._hub.answer(call)
        if call.host in API_HOSTS:
            try:
                return await self._api(call)
            except ApiError as error:
                return error.reply()
        return self._page(call)

    async def _api(self, call: Call) -> Reply:
        prefix = next((prefix for prefix in (API, *UPLOADS) if call.path.startswith(prefix)), None)
        method = METHODS.get((call.method, call.path.removeprefix(prefix or "")))
        if prefix in UPLOADS and call.query.get("upload_id"):
            if call.method != "PUT":
                raise ApiError("notFound")
            if presented(call):
                living(self.world, presented(call))
            return await uploads.go_on(self._studio, call)
        if prefix is None or method is None or (prefix in UPLOADS and method.name not in MEDIA):
            raise ApiError("notFound")
        token = self.token_of(call)
        project = token.grant.client_id if token else ""
        cost = REFUSED_COST
        try:
            ask = asked(self.world, call, method)
            self._studio.afford(project, method.cost)
            reply = await self._work(ask, is_upload=prefix in UPLOADS)
            cost = method.cost or REFUSED_COST
        finally:
            self._studio.spend(project, None if method.cost is None else cost)
        return reply

    async def _work(self, ask: Ask, *, is_upload: bool) -> Reply:
        name = ask.method.name
        if name not in MEDIA:
            return WORK[name](self._studio, ask)
        if not is_upload:
            raise ApiError("mediaBodyRequired")
        return await uploads.begin(self._studio, ask, lambda metadata: MEDIA[name](self._studio, ask, metadata))

    def _page(self, call: Call) -> Reply:
        """Atom feeds and pictures of videos; people's pages are not played."""
        channel = self._hub.channel_of(f"https://{call.host}{call.path}?{call.query_string}")
        if call.method == "GET" and call.path in FEEDS and channel:
            shown = [v for v in self._studio.videos.values() if v.channel.id == channel.id and is_public(v)]
            return Reply(200, feed(channel, shown[::-1]), f"{ATOM}; charset=UTF-8")
        video = self._studio.videos.get(call.path.split("/")[2]) if call.path.startswith("/vi/") else None
        if call.host == "i.ytimg.com" and video:
            return redirect(video.thumbnail or f"{self.world.origin}/_sandbox/samples/landscape.jpg")
        return Reply(404, b"<html><title>404 Not Found</title></html>", "text/html; charset=utf-8")

    def failure(self, call: Call, fault: Fault) -> Reply:
        """An ordered failure in Google's words; the order's `reason` may name any of RULES."""
        limited = fault.kind == "rate_limit"
        if call.host == OAUTH_HOST:
            return login.failure(429 if limited else fault.status)
        usual = "rateLimitExceeded" if limited else REASON_OF_STATUS.get(fault.status, "backendError")
        reason = fault.reason if fault.reason in RULES else usual
        status = 0 if limited or fault.reason in RULES else fault.status
        return ApiError(reason, status=status, message=fault.message or RULES[reason].message).reply()

    async def act(self, deed: Deed) -> Json:
        """Somebody comments on a video."""
        if deed.kind != "comment" or deed.target_id not in self.world.timeline:
            raise NotOffered("only comments on videos that people can see")
        remark = comments.add_remark(self._studio, deed.target_id, deed.username, deed.text, deed.parent_id)
        return {"id": remark.id}

    async def subscribe(self, platform: str, order: Mapping[str, Json]) -> Json:
        """Subscribe a callback to the feeds of all channels, or of `channel`."""
        wanted = str(order.get("channel") or "")
        form = {"hub.callback": str(order.get("url", "")), "hub.mode": "subscribe"}
        form |= {f"hub.{name}": str(order[name]) for name in ("secret", "verify_token") if order.get(name)}
        topics = [
            TOPIC + channel.id
            for channel in self.world.accounts.values()
            if channel.platform == platform and wanted in ("", channel.id, channel.username)
        ]
        for topic in topics:
            if not await self._hub.verify({**form, "hub.topic": topic}, int(LEASE.total_seconds())):
                raise NotOffered("the callback did not give hub.challenge back")
        return {"topics": list(topics)}


def is_public(video: Video) -> bool:
    """Whether everybody can find it."""
    return video.privacy == "public" and video.published_at is not None
