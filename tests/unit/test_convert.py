"""Pictures made ready for platforms and for the dashboard."""

from pathlib import Path
from typing import Literal

import pytest
import pyvips

from postwright.kit.convert import CannotConvert, Unreadable, thumbnail, to_jpeg
from postwright.kit.probe import probe
from tests.support import media_files

LARGE = 10_000_000


def corners(path: Path) -> list[list[float]]:
    """The colours near the four corners: top left, top right, bottom left, bottom right."""
    picture = pyvips.Image.new_from_file(str(path))
    right, bottom = picture.width - 3, picture.height - 3
    return [list(picture(x, y)) for x, y in ((2, 2), (right, 2), (2, bottom), (right, bottom))]


def fields(path: Path) -> set[str]:
    return set(pyvips.Image.new_from_file(str(path)).get_fields())


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".gif", ".webp", ".avif"])
async def test_any_still_picture_becomes_a_baseline_jpeg(tmp_path: Path, suffix: str) -> None:
    source = media_files.picture(tmp_path / f"photo{suffix}", width=200, height=100)
    target = tmp_path / "made.jpg"
    made = await to_jpeg(source, target, max_width=1440, max_bytes=LARGE)

    assert made == await probe(target)
    assert (made.mime, made.width, made.height) == ("image/jpeg", 200, 100)
    assert (made.color_space, made.pixel_format) == ("srgb", "rgb24")
    assert "interlaced" not in fields(target)


@pytest.mark.parametrize(
    ("orientation", "size", "top_left"),
    [(1, (64, 48), "dark"), (3, (64, 48), "both"), (6, (48, 64), "green"), (8, (48, 64), "red")],
)
async def test_the_picture_stands_upright_and_carries_no_metadata(
    tmp_path: Path, orientation: int, size: tuple[int, int], top_left: str
) -> None:
    target = tmp_path / "made.jpg"
    source = media_files.picture(tmp_path / "photo.jpg", width=64, height=48, orientation=orientation)
    made = await to_jpeg(source, target, max_width=1440, max_bytes=LARGE)

    assert (made.width, made.height) == size
    red, green, _ = corners(target)[0]
    assert {(False, False): "dark", (True, True): "both", (False, True): "green", (True, False): "red"}[
        red > 128, green > 128
    ] == top_left
    assert not fields(target) & {"exif-data", "orientation", "xmp-data", "icc-profile-data"}


async def test_a_wide_picture_is_narrowed_and_a_tall_one_is_not(tmp_path: Path) -> None:
    wide = media_files.picture(tmp_path / "wide.png", width=2000, height=500)
    tall = media_files.picture(tmp_path / "tall.png", width=500, height=2000)

    made = await to_jpeg(wide, tmp_path / "wide.jpg", max_width=1440, max_bytes=LARGE)
    assert (made.width, made.height) == (1440, 360)
    made = await to_jpeg(tall, tmp_path / "tall.jpg", max_width=1440, max_bytes=LARGE)
    assert (made.width, made.height) == (500, 2000)


async def test_a_tall_picture_is_lowered_where_height_is_limited(tmp_path: Path) -> None:
    tall = media_files.picture(tmp_path / "tall.png", width=500, height=2000)
    made = await to_jpeg(tall, tmp_path / "tall.jpg", max_width=1440, max_height=1000, max_bytes=LARGE)

    assert (made.width, made.height) == (250, 1000)


async def test_the_width_that_counts_is_the_one_shown(tmp_path: Path) -> None:
    turned = media_files.picture(tmp_path / "turned.jpg", width=2000, height=500, orientation=6)
    made = await to_jpeg(turned, tmp_path / "made.jpg", max_width=1440, max_bytes=LARGE)

    assert (made.width, made.height) == (500, 2000)


async def test_quality_gives_way_until_the_file_is_small_enough(tmp_path: Path) -> None:
    source = media_files.picture(tmp_path / "noise.png", width=400, height=400, noise=True)
    fine = await to_jpeg(source, tmp_path / "fine.jpg", max_width=1440, max_bytes=LARGE)
    small = await to_jpeg(source, tmp_path / "small.jpg", max_width=1440, max_bytes=fine.size_bytes // 2)

    assert small.size_bytes <= fine.size_bytes // 2
    assert (small.width, small.height) == (400, 400)


async def test_a_limit_that_no_quality_meets_is_refused(tmp_path: Path) -> None:
    source = media_files.picture(tmp_path / "noise.png", width=400, height=400, noise=True)
    target = tmp_path / "made.jpg"

    with pytest.raises(CannotConvert, match=r"larger than 1,000 bytes"):
        await to_jpeg(source, target, max_width=1440, max_bytes=1000)
    assert not target.exists()


@pytest.mark.parametrize(("background", "level"), [("white", 255), ("black", 0)])
async def test_transparent_parts_show_the_background(
    tmp_path: Path, background: Literal["white", "black"], level: int
) -> None:
    source = media_files.transparent(tmp_path / "clear.png")
    target = tmp_path / "made.jpg"
    made = await to_jpeg(source, target, max_width=1440, max_bytes=LARGE, background=background)

    assert not made.has_alpha
    assert corners(target)[0] == [level, level, level]


async def test_a_picture_for_print_gets_the_colours_of_the_screen(tmp_path: Path) -> None:
    source = tmp_path / "print.jpg"
    media_files.gradient(64, 48).icc_export(output_profile="cmyk").jpegsave(str(source))
    made = await to_jpeg(source, tmp_path / "made.jpg", max_width=1440, max_bytes=LARGE)

    assert (made.color_space, made.pixel_format) == ("srgb", "rgb24")


async def test_deep_and_grey_pictures_become_plain_srgb(tmp_path: Path) -> None:
    deep = (media_files.gradient(64, 48).cast("ushort") * 257).cast("ushort").copy(interpretation="rgb16")
    deep.pngsave(str(tmp_path / "deep.png"))
    media_files.gradient(64, 48).colourspace("b-w").pngsave(str(tmp_path / "grey.png"))
    for name in ("deep", "grey"):
        made = await to_jpeg(tmp_path / f"{name}.png", tmp_path / f"{name}.jpg", max_width=1440, max_bytes=LARGE)
        assert (made.color_space, made.pixel_format) == ("srgb", "rgb24")
    assert corners(tmp_path / "deep.jpg")[1][0] > 200


async def test_what_moves_is_not_made_into_a_still(tmp_path: Path) -> None:
    for source in (media_files.animation(tmp_path / "loop.gif"), media_files.video(tmp_path / "clip.mp4")):
        with pytest.raises(CannotConvert):
            await to_jpeg(source, tmp_path / "made.jpg", max_width=1440, max_bytes=LARGE)


async def test_a_broken_picture_leaves_nothing_behind(tmp_path: Path) -> None:
    source = media_files.picture(tmp_path / "photo.jpg", width=300, height=300, noise=True)
    source.write_bytes(source.read_bytes()[:8000])
    target = tmp_path / "made.jpg"
    target.write_bytes(b"left from before")

    with pytest.raises(Unreadable, match="cut short"):
        await to_jpeg(source, target, max_width=1440, max_bytes=LARGE)
    assert not target.exists()


async def test_a_decompression_bomb_is_not_converted(tmp_path: Path) -> None:
    source = media_files.bomb(tmp_path / "bomb.png", width=20_000, height=20_000)

    with pytest.raises(Unreadable, match="too large"):
        await thumbnail(source, tmp_path / "small.webp", size=100)


@pytest.mark.parametrize(
    ("width", "height", "size"), [(400, 200, (100, 50)), (200, 400, (50, 100)), (60, 30, (60, 30))]
)
async def test_a_thumbnail_fits_into_the_square_and_is_never_enlarged(
    tmp_path: Path, width: int, height: int, size: tuple[int, int]
) -> None:
    source = media_files.picture(tmp_path / "photo.jpg", width=width, height=height)
    await thumbnail(source, tmp_path / "small.webp", size=100)
    found = await probe(tmp_path / "small.webp")

    assert (found.mime, found.width, found.height) == ("image/webp", *size)


async def test_a_thumbnail_of_an_animation_stands_still(tmp_path: Path) -> None:
    await thumbnail(media_files.animation(tmp_path / "loop.gif"), tmp_path / "small.webp", size=100)
    found = await probe(tmp_path / "small.webp")

    assert not found.animated
    assert (found.width, found.height) == (32, 24)


@pytest.mark.parametrize(
    ("rotation", "size", "brightest_red"),
    [(0, (64, 48), {1, 3}), (90, (48, 64), {0, 1}), (180, (64, 48), {0, 2}), (-90, (48, 64), {2, 3})],
)
async def test_a_thumbnail_of_a_video_is_its_first_frame_upright(
    tmp_path: Path, rotation: int, size: tuple[int, int], brightest_red: set[int]
) -> None:
    source = media_files.video(tmp_path / "clip.mp4", width=64, height=48, rotation=rotation)
    target = tmp_path / "small.webp"
    await thumbnail(source, target, size=100)
    found = await probe(target)

    assert (found.width, found.height) == size
    assert {number for number, (red, *_) in enumerate(corners(target)) if red > 128} == brightest_red


async def test_a_thumbnail_of_no_media_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "text.jpg"
    source.write_text("words")

    with pytest.raises(Unreadable):
        await thumbnail(source, tmp_path / "small.webp", size=100)
