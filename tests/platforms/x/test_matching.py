"""Whether a listed post is the one that was sent. Pure."""

import pytest

from postwright.platforms.x.matching import is_same
from postwright.platforms.x.wire import Post

PICTURE_LINK = {"url": "https://t.co/p", "expanded_url": "https://x.com/bakery/status/5/photo/1"}


def post(text: str, *links: tuple[str, str], **more: object) -> Post:
    urls = [{"url": f"https://t.co/{short}", "expanded_url": long} for short, long in links]
    return Post.model_validate({"id": "5", "text": text, "entities": {"urls": urls}, **more})


@pytest.mark.parametrize(
    ("listed", "sent"),
    [
        (post("Hello"), "Hello"),
        (post("Salt &amp; &lt;pepper&gt;"), "Salt & <pepper>"),
        (post("Write &amp;amp; for &amp;"), "Write &amp; for &"),
        (post("See https://t.co/a!", ("a", "https://example.org/?a=1&b=2")), "See https://example.org/?a=1&b=2!"),
        (post("See https://t.co/a", ("a", "http://example.org")), "See example.org"),
        (post("See https://t.co/a", ("a", "https://example.org/")), "See https://example.org"),
        (post("https://t.co/a https://t.co/b", ("a", "https://a.org"), ("b", "https://b.org")), "a.org b.org"),
        (post("Cafe\N{COMBINING ACUTE ACCENT}"), "Caf\N{LATIN SMALL LETTER E WITH ACUTE}"),
        (post("One\n\nTwo"), " One\n\n\nTwo "),
    ],
)
def test_a_text_is_known_again_however_it_is_listed(listed: Post, sent: str) -> None:
    assert is_same(listed, sent, (), None)


@pytest.mark.parametrize(("listed", "sent"), [(post("Hello"), "hello"), (post("Hello"), "Hello!"), (post("a"), "")])
def test_another_text_is_another_post(listed: Post, sent: str) -> None:
    assert not is_same(listed, sent, (), None)


def test_the_link_to_its_own_media_is_no_part_of_the_text_and_the_media_must_be_the_same() -> None:
    listed = post("Bread https://t.co/p", attachments={"media_keys": ["3_11", "3_12"]})
    listed = listed.model_copy(update={"entities": Post.model_validate(_with_picture()).entities})
    assert is_same(listed, "Bread", ("12", "11"), None)
    assert not is_same(listed, "Bread", ("11",), None)
    assert not is_same(listed, "Bread", (), None)


def test_a_link_to_somebody_elses_picture_is_text() -> None:
    listed = post("Look https://t.co/a", ("a", "https://x.com/ada/status/4/photo/1"))
    assert is_same(listed, "Look https://x.com/ada/status/4/photo/1", (), None)
    assert not is_same(listed, "Look", (), None)


def test_an_answer_is_one_to_the_post_that_it_was_to_answer() -> None:
    answer = post("Two", referenced_tweets=[{"type": "replied_to", "id": "1"}])
    assert is_same(answer, "Two", (), "1")
    assert not is_same(answer, "Two", (), "2")
    assert not is_same(answer, "Two", (), None)
    assert is_same(post("Two", referenced_posts=[{"type": "replied_to", "id": "1"}]), "Two", (), "1")


def test_a_quotation_is_none_of_ours() -> None:
    assert not is_same(post("One", referenced_tweets=[{"type": "quoted", "id": "1"}]), "One", (), None)


def _with_picture() -> dict[str, object]:
    return {"id": "5", "text": "", "entities": {"urls": [PICTURE_LINK]}}
