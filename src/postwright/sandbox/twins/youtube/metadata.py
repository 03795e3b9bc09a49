"""What YouTube refuses of a video's metadata, with its own reasons."""

import re
from collections.abc import Mapping
from datetime import datetime

from postwright.sandbox.call import Json
from postwright.sandbox.twins.youtube.errors import ApiError
from postwright.sandbox.twins.youtube.rules import (
    CATEGORIES,
    DEFAULT_CATEGORY,
    DESCRIPTION_BYTES,
    TAGS_CHARS,
    TITLE_CHARS,
)


def check_metadata(body: Mapping[str, Json]) -> None:
    """Refuse what YouTube refuses of a video's metadata, with its own reason."""
    snippet, status = part_of(body, "snippet"), part_of(body, "status")
    title, description = str(snippet.get("title", "")), str(snippet.get("description", ""))
    tags = snippet.get("tags", [])
    broken = {
        "invalidTitle": not title.strip() or len(title) > TITLE_CHARS or _angled(title),
        "invalidDescription": len(description.encode()) > DESCRIPTION_BYTES or _angled(description),
        "invalidTags": not isinstance(tags, list) or not _are_tags(tags),
        "invalidCategoryId": snippet.get("categoryId", DEFAULT_CATEGORY) not in CATEGORIES,
        "defaultLanguageNotSet": bool(body.get("localizations")) and not snippet.get("defaultLanguage"),
        "invalidVideoMetadata": not _is_language(snippet, "defaultLanguage")
        or not _is_language(snippet, "defaultAudioLanguage"),
        "invalidPublishAt": "publishAt" in status
        and (status.get("privacyStatus") != "private" or _instant(status["publishAt"]) is None),
        "invalidRecordingDetails": not _is_recording(part_of(body, "recordingDetails")),
        "invalidVideoGameRating": not _is_rating(part_of(part_of(body, "contentDetails"), "contentRating")),
    }
    for reason, is_broken in broken.items():
        if is_broken:
            raise ApiError(reason)


def part_of(body: Mapping[str, Json], name: str) -> Mapping[str, Json]:
    """An object inside of a body; an empty one where there is none."""
    part = body.get(name, {})
    return part if isinstance(part, Mapping) else {}


def _angled(text: str) -> bool:
    return "<" in text or ">" in text


def _are_tags(tags: list[Json]) -> bool:
    """Joined by commas; a tag with a space counts two quotes more."""
    if not all(isinstance(tag, str) and tag.strip() and not _angled(tag) for tag in tags):
        return False
    lengths = [len(str(tag)) + 2 * (" " in str(tag)) for tag in tags]
    return sum(lengths) + max(0, len(tags) - 1) <= TAGS_CHARS


def _is_language(snippet: Mapping[str, Json], name: str) -> bool:
    return bool(re.fullmatch(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*", str(snippet.get(name, "en"))))


def _instant(text: Json) -> datetime | None:
    try:
        instant = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return instant if instant.tzinfo else None


def _is_recording(details: Mapping[str, Json]) -> bool:
    return "recordingDate" not in details or _instant(details["recordingDate"]) is not None


def _is_rating(rating: Mapping[str, Json]) -> bool:
    """A rating begins with its scheme: `ytRating` is `ytAgeRestricted`."""
    return all(name == "contentRating" or str(value).startswith(name[:-6]) for name, value in rating.items())
