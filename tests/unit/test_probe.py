"""What the probe says of real, broken and hostile files."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from postwright.kit.probe import ProbeTimeout, Unreadable, probe
from tests.support import media_files


@pytest.mark.parametrize(
    ("suffix", "mime"),
    [
        (".jpg", "image/jpeg"),
        (".png", "image/png"),
        (".gif", "image/gif"),
        (".webp", "image/webp"),
        (".avif", "image/avif"),
    ],
)
async def test_a_picture_is_known_by_its_content_whatever_its_name(tmp_path: Path, suffix: str, mime: str) -> None:
    made = media_files.picture(tmp_path / f"made{suffix}", width=64, height=48)
    found = await probe(made.rename(tmp_path / "holiday [page=2].txt"))

    assert (found.kind, found.mime, found.width, found.height) == ("image", mime, 64, 48)
    assert (found.pixel_format, found.color_space) == ("rgb24", "srgb")
    assert not found.animated
    assert not found.has_alpha
    assert found.size_bytes == (tmp_path / "holiday [page=2].txt").stat().st_size
    assert found.duration_s is None


async def test_the_size_is_the_one_shown_after_exif_orientation(tmp_path: Path) -> None:
    found = await probe(media_files.picture(tmp_path / "turned.jpg", width=64, height=48, orientation=6))

    assert (found.width, found.height) == (48, 64)


async def test_transparency_is_seen(tmp_path: Path) -> None:
    found = await probe(media_files.transparent(tmp_path / "clear.png"))

    assert found.has_alpha
    assert found.pixel_format == "rgba"


async def test_a_picture_for_print_is_told_from_one_for_the_screen(tmp_path: Path) -> None:
    media_files.gradient(64, 48).icc_export(output_profile="cmyk").jpegsave(str(tmp_path / "print.jpg"))
    found = await probe(tmp_path / "print.jpg")

    assert (found.color_space, found.pixel_format) == ("cmyk", "cmyk")


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
async def test_an_animation_has_a_duration_and_the_size_of_one_frame(tmp_path: Path, suffix: str) -> None:
    made = media_files.animation(tmp_path / f"loop{suffix}", frames=5, delay_ms=100, width=32, height=24)
    found = await probe(made)

    assert found.animated
    assert (found.width, found.height) == (32, 24)
    assert found.duration_s == pytest.approx(0.5)
    assert found.fps == pytest.approx(10)


async def test_an_mp4_is_described_with_its_streams(tmp_path: Path) -> None:
    found = await probe(media_files.video(tmp_path / "clip", width=64, height=48, fps=10, frames=20))

    assert (found.kind, found.mime, found.width, found.height) == ("video", "video/mp4", 64, 48)
    assert (found.video_codec, found.pixel_format) == ("h264", "yuv420p")
    assert (found.audio_codec, found.audio_hz, found.audio_channels) == ("aac", 48_000, 2)
    assert found.duration_s == pytest.approx(2, abs=0.1)
    assert found.fps == pytest.approx(10)
    assert found.bit_rate is not None
    assert found.bit_rate > 0


async def test_a_video_without_sound_has_no_audio_codec(tmp_path: Path) -> None:
    found = await probe(media_files.video(tmp_path / "mute", sound=False))

    assert (found.audio_codec, found.audio_hz, found.audio_channels) == (None, None, None)


@pytest.mark.parametrize("faststart", [True, False])
async def test_the_place_of_the_index_is_found(tmp_path: Path, *, faststart: bool) -> None:
    assert (await probe(media_files.video(tmp_path / "clip", faststart=faststart))).faststart is faststart


async def test_a_turned_video_has_the_size_that_is_shown(tmp_path: Path) -> None:
    found = await probe(media_files.video(tmp_path / "phone", width=64, height=48, rotation=90))

    assert (found.width, found.height) == (48, 64)


@pytest.mark.parametrize(
    ("form", "codec", "mime", "name"),
    [
        ("mov", "libx264", "video/quicktime", "h264"),
        ("mp4", "libx265", "video/mp4", "hevc"),
        ("webm", "libvpx-vp9", "video/webm", "vp9"),
        ("webm", "libvpx", "video/webm", "vp8"),
    ],
)
async def test_other_containers_and_codecs_have_their_names(
    tmp_path: Path, form: str, codec: str, mime: str, name: str
) -> None:
    found = await probe(media_files.video(tmp_path / "clip", form=form, codec=codec))

    assert (found.mime, found.video_codec) == (mime, name)
    assert (found.faststart is None) == (form == "webm")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"Just a few words.", "neither an image nor a video"),
        (b"PK\x03\x04\x14\x00", "ZIP"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "HEIC"),
        (b"\xff\xd8\xff\xe0" + b"not a picture" * 20, "damaged"),
        (b"\x00\x00\x00\x10ftypisom\x00\x00\x02\x00" + b"junk" * 20, "damaged"),
        (b"\x1a\x45\xdf\xa3webm" + b"junk" * 20, "damaged"),
    ],
)
async def test_what_is_no_media_is_refused_with_a_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)

    with pytest.raises(Unreadable, match=reason):
        await probe(path)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".gif", ".webp", ".avif"])
async def test_a_picture_cut_short_is_refused(tmp_path: Path, suffix: str) -> None:
    made = media_files.picture(tmp_path / f"made{suffix}", width=300, height=300, noise=True)
    whole = made.read_bytes()
    made.write_bytes(whole[: len(whole) * 2 // 3])

    with pytest.raises(Unreadable, match="cut short"):
        await probe(made)


@pytest.mark.parametrize("faststart", [True, False])
async def test_a_video_cut_short_is_refused(tmp_path: Path, *, faststart: bool) -> None:
    made = media_files.video(tmp_path / "clip", faststart=faststart)
    whole = made.read_bytes()
    made.write_bytes(whole[: len(whole) * 2 // 3])

    with pytest.raises(Unreadable, match="cut short"):
        await probe(made)


async def test_a_decompression_bomb_is_refused_by_its_header(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="too large to read: 20000 by 20000"):
        await probe(media_files.bomb(tmp_path / "bomb.png", width=20_000, height=20_000))


async def test_a_sound_file_is_not_a_video(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="no video stream"):
        await probe(media_files.video(tmp_path / "song.mp4", form="ipod", frames=0))


async def test_a_probe_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    made = media_files.picture(tmp_path / "photo.jpg")

    with pytest.raises(ProbeTimeout):
        await probe(made, timeout=timedelta(milliseconds=1))


async def test_a_missing_file_is_not_called_unreadable(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await probe(tmp_path / "gone.jpg")


def test_a_child_that_needs_too_much_memory_says_so_and_nothing_else_is_hurt() -> None:
    code = "from postwright.kit.child_main import serve; serve(lambda job: bytearray(10**10))"
    done = subprocess.run(
        [sys.executable, "-c", code, "10", str(256 * 1024**2)], capture_output=True, text=True, check=True
    )

    assert '"unreadable"' in done.stdout
    assert "more memory than is allowed" in done.stdout
