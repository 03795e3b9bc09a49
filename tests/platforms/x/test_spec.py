"""X's limits as data, judged by the rules that all platforms share."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from postwright.domain.capability import Options
from postwright.domain.check import check, choose_kind
from postwright.domain.errors import Finding
from postwright.domain.media import Attachment
from postwright.domain.post import Content
from postwright.domain.publication import StepKind
from postwright.platforms.base import AppCredentials
from postwright.platforms.oauth import authorize_url, challenge
from postwright.platforms.x.adapter import STEPS
from postwright.platforms.x.spec import LOGIN, MOST_REPLIES, SPEC, Poll, XOptions, further
from tests.support.publishing import CREDENTIALS, content, picture, video

MB = 1024 * 1024
PLAIN = XOptions()
POLL = XOptions(poll=Poll(options=("Yes", "No")))


def altered(attachment: Attachment, **facts: str | float | bool | None) -> Attachment:
    return replace(attachment, media=replace(attachment.media, facts=replace(attachment.media.facts, **facts)))  # type: ignore[arg-type]  # names and values as the tests below write them


def clip(**facts: str | float | bool | None) -> Attachment:
    return altered(video(), **{"width": 1280, "height": 720, **facts})


def gif(**facts: str | float | bool | None) -> Attachment:
    return altered(picture(), **{"mime": "image/gif", **facts})


def thread(*texts: str) -> Content:
    return content(XOptions(thread=texts))


@pytest.mark.parametrize(
    ("post", "kind"),
    [
        (content(PLAIN), "text"),
        (content(POLL), "poll"),
        (content(PLAIN, picture()), "image"),
        (content(PLAIN, gif()), "gif"),
        (content(PLAIN, gif(), gif()), "image"),
        (content(PLAIN, clip()), "video"),
        (content(POLL, picture()), "image"),
        (content(XOptions(post_type="image"), gif()), "image"),
    ],
)
def test_the_media_and_the_poll_choose_the_kind_unless_the_post_does(post: Content, kind: str) -> None:
    chosen = choose_kind(SPEC.capability, post)
    assert not isinstance(chosen, Finding)
    assert chosen.name == kind


@pytest.mark.parametrize(
    "post",
    [
        content(PLAIN, caption="x" * 280),
        content(PLAIN, caption="パ" * 140),
        content(PLAIN, caption="x" * 256 + " https://example.org/" + "y" * 100),
        content(PLAIN, picture(), caption=""),
        content(PLAIN, *[picture(alt_text="x" * 1000)] * 4),
        content(PLAIN, altered(picture(), mime="image/tiff", size_bytes=50 * MB)),
        content(PLAIN, gif(width=1280, height=1080, size_bytes=15 * MB)),
        content(PLAIN, gif(width=600, height=600, duration_s=35.0, fps=10.0)),
        content(PLAIN, gif(width=1000, height=1000, duration_s=30.0, fps=10.0)),
        content(PLAIN, clip(width=1280, height=1024)),
        content(PLAIN, clip(width=1024, height=1280)),
        content(PLAIN, clip(width=32, height=32)),
        content(PLAIN, clip(duration_s=0.5, fps=60, size_bytes=512 * MB)),
        content(PLAIN, clip(duration_s=140, audio_codec=None, mime="video/quicktime")),
        thread("x" * 280, "パ" * 140),
    ],
)
def test_what_is_exactly_at_a_limit_goes_out(post: Content) -> None:
    assert check(SPEC.capability, post) == ()


@pytest.mark.parametrize(
    ("post", "field", "code", "limit", "value"),
    [
        (content(PLAIN, caption="x" * 281), "caption", "caption_too_long", 280, 281),
        (content(PLAIN, caption="パ" * 141), "caption", "caption_too_long", 280, 282),
        (content(PLAIN, caption=" "), "caption", "caption_required", 1, 0),
        (content(POLL, caption=""), "caption", "caption_required", 1, 0),
        (content(POLL, picture()), "options.poll", "option_not_for_kind", None, "poll"),
        (content(PLAIN, *[picture()] * 5), "media", "too_many_media", 4, 5),
        (content(PLAIN, picture(), clip()), "media", "media_mix_unsupported", None, None),
        (content(PLAIN, picture(alt_text="x" * 1001)), "media.0.alt_text", "alt_text_too_long", 1000, 1001),
        (content(PLAIN, gif(width=1281)), "media.0", "image_too_large", 1280, 1281),
        (content(PLAIN, gif(height=1081)), "media.0", "image_too_large", 1080, 1081),
        (content(PLAIN, gif(size_bytes=15 * MB + 1)), "media.0", "media_too_big", 15 * MB, 15 * MB + 1),
        (content(PLAIN, gif(duration_s=35.1, fps=10.0, width=9)), "media.0", "animation_length_too_big", 350, 351),
        (
            content(PLAIN, gif(width=1000, height=1000, duration_s=30.1, fps=10.0)),
            "media.0",
            "animation_too_big",
            300_000_000,
            301_000_000,
        ),
        (content(PLAIN, clip(width=1281)), "media.0", "video_width_too_big", 1280, 1281),
        (content(PLAIN, clip(width=720, height=1281)), "media.0", "video_height_too_big", 1280, 1281),
        (content(PLAIN, clip(height=1025)), "media.0", "video_short_side_too_big", 1024, 1025),
        (content(PLAIN, clip(width=31, height=32)), "media.0", "video_width_too_small", 32, 31),
        (content(PLAIN, clip(width=1000, height=100)), "media.0", "aspect_ratio", "0.333333–3", 10.0),
        (content(PLAIN, clip(duration_s=0.4)), "media.0", "video_duration_too_small", 0.5, 0.4),
        (content(PLAIN, clip(duration_s=140.1)), "media.0", "video_duration_too_big", 140, 140.1),
        (content(PLAIN, clip(fps=60.1)), "media.0", "video_frame_rate_too_big", 60, 60.1),
        (content(PLAIN, clip(video_codec="hevc")), "media.0", "video_codec", "h264", "hevc"),
        (content(PLAIN, clip(audio_codec="mp3")), "media.0", "audio_codec", "aac", "mp3"),
        (content(PLAIN, clip(size_bytes=512 * MB + 1)), "media.0", "media_too_big", 512 * MB, 512 * MB + 1),
        (thread("first", " "), "options.thread.1", "thread_text_required", 1, 0),
        (thread("x" * 281), "options.thread.0", "thread_text_too_long", 280, 281),
    ],
)
def test_what_is_over_a_limit_is_told(
    post: Content, field: str, code: str, limit: float | str | None, value: float | str | None
) -> None:
    (found,) = [finding for finding in check(SPEC.capability, post) if finding.severity == "error"]
    assert (found.field, found.code, found.limit, found.value) == (field, code, limit, value)


def test_the_words_for_a_post_of_a_thread_count_the_first_post_too() -> None:
    (found,) = check(SPEC.capability, thread("x" * 281))
    assert found.message == "Post 2 of the thread has 281 characters; 280 are allowed."


def test_options_of_another_platform_are_a_mistake_of_the_programmer() -> None:
    with pytest.raises(TypeError, match="another platform"):
        tuple(further(content(Options()), SPEC.capability.kinds[-1]))


@pytest.mark.parametrize(
    "options",
    [
        {"post_type": "story"},
        {"thread": ["x"] * (MOST_REPLIES + 1)},
        {"reply_settings": "everyone"},
        {"poll": {"options": ["Yes"]}},
        {"poll": {"options": ["a", "b", "c", "d", "e"]}},
        {"poll": {"options": ["Yes", ""]}},
        {"poll": {"options": ["Yes", "x" * 26]}},
        {"poll": {"options": ["Yes", "No"], "duration_minutes": 4}},
        {"poll": {"options": ["Yes", "No"], "duration_minutes": 10_081}},
        {"poll": {"options": ["Yes", "No"], "question": "?"}},
        {"first_comment": "a thread of one says it"},
    ],
)
def test_options_that_cannot_be_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        XOptions.model_validate(options)


@pytest.mark.parametrize("minutes", [5, 10_080])
def test_a_poll_may_be_as_short_and_as_long_as_its_limits(minutes: int) -> None:
    poll = {"options": ["x" * 25, "No", "a", "b"], "duration_minutes": minutes}
    assert XOptions.model_validate({"poll": poll, "thread": ["x"] * MOST_REPLIES}).poll is not None


def test_every_option_explains_itself_to_people_and_is_an_option_of_some_kind() -> None:
    properties = XOptions.model_json_schema()["properties"]
    assert all(len(option["description"]) > 20 for option in properties.values())
    named = {name for kind in SPEC.capability.kinds for name in kind.options}
    assert named == set(XOptions.model_fields) - {"post_type"}


def test_what_a_poll_needs_has_an_example_that_is_one() -> None:
    (example,) = XOptions.model_json_schema()["properties"]["poll"]["examples"]
    assert XOptions.model_validate({"poll": example}).poll is not None


def test_each_step_has_a_function_and_people_see_posts_alone() -> None:
    assert set(STEPS) == set(SPEC.steps)
    assert [step for step, kind in SPEC.steps.items() if kind is StepKind.COMMIT] == ["post", "reply"]


def test_a_consent_is_asked_for_with_spaces_between_the_scopes_and_a_challenge() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    app = AppCredentials("cid", CREDENTIALS.client_secret)
    url = authorize_url(LOGIN, app, redirect_uri="https://post.example/back", state="s", verifier=verifier)
    assert url == (
        "https://x.com/i/oauth2/authorize?client_id=cid&redirect_uri=https%3A%2F%2Fpost.example%2Fback&response_type=code"
        "&scope=tweet.read%20users.read%20tweet.write%20media.write%20offline.access&state=s"
        "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
    )
    assert challenge(LOGIN, verifier) in url
