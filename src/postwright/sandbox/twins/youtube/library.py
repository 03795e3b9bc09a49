"""Channels, and playlists with what is in them."""

import base64
from datetime import datetime

from postwright.sandbox.call import Json, Reply
from postwright.sandbox.state import Account
from postwright.sandbox.twins.youtube.asking import Ask, body_of, listing, tagged, written
from postwright.sandbox.twins.youtube.errors import ApiError
from postwright.sandbox.twins.youtube.metadata import part_of
from postwright.sandbox.twins.youtube.resources import stamp, thumbnails
from postwright.sandbox.twins.youtube.rules import PLATFORM, TITLE_CHARS
from postwright.sandbox.twins.youtube.studio import Playlist, Studio, Video
from postwright.sandbox.twins.youtube.videos import is_visible

BORN = "2024-05-01T09:00:00Z"
"""When the seeded channels were made."""


def only(resource: dict[str, Json], parts: tuple[str, ...]) -> dict[str, Json]:
    """What was asked for of a resource, and its id."""
    return {name: value for name, value in resource.items() if name in (*parts, "id")}


def uploads_of(channel: Account) -> str:
    """Id of the playlist of everything a channel uploaded."""
    return f"UU{channel.id[2:]}"


def list_channels(studio: Studio, ask: Ask) -> Reply:
    """channels.list."""
    query, channels = ask.query, [c for c in studio.world.accounts.values() if c.platform == PLATFORM]
    if query.get("mine"):
        channels = [ask.channel]
    elif query.get("id"):
        channels = [channel for channel in channels if channel.id in query["id"].split(",")]
    else:
        handle = (query.get("forHandle") or query["forUsername"]).removeprefix("@").lower()
        channels = [channel for channel in channels if channel.username.lower() == handle]
    return listing(ask, "channel", [tagged("channel", only(_channel(studio, c), ask.parts)) for c in channels])


def _channel(studio: Studio, channel: Account) -> dict[str, Json]:
    videos = [video for video in studio.videos.values() if video.channel.id == channel.id and video.published_at]
    text: dict[str, Json] = {"title": channel.name, "description": channel.biography}
    picture = f"{studio.world.origin}/_sandbox/samples/square.jpg"
    sizes = {"default": 88, "medium": 240, "high": 800}
    return {
        "id": channel.id,
        "snippet": {
            **text,
            "customUrl": f"@{channel.username}",
            "publishedAt": BORN,
            "thumbnails": {name: {"url": picture, "width": size, "height": size} for name, size in sizes.items()},
            "localized": text,
        },
        "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": uploads_of(channel)}},
        "statistics": {
            "viewCount": "0",
            "subscriberCount": str(channel.followers),
            "hiddenSubscriberCount": False,
            "videoCount": str(len(videos)),
        },
        "status": {"privacyStatus": "public", "isLinked": True, "longUploadsStatus": "longUploadsUnspecified"},
    }


def list_playlists(studio: Studio, ask: Ask) -> Reply:
    """playlists.list; the uploads playlist is in no list."""
    query, found = ask.query, list(studio.playlists.values())
    if query.get("id"):
        found = [playlist for playlist in found if playlist.id in query["id"].split(",")]
    else:
        owner = query.get("channelId") or ask.channel.id
        if studio.world.find_account(owner, PLATFORM) is None:
            raise ApiError("channelNotFound")
        found = [playlist for playlist in found if playlist.channel.id == owner]
    seen = [p for p in found if p.channel.id == ask.channel.id or p.privacy == "public"]
    return listing(ask, "playlist", [_playlist(p, ask.parts) for p in seen])


def insert_playlist(studio: Studio, ask: Ask) -> Reply:
    """playlists.insert."""
    body = body_of(ask, ask.call.body)
    snippet = part_of(body, "snippet")
    if not snippet.get("title"):
        raise ApiError("playlistTitleRequired")
    title, text = str(snippet["title"]), str(snippet.get("description", ""))
    if len(title) > TITLE_CHARS or set("<>") & set(title + text):
        raise ApiError("invalidPlaylistSnippet")
    privacy = str(part_of(body, "status").get("privacyStatus", "public"))
    shown: dict[str, Json] = {"title": title, "description": text}
    playlist = Playlist(f"PL{studio.new_id(32)}", ask.channel, shown, privacy, studio.world.clock.now())
    studio.playlists[playlist.id] = playlist
    return written(ask, _playlist(playlist, ask.parts))


def _playlist(playlist: Playlist, parts: tuple[str, ...]) -> dict[str, Json]:
    shown: dict[str, Json] = {
        "id": playlist.id,
        "snippet": {
            **playlist.snippet,
            "publishedAt": stamp(playlist.created_at),
            "channelId": playlist.channel.id,
            "channelTitle": playlist.channel.name,
            "localized": playlist.snippet,
        },
        "status": {"privacyStatus": playlist.privacy},
        "contentDetails": {"itemCount": len(playlist.items)},
    }
    return tagged("playlist", only(shown, parts))


def list_playlist_items(studio: Studio, ask: Ask) -> Reply:
    """playlistItems.list, of a made playlist or of a channel's uploads (newest first)."""
    if not ask.query.get("playlistId"):
        return listing(ask, "playlistItem", [])
    name = ask.query["playlistId"]
    playlist = studio.playlists.get(name)
    uploader = next((c for c in studio.world.accounts.values() if uploads_of(c) == name), None)
    if playlist and (playlist.channel.id == ask.channel.id or playlist.privacy != "private"):
        entries = playlist.items
    elif uploader:
        mine = [video for video in studio.videos.values() if video.channel.id == uploader.id]
        entries = [(video.id, video.uploaded_at) for video in reversed(mine)]
    else:
        raise ApiError("playlistNotFound")
    wanted = ask.query.get("videoId")
    items = [
        _item(studio, ask, name, place, entry)
        for place, entry in enumerate(entries)
        if wanted in (None, entry[0]) and _is_listed(studio.videos[entry[0]], ask.channel)
    ]
    return listing(ask, "playlistItem", items)


def _is_listed(video: Video, channel: Account) -> bool:
    return video.channel.id == channel.id or video.privacy == "public"


def insert_playlist_item(studio: Studio, ask: Ask) -> Reply:
    """playlistItems.insert into a playlist of one's own."""
    body = body_of(ask, ask.call.body)
    snippet = part_of(body, "snippet")
    playlist = studio.playlists.get(str(snippet.get("playlistId", "")))
    video = studio.videos.get(str(part_of(snippet, "resourceId").get("videoId", "")))
    if snippet.get("playlistId") == uploads_of(ask.channel) or (playlist and playlist.channel.id != ask.channel.id):
        raise ApiError("playlistForbidden")
    if playlist is None:
        raise ApiError("playlistNotFound")
    if video is None or not is_visible(video, ask.channel):
        raise ApiError("videoNotFound")
    place = snippet.get("position", len(playlist.items))
    entry = (video.id, studio.world.clock.now())
    playlist.items.insert(place if isinstance(place, int) else 0, entry)
    studio.changed(video)
    return written(ask, _item(studio, ask, playlist.id, playlist.items.index(entry), entry))


def _item(studio: Studio, ask: Ask, playlist_id: str, place: int, entry: tuple[str, datetime]) -> dict[str, Json]:
    video, added_at = studio.videos[entry[0]], entry[1]
    owner = studio.playlists[playlist_id].channel if playlist_id in studio.playlists else video.channel
    shown: dict[str, Json] = {
        "id": base64.urlsafe_b64encode(f"{playlist_id}.{video.id}".encode()).decode(),
        "snippet": {
            "publishedAt": stamp(added_at),
            "channelId": owner.id,
            "title": video.snippet["title"],
            "description": video.snippet["description"],
            "thumbnails": thumbnails(studio, video),
            "channelTitle": owner.name,
            "playlistId": playlist_id,
            "position": place,
            "resourceId": {"kind": "youtube#video", "videoId": video.id},
            "videoOwnerChannelTitle": video.channel.name,
            "videoOwnerChannelId": video.channel.id,
        },
        "contentDetails": {
            "videoId": video.id,
            **({"videoPublishedAt": stamp(video.published_at)} if video.published_at else {}),
        },
        "status": {"privacyStatus": video.privacy},
    }
    return tagged("playlistItem", only(shown, ask.parts))
