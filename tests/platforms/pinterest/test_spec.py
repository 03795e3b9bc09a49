"""Pinterest's limits as data, each at its end and one over it, judged by the rules that all platforms share."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from postwright.domain.check import check, choose_kind
from postwright.domain.errors import Finding
from postwright.domain.media import Attachment
from postwright.domain.post import Content
from postwright.domain.publication import StepKind
from postwright.platforms.pinterest.adapter import STEPS
from postwright.platforms.pinterest.spec import LOGIN, MEDIA_POLL, SPEC, PinterestOptions
from postwright.platforms.registry import describe
from tests.support.publishing import content, picture, video

PLAIN = PinterestOptions(board_id="8100")
MB = 1024 * 1024


def chosen(**options: object) -> PinterestOptions:
    return PinterestOptions.model_validate({"board_id": "8100", **options})


def altered(attachment: Attachment, **facts: str | float | bool | None) -> Attachment:
    return replace(attachment, media=replace(attachment.media, facts=replace(attachment.media.facts, **facts)))  # type: ignore[arg-type]  # names and values as the tests below write them


def found(post: Content, severity: str = "error") -> list[tuple[str, str, object, object]]:
    findings = [one for one in check(SPEC.capability, post) if one.severity == severity]
    return [(one.field, one.code, one.limit, one.value) for one in findings]


@pytest.mark.parametrize(
    ("post", "kind"),
    [
        (content(PLAIN, picture()), "image"),
        (content(PLAIN, picture(), picture()), "carousel"),
        (content(PLAIN, video()), "video"),
        (content(chosen(post_type="carousel"), picture()), "carousel"),
    ],
)
def test_the_media_choose_the_kind_unless_the_post_does(post: Content, kind: str) -> None:
    wanted = choose_kind(SPEC.capability, post)
    assert not isinstance(wanted, Finding)
    assert wanted.name == kind


@pytest.mark.parametrize(
    ("within", "beyond", "expected"),
    [
        (
            content(PLAIN, picture(), caption="😀" * 800),
            content(PLAIN, picture(), caption="😀" * 801),
            ("caption", "caption_too_long", 800, 801),
        ),
        (
            content(PLAIN, picture(alt_text="x" * 500)),
            content(PLAIN, picture(alt_text="x" * 501)),
            ("media.0.alt_text", "alt_text_too_long", 500, 501),
        ),
        (
            content(PLAIN, *[picture()] * 5),
            content(PLAIN, *[picture()] * 6),
            ("media", "too_many_media", 5, 6),
        ),
        (
            content(chosen(post_type="carousel"), *[picture()] * 2),
            content(chosen(post_type="carousel"), picture()),
            ("media", "too_few_media", 2, 1),
        ),
        (
            content(PLAIN, altered(video(), duration_s=4.0)),
            content(PLAIN, altered(video(), duration_s=3.9)),
            ("media.0", "video_duration_too_small", 4, 3.9),
        ),
        (
            content(PLAIN, altered(video(), duration_s=900.0)),
            content(PLAIN, altered(video(), duration_s=900.1)),
            ("media.0", "video_duration_too_big", 900, 900.1),
        ),
        (
            content(PLAIN, altered(video(), size_bytes=2048 * MB)),
            content(PLAIN, altered(video(), size_bytes=2048 * MB + 1)),
            ("media.0", "media_too_big", 2048 * MB, 2048 * MB + 1),
        ),
        (
            content(PLAIN, altered(video(), width=1000, height=2000)),
            content(PLAIN, altered(video(), width=998, height=2000)),
            ("media.0", "aspect_ratio", "0.5–1.91", 0.499),
        ),
        (
            content(PLAIN, altered(video(), width=1910, height=1000)),
            content(PLAIN, altered(video(), width=1912, height=1000)),
            ("media.0", "aspect_ratio", "0.5–1.91", 1.912),
        ),
        (
            content(PLAIN, altered(video(), mime="video/x-m4v", video_codec="hevc")),
            content(PLAIN, altered(video(), mime="video/webm")),
            ("media.0", "media_format", "video/mp4, video/quicktime, video/x-m4v", "video/webm"),
        ),
        (
            content(PLAIN, picture(), picture()),
            content(PLAIN, picture(), altered(picture(), width=1081)),
            ("media.1", "carousel_size_mismatch", "1080×1080", "1081×1080"),
        ),
        (
            content(chosen(cover_time_ms=9000), video()),
            content(chosen(cover_time_ms=9001), video()),
            ("options.cover_time_ms", "cover_time_too_late", 9000, 9001),
        ),
        (
            content(chosen(cover_time_ms=0), video()),
            content(chosen(cover_time_ms=0, cover_url="https://x.example/c.jpg"), video()),
            ("options.cover_time_ms", "cover_given_twice", None, None),
        ),
        (
            content(chosen(cover_url="https://x.example/c.jpg"), video()),
            content(chosen(cover_url="https://x.example/c.jpg"), picture()),
            ("options.cover_url", "option_not_for_kind", None, "cover_url"),
        ),
        (
            content(PLAIN, picture()),
            content(PinterestOptions(), picture()),
            ("options.board_id", "option_required", None, None),
        ),
    ],
)
def test_a_limit_holds_at_its_end_and_not_beyond(within: Content, beyond: Content, expected: object) -> None:
    assert found(within) == []
    assert found(beyond) == [expected]


def test_pictures_of_other_formats_and_larger_ones_are_made_to_fit() -> None:
    assert found(content(PLAIN, altered(picture(), mime="image/png"))) == []
    assert found(content(PLAIN, altered(picture(), mime="image/webp", size_bytes=30 * MB))) == []


def test_a_carousel_says_which_alternative_texts_are_left_out() -> None:
    post = content(PLAIN, picture(alt_text="first"), picture(), picture(alt_text="third"))
    assert [one[:2] for one in found(post, "warning")] == [("media.2.alt_text", "alt_text_ignored")]
    assert found(post) == []


@pytest.mark.parametrize(
    ("within", "beyond"),
    [
        ({"title": "😀" * 100}, {"title": "x" * 101}),
        ({"link": "https://x.example/" + "a" * 2030}, {"link": "https://x.example/" + "a" * 2031}),
        ({"link": "http://x.example"}, {"link": "ftp://x.example"}),
        ({"board_id": "81"}, {"board_id": "81/../../82"}),
        ({"board_section_id": "9"}, {"board_section_id": "nine"}),
        ({"cover_url": "https://x.example/c.jpg"}, {"cover_url": "c.jpg"}),
        ({"cover_time_ms": 0}, {"cover_time_ms": -1}),
        ({"post_type": "video"}, {"post_type": "story"}),
        ({}, {"first_comment": "there are none"}),
    ],
)
def test_options_that_cannot_be_are_refused(within: dict[str, object], beyond: dict[str, object]) -> None:
    PinterestOptions.model_validate(within)
    with pytest.raises(ValidationError):
        PinterestOptions.model_validate(beyond)


def test_every_option_explains_itself_and_belongs_to_a_kind() -> None:
    properties = PinterestOptions.model_json_schema()["properties"]
    assert all(len(option["description"]) > 20 for option in properties.values())
    named = {name for kind in SPEC.capability.kinds for name in kind.options}
    assert named == set(PinterestOptions.model_fields) - {"post_type"}


def test_each_step_has_a_function_and_what_decides_whether_a_pin_is_out_is_never_blindly_repeated() -> None:
    assert set(STEPS) == set(SPEC.steps)
    assert [step for step, kind in SPEC.steps.items() if kind is StepKind.COMMIT] == ["publish"]
    assert SPEC.steps["confirm"] is StepKind.FOLLOW


def test_publishing_needs_every_scope_that_is_asked_for() -> None:
    assert all(scope.required for scope in LOGIN.scopes)
    assert {scope.name for scope in LOGIN.scopes} >= {"boards:read", "boards:write", "pins:read", "pins:write"}


def test_a_video_is_looked_at_ever_more_rarely_and_for_ten_minutes() -> None:
    delays = [delay.total_seconds() for looks in range(60) if (delay := MEDIA_POLL.delay(looks))]
    assert delays[:4] == [5, 7.5, 11.25, 16.875]
    assert max(delays) == 20
    assert 600 <= sum(delays) <= 620


def test_the_registry_describes_it_as_plain_values() -> None:
    (view,) = [platform for platform in describe() if platform.id == "pinterest"]
    assert view.account_options == ("board_id", "board_section_id")
    assert [(kind.name, kind.media, kind.required) for kind in view.kinds] == [
        ("image", ("image",), ("board_id",)),
        ("carousel", ("image",), ("board_id",)),
        ("video", ("video",), ("board_id",)),
    ]
    assert (view.limits.calls, view.limits.window_seconds, len(view.limits.quotas)) == (100, 60, 2)
