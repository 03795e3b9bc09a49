"""YouTube's limits as data, judged by the rules that all platforms share."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from postwright.domain.check import check, choose_kind
from postwright.domain.errors import Finding
from postwright.domain.media import Attachment
from postwright.domain.post import Content
from postwright.domain.publication import StepKind
from postwright.platforms.youtube.adapter import STEPS
from postwright.platforms.youtube.options import TAGS_LENGTH, YouTubeOptions, tags_length, title_of
from postwright.platforms.youtube.spec import CHUNK, PROCESSING_POLL, SPEC
from postwright.platforms.youtube.uploads import resource
from tests.support.publishing import content, picture, video

PLAIN = YouTubeOptions()
SHORT = YouTubeOptions(post_type="short")
LATER = datetime(2027, 1, 1, 12, tzinfo=UTC)
MOST_BYTES, PICTURE_BYTES = 274_877_906_944, 52_428_800


def found(post: Content) -> list[tuple[str, str, object, object]]:
    errors = [one for one in check(SPEC.capability, post) if one.severity == "error"]
    return [(one.field, one.code, one.limit, one.value) for one in errors]


def altered(attachment: Attachment, **facts: str | float) -> Attachment:
    return replace(attachment, media=replace(attachment.media, facts=replace(attachment.media.facts, **facts)))  # type: ignore[arg-type]  # names and values as the tests below write them


@pytest.mark.parametrize(
    ("fits", "beyond", "expected"),
    [
        (content(PLAIN, video(), caption="é" * 2500), None, None),
        (
            content(PLAIN, video(), caption="é" * 2500),
            content(PLAIN, video(), caption="é" * 2500 + "a"),
            ("caption", "caption_too_long", 5000, 5001),
        ),
        (
            content(PLAIN, altered(video(), size_bytes=MOST_BYTES)),
            content(PLAIN, altered(video(), size_bytes=MOST_BYTES + 1)),
            ("media.0", "media_too_big", MOST_BYTES, MOST_BYTES + 1),
        ),
        (
            content(PLAIN, altered(video(), duration_s=43_200)),
            content(PLAIN, altered(video(), duration_s=43_201)),
            ("media.0", "video_duration_too_big", 43_200, 43_201),
        ),
        (
            content(SHORT, altered(video(), duration_s=180)),
            content(SHORT, altered(video(), duration_s=181)),
            ("media.0", "video_duration_too_big", 180, 181),
        ),
        (
            content(SHORT, altered(video(), width=1080, height=1080)),
            content(SHORT, altered(video(), width=1100, height=1080)),
            ("media.0", "aspect_ratio", "0.01–1", 1.0185),
        ),
        (
            content(PLAIN, altered(video(), mime="video/webm", video_codec="vp9", audio_codec="opus")),
            content(PLAIN, altered(video(), video_codec="theora")),
            ("media.0", "video_codec", ", ".join(SPEC.capability.kinds[0].video.video_codecs), "theora"),  # type: ignore[union-attr]  # the first kind is of videos
        ),
        (content(PLAIN, video(), picture()), content(PLAIN, picture()), ("media", "video_required", 1, 0)),
        (content(PLAIN, picture(), video()), content(PLAIN, video(), video()), ("media", "too_many_videos", 1, 2)),
        (content(SHORT, video()), content(SHORT, video(), video()), ("media", "too_many_media", 1, 2)),
        (
            content(YouTubeOptions(tags=("a" * 249, "b" * 250)), video()),
            content(YouTubeOptions(tags=("a" * 250, "b" * 250)), video()),
            ("options.tags", "tags_too_long", TAGS_LENGTH, 501),
        ),
        (
            content(PLAIN, video(), caption="1 & 2"),
            content(PLAIN, video(), caption="1 < 2"),
            ("caption", "angle_brackets", None, "<"),
        ),
        (
            content(YouTubeOptions(title="A"), video(), caption=""),
            content(YouTubeOptions(title="  "), video(), caption=" \n"),
            ("options.title", "option_required", None, None),
        ),
        (
            content(YouTubeOptions(privacy="private", publish_at=LATER), video()),
            content(YouTubeOptions(publish_at=LATER), video()),
            ("options.publish_at", "publish_at_needs_private", "private", "public"),
        ),
        (
            content(YouTubeOptions(privacy="unlisted", first_comment="First!"), video()),
            content(YouTubeOptions(privacy="private", first_comment="First!"), video()),
            ("options.first_comment", "comment_on_private", None, "private"),
        ),
        (
            content(YouTubeOptions(made_for_kids=True), video()),
            content(YouTubeOptions(made_for_kids=True, first_comment="First!"), video()),
            ("options.first_comment", "comment_on_made_for_kids", None, None),
        ),
    ],
)
def test_each_limit_is_kept_exactly(
    fits: Content, beyond: Content | None, expected: tuple[str, str, object, object] | None
) -> None:
    assert found(fits) == []
    if beyond is not None:
        assert expected in found(beyond)
        assert len(found(beyond)) == 1


def test_a_title_with_brackets_is_refused_and_named() -> None:
    assert found(content(YouTubeOptions(title="a > b"), video())) == [("options.title", "angle_brackets", None, ">")]


@pytest.mark.parametrize(
    ("length", "mime", "code"),
    [(PICTURE_BYTES, "image/jpeg", None), (PICTURE_BYTES + 1, "image/png", None), (1, "image/webp", None)],
)
def test_a_picture_that_is_too_large_or_of_another_format_is_converted(length: int, mime: str, code: None) -> None:
    post = content(PLAIN, video(), altered(picture(), size_bytes=length, mime=mime))
    assert found(post) == ([] if code is None else [code])
    rule = SPEC.capability.kinds[0].image
    assert rule is not None
    assert (rule.max_bytes, rule.convert_to) == (PICTURE_BYTES, "image/jpeg")


def test_more_than_a_quarter_of_an_hour_gets_a_warning() -> None:
    for seconds, expected in ((900, []), (901, ["verified_channel_needed"])):
        findings = check(SPEC.capability, content(PLAIN, altered(video(), duration_s=seconds)))
        assert [(one.code, one.severity) for one in findings] == [(code, "warning") for code in expected]


@pytest.mark.parametrize(
    "options", [{"title": "x" * 101}, {"category_id": "3"}, {"playlist_id": "a b"}, {"tags": [""]}]
)
def test_what_cannot_be_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        YouTubeOptions.model_validate(options)


def test_a_title_of_exactly_a_hundred_characters_is_taken() -> None:
    assert found(content(YouTubeOptions(title="x" * 100), video())) == []


@pytest.mark.parametrize(("tags", "length"), [((), 0), (("a",), 1), (("a", "b"), 3), (("a b",), 5), (("a b", "c"), 7)])
def test_tags_are_counted_with_commas_and_quotes(tags: tuple[str, ...], length: int) -> None:
    assert tags_length(tags) == length


@pytest.mark.parametrize(
    ("title", "caption", "expected"),
    [
        ("Given ", "First line", "Given"),
        (None, "\n First  line \nsecond", "First line"),
        (None, "word " * 14 + "tail", "word " * 13 + "word…"),
        (None, "x" * 71, "x" * 69 + "…"),
        (None, "x" * 70, "x" * 70),
        (None, "", ""),
    ],
)
def test_a_missing_title_is_taken_from_the_first_line(title: str | None, caption: str, expected: str) -> None:
    assert title_of(content(YouTubeOptions(title=title), video(), caption=caption)) == expected


@pytest.mark.parametrize(("options", "name"), [(PLAIN, "video"), (SHORT, "short")])
def test_a_video_is_a_short_only_when_that_is_asked_for(options: YouTubeOptions, name: str) -> None:
    kind = choose_kind(SPEC.capability, content(options, video()))
    assert not isinstance(kind, Finding)
    assert kind.name == name


def test_what_is_chosen_reaches_the_video() -> None:
    chosen = YouTubeOptions(
        title="T", tags=("a", "b c"), category_id="10", privacy="private", publish_at=LATER, made_for_kids=True
    )
    assert resource(content(chosen, video())) == {
        "snippet": {"title": "T", "description": "Hello", "categoryId": "10", "tags": ["a", "b c"]},
        "status": {
            "privacyStatus": "private",
            "selfDeclaredMadeForKids": True,
            "license": "youtube",
            "embeddable": True,
            "containsSyntheticMedia": False,
            "publishAt": "2027-01-01T12:00:00Z",
        },
    }


def test_all_steps_are_declared_and_what_people_see_is_a_commit() -> None:
    assert list(STEPS) == list(SPEC.steps)
    commits = [step for step, kind in SPEC.steps.items() if kind is StepKind.COMMIT]
    assert commits == ["finish", "playlist", "first_comment"]


def test_chunks_are_whole_multiples_and_processing_is_waited_for_six_hours() -> None:
    assert CHUNK % 262_144 == 0
    delays = [PROCESSING_POLL.delay(looks) for looks in range(400)]
    waits = [delay.total_seconds() for delay in delays if delay is not None]
    assert waits[:3] == [10, 15, 22.5]
    assert max(waits) == 120
    assert 6 * 3600 <= sum(waits) < 6 * 3600 + 120
