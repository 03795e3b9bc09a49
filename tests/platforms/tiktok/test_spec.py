"""TikTok's limits as data, judged by the rules that all platforms share; its chunks and its poll plans."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from postwright.domain.check import check, choose_kind
from postwright.domain.errors import Finding
from postwright.domain.media import Attachment
from postwright.domain.post import Content
from postwright.domain.publication import StepKind
from postwright.platforms.tiktok import spec
from postwright.platforms.tiktok.adapter import STEPS
from postwright.platforms.tiktok.spec import SPEC, TikTokOptions
from postwright.platforms.tiktok.uploads import Chunks
from tests.support.publishing import content, picture, video

PLAIN = TikTokOptions(privacy_level="PUBLIC_TO_EVERYONE")


def options(**chosen: object) -> TikTokOptions:
    return TikTokOptions.model_validate({"privacy_level": "PUBLIC_TO_EVERYONE", **chosen})


def found(post: Content) -> list[Finding]:
    return [finding for finding in check(SPEC.capability, post) if finding.severity == "error"]


def altered(attachment: Attachment, **facts: str | float | None) -> Attachment:
    return replace(attachment, media=replace(attachment.media, facts=replace(attachment.media.facts, **facts)))  # type: ignore[arg-type]  # names and values as the tests below write them


@pytest.mark.parametrize(
    ("post", "kind"),
    [
        (content(PLAIN, video()), "video"),
        (content(PLAIN, picture()), "photo"),
        (content(PLAIN, *[picture()] * 35), "photo"),
        (content(TikTokOptions(post_type="draft_video"), video()), "draft_video"),
        (content(TikTokOptions(post_type="draft_photo"), picture()), "draft_photo"),
    ],
)
def test_the_media_choose_the_kind_and_a_draft_is_one_only_by_name(post: Content, kind: str) -> None:
    chosen = choose_kind(SPEC.capability, post)
    assert not isinstance(chosen, Finding)
    assert chosen.name == kind
    assert found(post) == []


@pytest.mark.parametrize(
    ("fits", "goes_too_far", "expected"),
    [
        (
            content(PLAIN, video(), caption="😀" * 1100),
            content(PLAIN, video(), caption="😀" * 1100 + "a"),
            ("caption", "caption_too_long", 2200, 2201),
        ),
        (
            content(PLAIN, picture(), caption="x" * 4000),
            content(PLAIN, picture(), caption="x" * 4001),
            ("caption", "caption_too_long", 4000, 4001),
        ),
        (
            content(options(title="😀" * 45), picture()),
            content(options(title="😀" * 45 + "a"), picture()),
            ("options.title", "title_too_long", 90, 91),
        ),
        (
            content(PLAIN, altered(video(), duration_s=600)),
            content(PLAIN, altered(video(), duration_s=601)),
            ("media.0", "video_duration_too_big", 600, 601),
        ),
        (
            content(PLAIN, altered(video(), size_bytes=4 * 1024**3)),
            content(PLAIN, altered(video(), size_bytes=4 * 1024**3 + 1)),
            ("media.0", "media_too_big", 4 * 1024**3, 4 * 1024**3 + 1),
        ),
        (
            content(PLAIN, altered(video(), width=360, height=4096)),
            content(PLAIN, altered(video(), width=359)),
            ("media.0", "video_width_too_small", 360, 359),
        ),
        (
            content(PLAIN, altered(video(), fps=23)),
            content(PLAIN, altered(video(), fps=22)),
            ("media.0", "video_frame_rate_too_small", 23, 22),
        ),
        (
            content(PLAIN, altered(video(), fps=60)),
            content(PLAIN, altered(video(), fps=61)),
            ("media.0", "video_frame_rate_too_big", 60, 61),
        ),
        (
            content(options(video_cover_timestamp_ms=9000), video()),
            content(options(video_cover_timestamp_ms=9001), video()),
            ("options.video_cover_timestamp_ms", "cover_outside_video", 9000, 9001),
        ),
        (
            content(options(photo_cover_index=1), picture(), picture()),
            content(options(photo_cover_index=2), picture(), picture()),
            ("options.photo_cover_index", "cover_missing", 1, 2),
        ),
        (
            content(options(brand_content_toggle=True), video()),
            content(options(brand_content_toggle=True, privacy_level="SELF_ONLY"), video()),
            ("options.privacy_level", "partnership_private", None, "SELF_ONLY"),
        ),
    ],
)
def test_a_limit_holds_exactly(fits: Content, goes_too_far: Content, expected: tuple[object, ...]) -> None:
    assert found(fits) == []
    (finding,) = found(goes_too_far)
    assert (finding.field, finding.code, finding.limit, finding.value) == expected


@pytest.mark.parametrize(
    ("post", "code"),
    [
        (content(TikTokOptions(), video()), "option_required"),
        (content(TikTokOptions(), picture()), "option_required"),
        (content(PLAIN), "media_required"),
        (content(PLAIN, *[picture()] * 36), "too_many_media"),
        (content(PLAIN, video(), picture()), "media_mix_unsupported"),
        (content(PLAIN, altered(video(), video_codec="av1")), "video_codec"),
        (content(PLAIN, altered(video(), mime="video/x-msvideo")), "media_format"),
        (content(options(allow_duet=True), picture()), "option_not_for_kind"),
        (content(options(auto_add_music=True), video()), "option_not_for_kind"),
        (content(options(post_type="draft_video"), video()), "option_not_for_kind"),
    ],
)
def test_what_does_not_belong_is_found(post: Content, code: str) -> None:
    assert [finding.code for finding in found(post)] == [code]


def test_a_png_is_converted_and_a_large_photo_made_smaller() -> None:
    assert found(content(PLAIN, altered(picture(), mime="image/png", width=6000, height=4000))) == []


@pytest.mark.parametrize(
    "wrong",
    [{"privacy_level": "EVERYBODY"}, {"photo_cover_index": 35}, {"video_cover_timestamp_ms": -1}, {"unknown": 1}],
)
def test_options_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TikTokOptions.model_validate(wrong)


def test_nothing_is_allowed_unless_a_person_says_so() -> None:
    plain = TikTokOptions().model_dump()
    assert plain["privacy_level"] is None
    assert not any(value for name, value in plain.items() if name.startswith(("allow_", "brand_")))


def test_the_options_of_the_kinds_are_options_and_explain_themselves() -> None:
    named = {name for kind in SPEC.capability.kinds for name in kind.options}
    assert named == set(TikTokOptions.model_fields) - {"post_type"}
    assert set(SPEC.account_options) <= named
    properties = TikTokOptions.model_json_schema()["properties"]
    assert all(len(option["description"]) > 20 for option in properties.values())


def test_a_failing_look_is_never_taken_for_a_failure_of_the_post() -> None:
    assert set(STEPS) == set(SPEC.steps)
    commits = [step for step, kind in SPEC.steps.items() if kind is StepKind.COMMIT]
    assert commits == ["last_chunk", "post"]
    assert SPEC.steps["look"] is StepKind.FOLLOW


@pytest.mark.parametrize(
    ("size", "chunk", "count", "last"),
    [
        (3_145_728, 3_145_728, 1, "bytes 0-3145727/3145728"),
        (5_000_000, 5_000_000, 1, "bytes 0-4999999/5000000"),
        (50_000_123, 10_000_000, 5, "bytes 40000000-50000122/50000123"),
        (150_000_000, 64_000_000, 2, "bytes 64000000-149999999/150000000"),
        (4_294_967_296, 64_000_000, 67, "bytes 4224000000-4294967295/4294967296"),
    ],
)
def test_what_does_not_fill_a_chunk_goes_into_the_last(size: int, chunk: int, count: int, last: str) -> None:
    chunks = Chunks(size, chunk)
    spans = [chunks.after(0)]
    while spans[-1].end < size:
        spans.append(chunks.after(spans[-1].end))
    assert (chunks.count, len(spans), spans[-1].content_range) == (count, count, last)


@pytest.mark.parametrize(
    "size", [1, 4_999_999, 31_999_999, 32_000_000, 63_999_999, 64_000_000, 64_000_001, 4 * 1024**3]
)
def test_every_size_is_cut_as_the_vendor_wants_it(size: int) -> None:
    chunks = Chunks.of(size)
    last = chunks.after((chunks.count - 1) * chunks.size)
    assert chunks.size == size or 5_000_000 <= chunks.size <= 64_000_000
    assert last.size <= 128_000_000
    assert (size <= 64_000_000) or chunks.count > 1
    assert 1 <= chunks.count <= 1000


def test_an_upload_that_broke_off_within_a_chunk_goes_on_to_the_end_of_it() -> None:
    chunks = Chunks(50_000_123, 10_000_000)
    assert chunks.after(12_345).content_range == "bytes 12345-9999999/50000123"
    assert chunks.after(45_000_000).content_range == "bytes 45000000-50000122/50000123"


def test_poll_plans_slow_down_and_end_however_often_they_are_asked() -> None:
    looks = [delay.total_seconds() for number in range(400) if (delay := spec.LOOK_POLL.delay(number))]
    assert looks[:6] == [2, 4, 8, 16, 30, 30]
    assert 3600 <= sum(looks) <= 3630
    waits = [delay.total_seconds() for number in range(400) if (delay := spec.ADDRESS_POLL.delay(number))]
    assert max(waits) == 900
    assert 86_400 <= sum(waits) <= 87_300
