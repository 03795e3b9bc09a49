"""Facebook's limits as data, judged by the rules that all platforms share: at each limit, and one over."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from postwright.domain.check import check, choose_kind
from postwright.domain.errors import Finding
from postwright.domain.media import Attachment
from postwright.domain.post import Content
from postwright.domain.publication import StepKind
from postwright.platforms.facebook.adapter import STEPS
from postwright.platforms.facebook.spec import (
    COMMENT_SCOPE,
    LOGINS,
    PUBLISH_SCOPE,
    SPEC,
    VIDEO_POLL,
    VIDEO_ROUTES,
    FacebookOptions,
)
from tests.support.publishing import content, picture, video

PLAIN = FacebookOptions()
REEL, STORY = FacebookOptions(post_type="reel"), FacebookOptions(post_type="story")
LINK = FacebookOptions(link="https://example.com/")
GB = 1024**3


def altered(attachment: Attachment, **facts: str | float | None) -> Attachment:
    return replace(attachment, media=replace(attachment.media, facts=replace(attachment.media.facts, **facts)))  # type: ignore[arg-type]  # names and values as the tests below write them


def errors(post: Content) -> list[Finding]:
    return [finding for finding in check(SPEC.capability, post) if finding.severity == "error"]


@pytest.mark.parametrize(
    ("post", "kind"),
    [
        (content(PLAIN), "text"),
        (content(LINK), "link"),
        (content(LINK, caption=""), "link"),
        (content(PLAIN, picture()), "photo"),
        (content(PLAIN, picture(), picture()), "photos"),
        (content(PLAIN, video()), "video"),
        (content(REEL, video()), "reel"),
        (content(STORY, picture()), "story"),
    ],
)
def test_media_and_a_link_choose_the_kind_unless_the_post_does(post: Content, kind: str) -> None:
    chosen = choose_kind(SPEC.capability, post)
    assert not isinstance(chosen, Finding)
    assert chosen.name == kind
    assert errors(post) == []


@pytest.mark.parametrize(
    ("fits", "beyond", "field", "code", "figures"),
    [
        (
            content(PLAIN, caption="😀" * 31_603),
            content(PLAIN, caption="😀" * 31_603 + "a"),
            "caption",
            "caption_too_long",
            (63_206, 63_207),
        ),
        (content(PLAIN, caption="a"), content(PLAIN, caption=" "), "caption", "caption_required", (1, 0)),
        (content(PLAIN, *[picture()] * 10), content(PLAIN, *[picture()] * 11), "media", "too_many_media", (10, 11)),
        (
            content(PLAIN, picture(alt_text="x" * 1000)),
            content(PLAIN, picture(alt_text="x" * 1001)),
            "media.0.alt_text",
            "alt_text_too_long",
            (1000, 1001),
        ),
    ],
)
def test_texts_and_counts_hold_to_the_limit(
    fits: Content, beyond: Content, field: str, code: str, figures: tuple[int, int]
) -> None:
    assert errors(fits) == []
    (found,) = errors(beyond)
    assert (found.field, found.code, (found.limit, found.value)) == (field, code, figures)


@pytest.mark.parametrize(
    ("options", "fact", "fits", "beyond", "code"),
    [
        (REEL, "duration_s", 3.0, 2.9, "video_duration_too_small"),
        (REEL, "duration_s", 90.0, 90.1, "video_duration_too_big"),
        (STORY, "duration_s", 60.0, 60.1, "video_duration_too_big"),
        (PLAIN, "duration_s", 14_400.0, 14_401.0, "video_duration_too_big"),
        (REEL, "fps", 23.976, 23.9, "video_frame_rate_too_small"),
        (REEL, "fps", 60.0, 60.1, "video_frame_rate_too_big"),
        (REEL, "audio_hz", 48_000, 96_000, "audio_sample_rate_too_big"),
        (PLAIN, "size_bytes", 10 * GB, 10 * GB + 1, "media_too_big"),
        (REEL, "size_bytes", GB, GB + 1, "media_too_big"),
        (REEL, "video_codec", "av1", "mpeg4", "video_codec"),
        (REEL, "audio_codec", None, "mp3", "audio_codec"),
        (REEL, "mime", "video/mp4", "video/quicktime", "media_format"),
        (PLAIN, "mime", "video/quicktime", "video/webm", "media_format"),
    ],
)
def test_videos_hold_to_the_limit(
    options: FacebookOptions, fact: str, fits: float | str | None, beyond: float | str, code: str
) -> None:
    assert errors(content(options, altered(video(), **{fact: fits}))) == []
    (found,) = errors(content(options, altered(video(), **{fact: beyond})))
    assert (found.field, found.code, found.value) == ("media.0", code, beyond)


@pytest.mark.parametrize(
    ("width", "height", "codes"),
    [
        (540, 960, []),
        (539, 960, ["video_width_too_small"]),
        (540, 959, ["video_height_too_small"]),
        (1080, 1080, ["aspect_ratio"]),
    ],
)
def test_reels_are_upright_and_not_too_small(width: int, height: int, codes: list[str]) -> None:
    found = errors(content(REEL, altered(video(), width=width, height=height)))
    assert [finding.code for finding in found] == codes


@pytest.mark.parametrize(
    ("post", "code"),
    [
        (content(LINK, picture()), "option_not_for_kind"),
        (content(FacebookOptions(title="x"), picture()), "option_not_for_kind"),
        (content(FacebookOptions(post_type="link")), "option_required"),
        (content(FacebookOptions(post_type="story", first_comment="x"), picture()), "option_not_for_kind"),
        (content(PLAIN, picture(), video()), "media_mix_unsupported"),
    ],
)
def test_what_does_not_go_together_is_said(post: Content, code: str) -> None:
    assert [finding.code for finding in errors(post)] == [code]


@pytest.mark.parametrize(
    "options",
    [
        {"post_type": "poll"},
        {"first_comment": "x" * 8001},
        {"title": "x" * 256},
        {"title": ""},
        {"link": "example.com"},
        {"link": "https://example.com/a b"},
        {"unknown": 1},
    ],
)
def test_options_that_cannot_be_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        FacebookOptions.model_validate(options)


def test_every_option_explains_itself_and_belongs_to_a_kind() -> None:
    properties = FacebookOptions.model_json_schema()["properties"]
    assert all(len(option["description"]) > 20 for option in properties.values())
    named = {name for kind in SPEC.capability.kinds for name in kind.options}
    assert named == set(FacebookOptions.model_fields) - {"post_type"}


def test_each_step_has_a_function_and_what_people_can_see_is_marked() -> None:
    assert set(STEPS) == set(SPEC.steps)
    seen = [step for step, kind in SPEC.steps.items() if kind is StepKind.COMMIT]
    assert seen == ["publish", "publish_story", "finish", "first_comment"]
    assert [step for step, kind in SPEC.steps.items() if kind is StepKind.FOLLOW] == ["look"]
    assert set(VIDEO_ROUTES) == {kind.name for kind in SPEC.capability.kinds if kind.video}


def test_publishing_needs_a_required_scope_and_the_comment_one_that_may_be_left_out() -> None:
    (login,) = LOGINS
    scopes = {scope.name: scope.required for scope in login.scopes}
    assert scopes[PUBLISH_SCOPE]
    assert not scopes[COMMENT_SCOPE]


def test_the_poll_plan_slows_down_and_ends_after_half_an_hour() -> None:
    delays = [delay.total_seconds() for looks in range(60) if (delay := VIDEO_POLL.delay(looks))]
    assert delays[:3] == [5, 7.5, 11.25]
    assert max(delays) == 60
    assert 1800 <= sum(delays) <= 1860
