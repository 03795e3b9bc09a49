"""Whether content fits a platform: every limit, exactly at it and one beyond."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postwright.domain.capability import Capability, DocumentRule, ImageRule, Options, PostKind, TextRule, VideoRule
from postwright.domain.check import check, choose_kind, is_given
from postwright.domain.errors import Finding
from postwright.domain.media import Attachment, Media, MediaFacts
from postwright.domain.post import Content
from postwright.platforms.registry import PLATFORMS

INSTAGRAM = PLATFORMS["instagram"].spec.capability
NAMES = ("image", "reel", "carousel", "story")
MB = 1024 * 1024
PICTURE = MediaFacts("image", "image/jpeg", 200_000, 1080, 1080)
CLIP = MediaFacts("video", "video/mp4", 5_000_000, 1080, 1920, 9.0, 30.0, "h264", "aac", 48_000, 900_000, True)

Spec = tuple[str, str]


class MadeUp(Options):
    """Options of a made-up platform."""

    mood: str | None = None
    tags: tuple[str, ...] = ()
    loud: bool | None = None


STILL = ImageRule(("image/png",), 1000, ratio=(0.5, 2), min_width=10, max_width=100)
MOVING = VideoRule(("video/mp4",), 1000, 1, 10, ("h264",), ("aac",))
WORDS = PostKind("words", "Words", 0, 0)
PHOTO = PostKind("photo", "Photo", 1, 1, image=STILL, alt_text=20, options=("mood",))
ALBUM = PostKind("album", "Album", 2, 4, image=STILL, video=MOVING)
FILM = PostKind("film", "Film", 1, 1, video=MOVING, caption=False, options=("mood", "loud"))
DRAWING = MediaFacts("image", "image/png", 1000, 100, 100)
MOVIE = MediaFacts("video", "video/mp4", 1000, 100, 100, 5.0, 30.0, "h264", "aac", 48_000, 900)


def platform(*kinds: PostKind, caption: TextRule | None = None) -> Capability:
    return Capability(caption or TextRule(10, "code_points"), kinds, MadeUp)


def attached(facts: MediaFacts, alt_text: str | None = None) -> Attachment:
    return Attachment(Media(UUID(int=1), "k", "n", facts), alt_text)


def content(
    *facts: MediaFacts, caption: str = "", alt_text: str | None = None, options: Options | None = None
) -> Content:
    return Content(caption, tuple(attached(one, alt_text) for one in facts), options or MadeUp())


def on_instagram(kind: str, *facts: MediaFacts, caption: str = "", alt_text: str | None = None) -> list[Spec]:
    wanted = INSTAGRAM.options.model_validate({"post_type": kind})
    return brief(check(INSTAGRAM, content(*facts, caption=caption, alt_text=alt_text, options=wanted)))


def brief(findings: Sequence[Finding]) -> list[Spec]:
    return [(finding.field, finding.code) for finding in findings]


def chosen(capability: Capability, *facts: MediaFacts, post_type: str | None = None) -> str:
    found = choose_kind(capability, content(*facts, options=MadeUp(post_type=post_type)))
    return found.code if isinstance(found, Finding) else found.name


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ([PICTURE], "image"),
        ([CLIP], "reel"),
        ([PICTURE] * 2, "carousel"),
        ([PICTURE, CLIP], "carousel"),
        ([CLIP] * 10, "carousel"),
        ([], "media_required"),
        ([PICTURE] * 11, "too_many_media"),
    ],
)
def test_the_media_choose_the_kind(facts: list[MediaFacts], kind: str) -> None:
    assert chosen(INSTAGRAM, *facts) == kind


@pytest.mark.parametrize("name", NAMES)
def test_a_kind_that_is_asked_for_is_taken_whatever_the_media(name: str) -> None:
    assert [chosen(INSTAGRAM, *facts, post_type=name) for facts in ([], [PICTURE], [CLIP] * 11)] == [name] * 3


def test_kinds_are_tried_in_their_order() -> None:
    assert chosen(platform(ALBUM, PHOTO), DRAWING) == "photo"
    other = replace(PHOTO, name="other")
    assert (chosen(platform(PHOTO, other), DRAWING), chosen(platform(other, PHOTO), DRAWING)) == ("photo", "other")


def test_media_that_make_no_kind_are_told_why() -> None:
    assert chosen(platform(PHOTO), MOVIE) == "media_kind_unsupported"
    assert chosen(platform(PHOTO, FILM), MOVIE, MOVIE) == "too_many_media"
    assert chosen(platform(WORDS)) == "words"


def test_an_unknown_kind_is_refused_with_those_there_are() -> None:
    [finding] = check(platform(WORDS, PHOTO), content(options=MadeUp(post_type="poem")))
    assert (finding.field, finding.code, finding.limit) == ("options.post_type", "unknown_post_type", "words, photo")


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("image", [PICTURE]),
        ("reel", [CLIP]),
        ("carousel", [PICTURE] * 2),
        ("carousel", [PICTURE, CLIP] * 5),
        ("story", [PICTURE]),
        ("story", [CLIP]),
    ],
)
def test_what_fits_has_no_findings(kind: str, facts: list[MediaFacts]) -> None:
    assert on_instagram(kind, *facts) == []


@pytest.mark.parametrize(
    ("kind", "facts", "found"),
    [
        ("image", [], [("media", "media_required")]),
        ("carousel", [PICTURE], [("media", "too_few_media")]),
        ("image", [PICTURE] * 2, [("media", "too_many_media")]),
        ("carousel", [PICTURE] * 11, [("media", "too_many_media")]),
        ("image", [CLIP], [("media.0", "media_kind_unsupported")]),
        ("reel", [PICTURE], [("media.0", "media_kind_unsupported")]),
    ],
)
def test_the_number_and_kind_of_media_must_be_right(kind: str, facts: list[MediaFacts], found: list[Spec]) -> None:
    assert on_instagram(kind, *facts) == found


@pytest.mark.parametrize(
    ("unit", "most"),
    [
        ("x", 2200),
        ("😀", 1100),
        ("e\N{COMBINING ACUTE ACCENT}", 1100),
        ("漢", 2200),
        ("#a ", 30),
        ("＃漢 ", 30),  # noqa: RUF001 the full-width sign
        ("@ab ", 20),
        ("#1 ", 733),
    ],
)
def test_a_caption_may_hold_just_as_much_as_is_allowed(unit: str, most: int) -> None:
    assert on_instagram("image", PICTURE, caption=unit * most) == []
    [(field, code)] = on_instagram("image", PICTURE, caption=unit * (most + 1))
    assert field == "caption"
    assert code in {"caption_too_long", "too_many_hashtags", "too_many_mentions"}


@given(st.text(), st.sampled_from(["utf16", "code_points", "utf8"]))
def test_a_caption_is_measured_in_the_unit_of_the_platform(text: str, unit: str) -> None:
    length = {"utf16": len(text.encode("utf-16-le")) // 2, "code_points": len(text), "utf8": len(text.encode())}[unit]
    for limit in (length, length - 1):
        capability = platform(WORDS, caption=TextRule(limit, unit))  # type: ignore[arg-type]  # one of the three
        found = check(capability, content(caption=text))
        assert brief(found) == ([] if limit == length else [("caption", "caption_too_long")])
        assert all((finding.limit, finding.value) == (limit, length) for finding in found)


def test_a_caption_that_is_not_shown_is_worth_a_warning_and_no_more() -> None:
    [finding] = check(platform(FILM), content(MOVIE, caption="x" * 100))
    assert (finding.field, finding.code, finding.severity) == ("caption", "caption_ignored", "warning")
    assert check(platform(FILM), content(MOVIE)) == ()


@pytest.mark.parametrize(
    ("kind", "facts", "good", "bad", "code"),
    [
        ("image", PICTURE, {"width": 320, "height": 320}, {"width": 319, "height": 319}, "image_too_small"),
        ("reel", CLIP, {"size_bytes": 300 * MB}, {"size_bytes": 300 * MB + 1}, "media_too_big"),
        ("story", CLIP, {"size_bytes": 100 * MB}, {"size_bytes": 100 * MB + 1}, "media_too_big"),
        ("reel", CLIP, {"duration_s": 3.0}, {"duration_s": 2.99}, "video_duration_too_small"),
        ("reel", CLIP, {"duration_s": 900.0}, {"duration_s": 900.01}, "video_duration_too_big"),
        ("story", CLIP, {"duration_s": 60.0}, {"duration_s": 60.01}, "video_duration_too_big"),
        ("reel", CLIP, {"fps": 23.0}, {"fps": 22.9}, "video_frame_rate_too_small"),
        ("reel", CLIP, {"fps": 60.0}, {"fps": 60.1}, "video_frame_rate_too_big"),
        ("reel", CLIP, {"width": 1920}, {"width": 1921}, "video_width_too_big"),
        ("reel", CLIP, {"bit_rate": 25_000_000}, {"bit_rate": 25_000_001}, "video_bit_rate_too_big"),
        ("reel", CLIP, {"audio_hz": 48_000}, {"audio_hz": 48_001}, "audio_sample_rate_too_big"),
        ("reel", CLIP, {"mime": "video/quicktime"}, {"mime": "video/webm"}, "media_format"),
        ("reel", CLIP, {"video_codec": "hevc"}, {"video_codec": "vp9"}, "video_codec"),
        ("reel", CLIP, {"audio_codec": None}, {"audio_codec": "opus"}, "audio_codec"),
        ("reel", CLIP, {"faststart": None}, {"faststart": False}, "video_not_streamable"),
        ("story", CLIP, {"width": 192, "height": 1919}, {"width": 190, "height": 1920}, "aspect_ratio"),
    ],
)
def test_each_limit_of_a_file_holds_at_its_edge(
    kind: str, facts: MediaFacts, good: dict[str, object], bad: dict[str, object], code: str
) -> None:
    assert on_instagram(kind, replace(facts, **good)) == []  # type: ignore[arg-type]  # named fields of the facts
    assert on_instagram(kind, replace(facts, **bad)) == [("media.0", code)]  # type: ignore[arg-type]  # likewise


def test_what_nobody_could_measure_is_not_held_against_a_video() -> None:
    unknown = replace(CLIP, duration_s=None, fps=None, bit_rate=None, audio_hz=None, audio_codec=None, faststart=None)
    assert on_instagram("reel", unknown) == []


def test_a_file_that_will_be_converted_is_held_to_its_shape_only() -> None:
    assert on_instagram("image", replace(PICTURE, mime="image/png", size_bytes=50 * MB, width=4000, height=4000)) == []
    assert on_instagram("image", replace(PICTURE, mime="image/webp", width=4000)) == [("media.0", "aspect_ratio")]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"mime": "image/jpeg"}, "media_format"),
        ({"size_bytes": 1001}, "media_too_big"),
        ({"width": 9, "height": 9}, "image_too_small"),
        ({"width": 101}, "image_too_large"),
    ],
)
def test_where_nothing_is_converted_every_limit_of_a_picture_holds(bad: dict[str, object], code: str) -> None:
    assert check(platform(PHOTO), content(DRAWING)) == ()
    found = check(platform(PHOTO), content(replace(DRAWING, **bad)))  # type: ignore[arg-type]  # likewise
    assert brief(found) == [("media.0", code)]


@given(st.integers(320, 1440), st.sampled_from([4 / 5, 1.91, 1.0]))
def test_a_picture_cut_to_an_allowed_shape_passes_whichever_way_its_pixels_were_rounded(
    width: int, ratio: float
) -> None:
    assert on_instagram("image", replace(PICTURE, width=width, height=round(width / ratio))) == []
    height = width
    assert on_instagram("image", replace(PICTURE, width=max(320, round(height * ratio)), height=height)) == []


@pytest.mark.parametrize(("width", "height"), [(1080, 1354), (1080, 562), (800, 1003), (1000, 520)])
def test_a_picture_that_is_more_than_a_pixel_off_is_refused(width: int, height: int) -> None:
    assert on_instagram("image", replace(PICTURE, width=width, height=height)) == [("media.0", "aspect_ratio")]


def test_alternative_text_is_limited_where_it_is_taken_and_doubted_where_it_is_not() -> None:
    assert on_instagram("image", PICTURE, alt_text="x" * 1000) == []
    assert on_instagram("image", PICTURE, alt_text="x" * 1001) == [("media.0.alt_text", "alt_text_too_long")]
    assert on_instagram("carousel", PICTURE, CLIP, alt_text="x") == [("media.1.alt_text", "alt_text_ignored")]
    [finding] = check(platform(FILM), content(MOVIE, alt_text="x"))
    assert (finding.code, finding.severity) == ("alt_text_ignored", "warning")
    assert check(platform(FILM), content(MOVIE, alt_text="")) == ()


def test_each_file_is_named_by_its_place() -> None:
    found = check(platform(ALBUM), content(DRAWING, replace(DRAWING, size_bytes=2000), replace(MOVIE, video_codec="x")))
    assert brief(found) == [("media.1", "media_too_big"), ("media.2", "video_codec")]


def test_options_that_mean_nothing_for_the_kind_are_refused_where_they_say_something() -> None:
    said = MadeUp(mood="merry", tags=("a",), loud=False)
    found = check(platform(PHOTO), content(DRAWING, options=said))
    assert brief(found) == [("options.loud", "option_not_for_kind"), ("options.tags", "option_not_for_kind")]
    unsaid = MadeUp(mood="", tags=(), loud=None, post_type="photo")
    assert check(platform(PHOTO), content(DRAWING, options=unsaid)) == ()


@pytest.mark.parametrize("kind", INSTAGRAM.kinds, ids=lambda kind: kind.name)
def test_instagram_takes_for_each_kind_the_options_that_belong_to_it(kind: PostKind) -> None:
    values = {
        "first_comment": "More",
        "collaborators": ("bo",),
        "user_tags": ({"username": "cy"},),
        "location_id": "1",
        "share_to_feed": False,
        "cover_url": "https://a.example/c.jpg",
        "thumb_offset_ms": 0,
    }
    media = [CLIP] if kind.image is None else [PICTURE] * kind.min_media
    options = INSTAGRAM.options.model_validate({"post_type": kind.name, **values})
    found = check(INSTAGRAM, content(*media, options=options))
    assert brief(found) == [
        (f"options.{name}", "option_not_for_kind") for name in sorted(set(values) - {*kind.options})
    ]


@given(
    st.lists(st.sampled_from([PICTURE, CLIP, DRAWING, MOVIE, replace(CLIP, fps=None, faststart=False)]), max_size=12),
    st.text(),
    st.sampled_from([None, *NAMES]),
)
def test_any_content_is_judged_and_every_finding_says_which_field_and_why(
    facts: list[MediaFacts], caption: str, name: str | None
) -> None:
    options = INSTAGRAM.options.model_validate({"post_type": name})
    for finding in check(INSTAGRAM, content(*facts, caption=caption, alt_text="a", options=options)):
        assert finding.field.partition(".")[0] in {"media", "caption", "options"}
        assert finding.message.endswith(".")
        assert finding.severity in {"error", "warning"}


LINK = PostKind("link", "Link", 0, 0, options=("mood",), required=("mood",), chosen_by="mood")
NOTE = PostKind("note", "Note", 0, 0, needs_caption=True, text=TextRule(3, "utf8"))
MOTION = PostKind("motion", "Animation", 1, 1, image=ImageRule(("image/gif",), 1000))
BOOK = PostKind("book", "Book", 1, 1, document=DocumentRule(("application/pdf",), 1000, 10), alt_text=5)
PAGES = MediaFacts("document", "application/pdf", 1000, 595, 842, pages=10)


def test_an_option_chooses_the_kind_that_it_belongs_to() -> None:
    both = platform(LINK, NOTE)
    assert choose_kind(both, content(caption="hi")) == NOTE
    assert choose_kind(both, content(options=MadeUp(mood="gay"))) == LINK


def test_what_a_kind_cannot_do_without_is_asked_for() -> None:
    assert brief(check(platform(NOTE), content(caption=" "))) == [("caption", "caption_required")]
    asked = check(platform(LINK), content(options=MadeUp(post_type="link")))
    assert brief(asked) == [("options.mood", "option_required")]


def test_a_kind_may_have_a_caption_rule_of_its_own() -> None:
    assert check(platform(NOTE), content(caption="abc")) == ()
    (found,) = check(platform(NOTE), content(caption="abö"))
    assert (found.code, found.limit, found.value) == ("caption_too_long", 3, 4)


def test_the_kind_is_chosen_by_the_format_of_the_file_too() -> None:
    still = PostKind("still", "Still", 1, 1, image=ImageRule(("image/png",), 1000, convert_to="image/png"))
    both = platform(MOTION, still)
    assert choose_kind(both, content(replace(DRAWING, mime="image/gif"))) == MOTION
    assert choose_kind(both, content(DRAWING)) == still
    assert brief(check(platform(MOTION), content(DRAWING))) == [("media.0", "media_format")]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({}, None),
        ({"pages": 11}, "document_length_too_big"),
        ({"size_bytes": 1001}, "media_too_big"),
        ({"mime": "application/msword"}, "media_format"),
    ],
)
def test_each_limit_of_a_document(changed: dict[str, object], code: str | None) -> None:
    found = check(platform(BOOK), content(replace(PAGES, **changed)))  # type: ignore[arg-type]  # names are from the table
    assert [one.code for one in found] == ([code] if code else [])


def test_media_that_do_not_go_together_are_named() -> None:
    apart = platform(PHOTO, FILM)
    mixed = check(apart, content(DRAWING, MOVIE))
    assert brief(mixed) == [("media", "too_many_media")]
    three = platform(PostKind("photos", "Photos", 1, 4, image=STILL), FILM)
    assert brief(check(three, content(DRAWING, MOVIE))) == [("media", "media_mix_unsupported")]
    assert brief(check(three, content(PAGES))) == [("media", "media_kind_unsupported")]


def test_alternative_text_is_for_the_media_that_the_kind_says() -> None:
    described = replace(FILM, caption=True, alt_text=3, alt_text_on=("video",))
    assert check(platform(described), content(MOVIE, alt_text="sea")) == ()
    assert brief(check(platform(described), content(MOVIE, alt_text="seas"))) == [
        ("media.0.alt_text", "alt_text_too_long")
    ]


def test_a_platform_may_have_further_rules() -> None:
    def never_loud(post: Content, kind: PostKind) -> list[Finding]:
        return (
            [Finding("options.loud", "too_loud", f"A {kind.label} is quiet.")] if is_given(post.options, "loud") else []
        )

    strict = replace(platform(replace(NOTE, options=("loud",))), further=never_loud)
    assert check(strict, content(caption="a")) == ()
    assert brief(check(strict, content(caption="a", options=MadeUp(loud=True)))) == [("options.loud", "too_loud")]
