"""What the demo publishes follows from a platform's kinds and from what the samples measure."""

from pydantic import JsonValue

from postwright.cli.client import Kind, Media, OptionValue, Platform, Rule
from postwright.cli.demo_posts import another_take, caption_for, fits, media_for, options_for

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


def test_a_document_fits_where_its_pages_do() -> None:
    book = Kind(
        name="book",
        label="Book",
        min_media=1,
        max_media=1,
        caption=True,
        image=None,
        video=None,
        document=Rule(mimes=("application/pdf",), max_bytes=1000, max_pages=3),
    )
    plan = Media(id="plan", type="document", mime="application/pdf", size=9, width=1, height=1, duration=None, pages=3)
    assert fits(book, plan)
    assert not fits(book, plan.model_copy(update={"pages": 4}))
    assert not fits(IMAGE, plan)
    assert not fits(book, picture("a"))


def test_an_animation_fits_only_where_its_format_is_taken() -> None:
    loop = picture("loop", mime="image/gif").model_copy(update={"duration": 2.0})
    taken = IMAGE.model_copy(update={"image": PICTURE.model_copy(update={"mimes": ("image/gif",)})})
    assert (fits(IMAGE, loop), fits(taken, loop)) == (False, True)


def test_a_file_that_is_too_large_does_not_fit() -> None:
    assert not fits(IMAGE, picture("large", size=1001))


def test_another_format_fits_where_it_is_converted() -> None:
    strict = IMAGE.model_copy(update={"image": PICTURE.model_copy(update={"convert_to": None})})
    drawing = picture("drawing", mime="image/png")
    assert (fits(IMAGE, drawing), fits(strict, drawing)) == (True, False)


def test_words_are_written_only_where_they_are_shown() -> None:
    assert caption_for(IMAGE, 7)
    assert caption_for(TALL, 7) == ""


def test_pictures_that_stand_together_are_of_one_size_where_there_are_enough() -> None:
    strip = ALBUM.model_copy(update={"video": None, "min_media": 2})
    files = (picture("wide", 150, 100), picture("a"), picture("tall", 80, 100), picture("b"))
    assert chosen(strip, files) == ["a", "b"]


def test_options_come_from_the_account_from_an_example_or_from_the_choices() -> None:
    kind = WORDS.model_copy(update={"required": ("board", "link", "mood")})
    schema: dict[str, JsonValue] = {
        "properties": {
            "board": {"type": "string"},
            "link": {"anyOf": [{"type": "string"}, {"type": "null"}], "examples": ["https://a.example"]},
            "mood": {"anyOf": [{"enum": ["calm", "wild"]}, {"type": "null"}]},
        }
    }
    place = Platform(id="p", name="P", logins=(), kinds=(kind,), options_schema=schema, account_options=("board",))
    found = options_for(place, kind, {"board": (OptionValue(value="7"), OptionValue(value="8"))})
    assert found == {"post_type": "words", "board": "7", "link": "https://a.example", "mood": "calm"}
    assert options_for(place, kind, {"board": ()}) is None
    assert options_for(place, kind, {}) is None


def test_another_take_of_a_video_is_another_file() -> None:
    assert another_take(b"film") != b"film"
    assert another_take(b"film").startswith(b"film")
