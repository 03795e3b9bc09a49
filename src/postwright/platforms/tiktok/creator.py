"""What the account's owner allows for posts, as choices before and as a rule when a post goes out.

Document: content-posting-api-reference-query-creator-info.
"""

from collections.abc import Mapping

from postwright.domain.errors import Rejected
from postwright.domain.post import Content
from postwright.platforms.base import Call, OptionValue
from postwright.platforms.tiktok import api, spec
from postwright.platforms.tiktok.wire import Creator

_NO = OptionValue("false", "No")
_YES = OptionValue("true", "Yes")


async def choices(call: Call) -> Mapping[str, tuple[OptionValue, ...]]:
    """Who may be shown a post, and what may be allowed under it, on this account."""
    found = await api.creator(call, call.token)
    known = [
        OptionValue(one, spec.PRIVACY_NAMES[one]) for one in found.privacy_level_options if one in spec.PRIVACY_NAMES
    ]
    allowed = {name: (_NO,) if off else (_NO, _YES) for name, off in _switches(found).items()}
    return {"privacy_level": tuple(known), **allowed}


def hold_to(content: Content, creator: Creator) -> None:
    """Raises Rejected where the post goes beyond what the owner allows."""
    options = spec.chosen(content)
    if options.privacy_level not in creator.privacy_level_options:
        offered = ", ".join(spec.PRIVACY_NAMES.get(one, one) for one in creator.privacy_level_options)
        raise Rejected(
            f"The account offers other choices of who sees a post: {offered}.", field="options.privacy_level"
        )
    for name, off in _switches(creator).items():
        if off and getattr(options, name):
            what = name.removeprefix("allow_")
            raise Rejected(f"The account's owner has switched {what}s off in the TikTok app.", field=f"options.{name}")
    longest, length = creator.max_video_post_duration_sec, content.attachments[0].media.facts.duration_s
    if longest is not None and length is not None and length > longest:
        raise Rejected(f"The video has {length:.0f} seconds; this account may post {longest}.", field="media")


def _switches(creator: Creator) -> dict[str, bool]:
    return {
        "allow_comment": creator.comment_disabled,
        "allow_duet": creator.duet_disabled,
        "allow_stitch": creator.stitch_disabled,
    }
