"""What the demo publishes follows from a platform's kinds and from what the samples measure."""

from postwright.cli.client import Kind, Media, Rule
from postwright.cli.demo_posts import caption_for, fits, media_for

PICTURE = Rule(mimes=("image/jpeg",), max_bytes=1000, ratio=(0.8, 1.91), convert_to="image/jpeg")
CLIP = Rule(mimes=("video/mp4",), max_bytes=5000, min_seconds=3, max_seconds=60)

IMAGE = Kind(name="image", label="Image", min_media=1, max_media=1, caption=True, image=PICTURE, video=None)
ALBUM = Kind(name="album", label="Album", min_media=2, max_media=10, caption=True, image=PICTURE, video=CLIP)
TALL = Kind(
    name="tall",
    label="Tall",
    min_media=1,
    max_media=1,
    caption=False,
    image=PICTURE.model_copy(update={"ratio": None}),
    video=None,
)
WORDS = Kind(name="words", label="Words", min_media=0, max_media=0, caption=True, image=None, video=None)
KINDS = (IMAGE, ALBUM, TALL, WORDS)


def picture(name: str, width: int = 100, height: int = 100, *, size: int = 500, mime: str = "image/jpeg") -> Media:
    return Media(id=name, type="image", mime=mime, size=size, width=width, height=height, duration=None)


def clip(name: str, seconds: float = 6) -> Media:
    return Media(id=name, type="video", mime="video/mp4", size=2000, width=100, height=100, duration=seconds)


FILES = (picture("a"), picture("b"), picture("c"), picture("portrait", 100, 200), clip("film"))


def chosen(kind: Kind, files: tuple[Media, ...] = FILES) -> list[str] | None:
    found = media_for(kind, KINDS, files)
    return None if found is None else [file.id for file in found]


def test_a_single_picture_keeps_the_ratio() -> None:
    assert chosen(IMAGE) == ["a"]


def test_what_only_one_kind_takes_goes_to_that_kind() -> None:
    assert chosen(TALL) == ["portrait"]


def test_several_files_are_pictures_and_a_video_where_both_are_taken() -> None:
    assert chosen(ALBUM) == ["a", "b", "film"]


def test_videos_fill_up_where_pictures_are_missing() -> None:
    assert chosen(ALBUM, (picture("a"), clip("film"), clip("other"))) == ["a", "film", "other"]


def test_text_alone_needs_no_files() -> None:
    assert chosen(WORDS) == []


def test_a_kind_for_which_nothing_fits_gets_nothing() -> None:
    assert chosen(ALBUM, (picture("a"), clip("too short", seconds=1), clip("too long", seconds=61))) is None


def test_a_file_that_is_too_large_does_not_fit() -> None:
    assert not fits(IMAGE, picture("large", size=1001))


def test_another_format_fits_where_it_is_converted() -> None:
    strict = IMAGE.model_copy(update={"image": PICTURE.model_copy(update={"convert_to": None})})
    drawing = picture("drawing", mime="image/png")
    assert (fits(IMAGE, drawing), fits(strict, drawing)) == (True, False)


def test_words_are_written_only_where_they_are_shown() -> None:
    assert caption_for(IMAGE, 7)
    assert caption_for(TALL, 7) == ""
