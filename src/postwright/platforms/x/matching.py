"""Is that post the one that we sent? Pure.

X shortens links, writes &, < and > as HTML, and ends a post with a link to its own media. All of that is undone
before texts are compared; so is what it adds to a link that was written without a scheme.
"""

import html
import re
import unicodedata
from collections.abc import Sequence

from postwright.platforms.x.wire import Post

_SCHEME = re.compile("https?://", re.IGNORECASE)


def is_same(post: Post, text: str, media: Sequence[str], parent: str | None) -> bool:
    """Whether a post has this text and these files, and answers `parent` (None: answers and quotes nothing)."""
    references = {("replied_to", parent)} if parent else set()
    return (
        {(one.type, one.id) for one in post.references} == references
        and {key.rpartition("_")[2] for key in post.attachments.media_keys} == set(media)
        and _plain(_written(post)) == _plain(text)
    )


def _written(post: Post) -> str:
    """The text as its author wrote it."""
    text = html.unescape(post.text)
    for link in post.entities.urls:
        is_own = f"/status/{post.id}/" in link.expanded_url
        text = text.replace(link.url, "" if is_own else link.expanded_url)
    return text


def _plain(text: str) -> str:
    words = _SCHEME.sub("", unicodedata.normalize("NFC", text)).split()
    return " ".join(word.rstrip("/") for word in words)
