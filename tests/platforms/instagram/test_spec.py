"""Instagram's limits as data, judged by the rules that all platforms share."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from postwright.domain.check import check, choose_kind
from postwright.domain.errors import Finding
from postwright.domain.media import Attachment
from postwright.domain.post import Content
from postwright.domain.publication import StepKind
from postwright.platforms.instagram.adapter import STEPS
from postwright.platforms.instagram.spec import (
    CAROUSEL_SIZE,
    IMAGE_POLL,
    LOGINS,
    ROUTES,
    SPEC,
    VIDEO_POLL,
    InstagramOptions,
)
from postwright.platforms.registry import PLATFORMS, describe
from tests.support.publishing import content, picture, video

PLAIN = InstagramOptions()
STORY = InstagramOptions(post_type="story")


def codes(post: Content) -> list[str]:
    return [finding.code for finding in check(SPEC.capability, post) if finding.severity == "error"]


def altered(attachment: Attachment, **facts: str | float | bool | None) -> Attachment:
    return replace(attachment, media=replace(attachment.media, facts=replace(attachment.media.facts, **facts)))  # type: ignore[arg-type]  # names and values as the tests below write them


@pytest.mark.parametrize(
    ("post", "kind"),
    [
        (content(PLAIN, picture()), "image"),
        (content(PLAIN, video()), "reel"),
        (content(PLAIN, picture(), video()), "carousel"),
        (content(STORY, picture()), "story"),
        (content(InstagramOptions(post_type="carousel"), picture()), "carousel"),
    ],
)
def test_the_media_choose_the_kind_unless_the_post_does(post: Content, kind: str) -> None:
    chosen = choose_kind(SPEC.capability, post)
    assert not isinstance(chosen, Finding)
    assert chosen.name == kind


@pytest.mark.parametrize(
    ("post", "expected"),
    [
        (content(PLAIN, picture()), []),
        (content(PLAIN, video()), []),
        (content(PLAIN, *[picture()] * 10), []),
        (content(PLAIN, *[picture()] * 11), ["too_many_media"]),
        (content(PLAIN), ["media_required"]),
        (content(InstagramOptions(post_type="carousel"), picture()), ["too_few_media"]),
        (content(PLAIN, picture(), caption="x" * 2200), []),
        (content(PLAIN, picture(), caption="😀" * 1101), ["caption_too_long"]),
        (content(PLAIN, picture(), caption="#a " * 31), ["too_many_hashtags"]),
        (content(PLAIN, picture(), caption="@a " * 21), ["too_many_mentions"]),
        (content(PLAIN, picture(alt_text="x" * 1001)), ["alt_text_too_long"]),
        (content(PLAIN, altered(picture(), width=800, height=1000)), []),
        (content(PLAIN, altered(picture(), width=700, height=1000)), ["aspect_ratio"]),
        (content(PLAIN, altered(picture(), width=2000, height=1000)), ["aspect_ratio"]),
        (content(PLAIN, altered(picture(), width=319, height=319)), ["image_too_small"]),
        (content(PLAIN, altered(picture(), mime="image/png")), []),
        (content(STORY, altered(picture(), width=1080, height=1920)), []),
        (content(PLAIN, altered(video(), duration_s=2.9)), ["video_duration_too_small"]),
        (content(PLAIN, altered(video(), duration_s=901)), ["video_duration_too_big"]),
        (content(STORY, altered(video(), duration_s=61)), ["video_duration_too_big"]),
        (content(PLAIN, altered(video(), fps=61)), ["video_frame_rate_too_big"]),
        (content(PLAIN, altered(video(), video_codec="vp9")), ["video_codec"]),
        (content(PLAIN, altered(video(), audio_codec="mp3")), ["audio_codec"]),
        (content(PLAIN, altered(video(), audio_codec=None)), []),
        (content(PLAIN, altered(video(), faststart=False)), ["video_not_streamable"]),
        (content(PLAIN, altered(video(), size_bytes=301 * 1024 * 1024)), ["media_too_big"]),
        (content(PLAIN, altered(video(), mime="video/webm")), ["media_format"]),
        (content(InstagramOptions(cover_url="https://x.example/c.jpg"), picture()), ["option_not_for_kind"]),
        (content(InstagramOptions(post_type="story", location_id="1"), picture()), ["option_not_for_kind"]),
    ],
)
def test_the_documented_limits_hold(post: Content, expected: list[str]) -> None:
    assert codes(post) == expected


@pytest.mark.parametrize(
    "options",
    [
        {"post_type": "poll"},
        {"first_comment": "x" * 2201},
        {"collaborators": ["a", "b", "c", "d"]},
        {"user_tags": [{"username": "a", "x": 1.1}]},
        {"user_tags": [{"username": "a", "index": 10}]},
        {"location_id": "Berlin"},
        {"thumb_offset_ms": -1},
        {"cover_url": "ftp://x"},
        {"unknown": 1},
    ],
)
def test_options_that_cannot_be_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        InstagramOptions.model_validate(options)


def test_every_option_explains_itself_to_people() -> None:
    properties = InstagramOptions.model_json_schema()["properties"]
    assert all(len(option["description"]) > 20 for option in properties.values())


def test_the_options_of_the_kinds_are_options() -> None:
    named = {name for kind in SPEC.capability.kinds for name in kind.options}
    assert named == set(InstagramOptions.model_fields) - {"post_type"}


def test_each_step_has_a_function_and_only_two_are_seen_by_people() -> None:
    assert set(STEPS) == set(SPEC.steps)
    assert [step for step, kind in SPEC.steps.items() if kind is StepKind.COMMIT] == ["publish", "first_comment"]


def test_the_instagram_login_comes_first_and_each_login_has_a_route_within_its_scopes() -> None:
    assert [login.id for login in LOGINS] == ["instagram", "facebook"]
    for login in LOGINS:
        names = {scope.name: scope.required for scope in login.scopes}
        assert names[ROUTES[login.id].publish_scope]
        assert names[ROUTES[login.id].comment_scope] is False


def test_poll_plans_slow_down_and_end() -> None:
    pictures = [IMAGE_POLL.delay(looks) for looks in range(40)]
    assert [delay.total_seconds() for delay in pictures[:5] if delay] == [2, 4, 8, 10, 10]
    assert pictures[-1] is None
    videos = [delay.total_seconds() for looks in range(40) if (delay := VIDEO_POLL.delay(looks))]
    assert videos[:3] == [10, 15, 22.5]
    assert max(videos) == 60
    assert 900 <= sum(videos) <= 960


def test_the_registry_describes_each_platform_as_plain_values() -> None:
    (found,) = [platform for platform in describe() if platform.id == "instagram"]
    assert set(PLATFORMS) == {platform.id for platform in describe()}
    assert found.icon == "p-instagram"
    assert [(kind.name, kind.media) for kind in found.kinds] == [
        ("image", ("image",)),
        ("reel", ("video",)),
        ("carousel", ("image", "video")),
        ("story", ("image", "video")),
    ]
    assert (found.kinds[2].min_media, found.kinds[2].max_media) == CAROUSEL_SIZE
    assert (found.limits.caption.limit, found.limits.calls, found.limits.window_seconds) == (2200, 200, 3600)
    as_json = found.model_dump(mode="json")
    assert as_json["kinds"][0]["image"]["convert_to"] == "image/jpeg"
    assert "first_comment" in as_json["options_schema"]["properties"]
