"""What a post and its comment are asked for with, as pure functions from the content to the call's body.

Document: marketing/community-management/shares/posts-api.
"""

from collections.abc import Mapping, Sequence
from pathlib import PurePath

from postwright.domain.capability import PostKind
from postwright.domain.post import Content
from postwright.kit.text import shorten
from postwright.platforms.linkedin import spec
from postwright.platforms.linkedin.littletext import little_text
from postwright.platforms.linkedin.spec import LinkedInOptions

Body = Mapping[str, object]


def options(content: Content) -> LinkedInOptions:
    """The content's options as LinkedIn's own."""
    if not isinstance(content.options, LinkedInOptions):
        raise TypeError(f"options of another platform: {type(content.options).__name__}")
    return content.options


def commentary(content: Content) -> str:
    """The text, as LinkedIn is told it."""
    return little_text(content.caption, {mention.name: mention.urn for mention in options(content).mentions})


def post(kind: PostKind, content: Content, author: str, assets: Sequence[str]) -> Body:
    """The post itself, once its assets are there."""
    chosen = options(content)
    shown = _shown(kind, content, assets)
    return {
        "author": author,
        "commentary": commentary(content),
        "visibility": chosen.visibility,
        "distribution": {"feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": []},
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": chosen.disable_reshare,
        **({"content": shown} if shown else {}),
    }


def comment(content: Content, author: str, urn: str) -> Body:
    """The first comment; plain text, unlike the post."""
    return {"actor": author, "object": urn, "message": {"text": options(content).first_comment}}


def _shown(kind: PostKind, content: Content, assets: Sequence[str]) -> Body:
    chosen = options(content)
    if kind is spec.POLL and chosen.poll:
        answers = [{"text": answer} for answer in chosen.poll.options]
        settings = {"duration": chosen.poll.duration}
        return {"poll": {"question": chosen.poll.question, "options": answers, "settings": settings}}
    if kind is spec.ARTICLE and chosen.article:
        return {"article": _given(_article(chosen.article), thumbnail=next(iter(assets), None))}
    items = [
        _given({"id": urn}, altText=one.alt_text if kind.alt_text else None)
        for urn, one in zip(assets, content.attachments, strict=True)
    ]
    if kind is spec.IMAGES:
        return {"multiImage": {"images": items}}
    return {"media": _given(items[0], title=_title(kind, content))} if items else {}


def _article(article: spec.Article) -> Body:
    return _given({"source": article.url, "title": article.title}, description=article.description)


def _title(kind: PostKind, content: Content) -> str | None:
    """A document must have one; its file's name is better than none."""
    if kind is spec.DOCUMENT:
        return options(content).title or shorten(PurePath(content.attachments[0].media.name).stem, spec.TITLE_LENGTH)
    return options(content).title


def _given(fixed: Body, **more: str | None) -> Body:
    return {**fixed, **{name: value for name, value in more.items() if value}}
