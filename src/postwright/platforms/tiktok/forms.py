"""What a post is begun with, as pure functions from the content to the call's body.

Documents: content-posting-api-reference-direct-post, …-photo-post.
"""

from postwright.domain.errors import Rejected
from postwright.domain.media import Attachment
from postwright.domain.post import Content
from postwright.platforms.tiktok.spec import chosen
from postwright.platforms.tiktok.uploads import Chunks

Json = dict[str, object]


def video(content: Content, chunks: Chunks) -> Json:
    """A video that is posted; its caption is called title."""
    options = chosen(content)
    info = {
        "title": content.caption,
        **_who_and_how(content),
        "disable_duet": not options.allow_duet,
        "disable_stitch": not options.allow_stitch,
        "is_aigc": options.is_aigc,
    }
    if options.video_cover_timestamp_ms is not None:
        info["video_cover_timestamp_ms"] = options.video_cover_timestamp_ms
    return {"post_info": info, **draft_video(chunks)}


def draft_video(chunks: Chunks) -> Json:
    """A video for the inbox: its bytes and nothing else."""
    return {
        "source_info": {
            "source": "FILE_UPLOAD",
            "video_size": chunks.total,
            "chunk_size": chunks.size,
            "total_chunk_count": chunks.count,
        }
    }


def photos(content: Content) -> Json:
    """Photos that are posted."""
    options = chosen(content)
    info = {**_texts(content), **_who_and_how(content), "auto_add_music": options.auto_add_music}
    return {**_photos(content, "DIRECT_POST", info), "is_aigc": options.is_aigc}


def draft_photos(content: Content) -> Json:
    """Photos for the inbox."""
    return _photos(content, "MEDIA_UPLOAD", _texts(content))


def _photos(content: Content, mode: str, info: Json) -> Json:
    return {
        "media_type": "PHOTO",
        "post_mode": mode,
        "post_info": info,
        "source_info": {
            "source": "PULL_FROM_URL",
            "photo_cover_index": chosen(content).photo_cover_index,
            "photo_images": [_address(one) for one in content.attachments],
        },
    }


def _texts(content: Content) -> Json:
    return {"title": chosen(content).title or "", "description": content.caption}


def _who_and_how(content: Content) -> Json:
    options = chosen(content)
    return {
        "privacy_level": options.privacy_level,
        "disable_comment": not options.allow_comment,
        "brand_content_toggle": options.brand_content_toggle,
        "brand_organic_toggle": options.brand_organic_toggle,
    }


def _address(attachment: Attachment) -> str:
    if not attachment.url:
        raise Rejected("TikTok fetches photos from this server, which has no public address yet.", field="media")
    return attachment.url
