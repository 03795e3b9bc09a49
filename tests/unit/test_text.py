"""Counting text as platforms count it, on words of many scripts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postwright.kit.text import hashtags, mentions, shorten, utf8_length, utf16_length

PLAIN = st.text(st.characters(exclude_characters="#@＃＠", exclude_categories=["Cs"]))  # noqa: RUF001 the full-width signs
TAG_WORDS = st.from_regex(r"[a-z]{1,5}[0-9]{0,3}", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "code_points", "utf16", "utf8"),
    [
        ("", 0, 0, 0),
        ("abc", 3, 3, 3),
        ("é", 1, 1, 2),
        ("e\N{COMBINING ACUTE ACCENT}", 2, 2, 3),
        ("漢字", 2, 2, 6),
        ("한글", 2, 2, 6),
        ("नमस्ते", 6, 6, 18),
        ("😀", 1, 2, 4),
        ("👍🏽", 2, 4, 8),
        ("👨‍👩‍👧", 5, 8, 18),
        ("🇩🇪", 2, 4, 8),
        ("#️⃣", 3, 3, 7),
        ("＃", 1, 1, 3),  # noqa: RUF001 the full-width sign
        ("𠮷", 1, 2, 4),
        ("\U0010ffff", 1, 2, 4),
        ("\uffff", 1, 1, 3),
    ],
)
def test_text_has_the_length_that_each_unit_gives_it(text: str, code_points: int, utf16: int, utf8: int) -> None:
    assert (len(text), utf16_length(text), utf8_length(text)) == (code_points, utf16, utf8)


@given(st.text(), st.text())
def test_lengths_add_up_and_never_fall_below_the_number_of_characters(left: str, right: str) -> None:
    assert utf16_length(left + right) == utf16_length(left) + utf16_length(right)
    assert utf8_length(left + right) == utf8_length(left) + utf8_length(right)
    assert len(left) <= utf16_length(left) <= 2 * len(left)
    assert utf16_length(left) <= utf8_length(left) <= 4 * len(left)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("#one", ["#one"]),
        ("#one #two, #three.", ["#one", "#two", "#three"]),
        ("(#one)", ["#one"]),
        ("#one-two", ["#one"]),
        ("#one#two", ["#one"]),
        ("##one", ["#one"]),
        ("#snake_case #_", ["#snake_case", "#_"]),
        ("#2026", []),
        ("#2026goals #goals2026", ["#2026goals", "#goals2026"]),
        ("# one", []),
        ("#", []),
        ("#!", []),
        ("word#one", []),
        ("1#one", []),
        ("https://example.com/#one", []),
        ("&#one;", []),
        ("#café #cafe\N{COMBINING ACUTE ACCENT}", ["#café", "#cafe\N{COMBINING ACUTE ACCENT}"]),
        ("#日本 ＃東京", ["#日本", "＃東京"]),  # noqa: RUF001 the full-width sign
        ("日本#東京", []),
        ("#नमस्ते #ไทย", ["#नमस्ते", "#ไทย"]),
        ("line\n#one", ["#one"]),
        ("Press #️⃣ or 1️⃣", []),
        ("#1️⃣", []),
        ("❤️#love 1️⃣#one 😀#fun", ["#love", "#one", "#fun"]),
        ("#love❤️", ["#love"]),
    ],
)
def test_hashtags_are_found_where_a_platform_finds_them(text: str, found: list[str]) -> None:
    assert hashtags(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@ana", ["@ana"]),
        ("Thanks @ana, @bo_b and @c.d!", ["@ana", "@bo_b", "@c.d"]),
        ("Thanks @ana.", ["@ana"]),
        ("@ana...", ["@ana"]),
        ("ana@example.com", []),
        ("ana.@example", []),
        ("https://example.com/@ana", []),
        ("@", []),
        ("@ ana", []),
        ("@@ana", []),
        ("@.ana", []),
        ("@1", ["@1"]),
        ("＠ana", ["＠ana"]),  # noqa: RUF001 the full-width sign
        ("東京@ana", []),
        ("❤️@ana 😀@bob", ["@ana", "@bob"]),
        ("(@ana)", ["@ana"]),
        ("@ana@bob", ["@ana"]),
    ],
)
def test_mentions_are_found_where_a_platform_finds_them(text: str, found: list[str]) -> None:
    assert mentions(text) == found


@given(PLAIN)
def test_without_a_sign_there_is_neither_tag_nor_mention(text: str) -> None:
    assert (hashtags(text), mentions(text)) == ([], [])


@given(st.lists(TAG_WORDS), st.sampled_from([" ", "\n", ", ", " 😀 ", "❤️"]))
def test_as_many_tags_and_mentions_are_counted_as_were_written(written: list[str], between: str) -> None:
    assert hashtags(between.join(f"#{word}" for word in written)) == [f"#{word}" for word in written]
    assert mentions(between.join(f"@{word}" for word in written)) == [f"@{word}" for word in written]


@given(st.text())
def test_every_tag_and_mention_stands_in_the_text_with_its_sign(text: str) -> None:
    for found in hashtags(text) + mentions(text):
        assert found in text
        assert len(found) > 1


@pytest.mark.parametrize("unit", ["#", "#1", "@", "@a.", "@.", "# ", "#a#"])
def test_long_text_of_signs_is_counted_in_no_time(unit: str) -> None:
    text = unit * 30_000
    assert len(hashtags(text)) + len(mentions(text)) <= len(text)


@given(st.text(), st.integers(1, 50))
def test_shortened_text_is_one_line_within_its_limit(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit
    assert short.splitlines() in ([], [short])
    assert shorten(short, limit) == short


def test_only_what_is_cut_ends_in_an_ellipsis() -> None:
    assert shorten("  Fresh\n rolls ", 20) == "Fresh rolls"
    assert shorten("Fresh rolls every morning", 12) == "Fresh rolls…"
    assert shorten("12345", 5) == "12345"
    assert shorten("123456", 5) == "1234…"
