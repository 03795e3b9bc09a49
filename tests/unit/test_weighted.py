"""Weighing text: characters, emoji and links, one by one and in any order."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postwright.kit.weighted import LINK_WEIGHT, weighted_length
from tests.support.weights import CASES

ASCII_WITHOUT_DOTS = st.text(st.characters(max_codepoint=127, exclude_characters="."))
WITHOUT_DOTS = st.text(st.characters(exclude_characters=".", exclude_categories=["Cs"]))
CLUTTER = st.lists(
    st.sampled_from(["https://", "t.co/", "example", ".org", ".", "/", "-", "_", "(", ")", "?", "@", "é", "パン", "🥐"])
).map("".join)
SECONDS = 10.0


@pytest.mark.parametrize(("text", "weight"), CASES)
def test_a_text_has_the_weight_that_the_platform_gives_it(text: str, weight: int) -> None:
    assert weighted_length(text) == weight


@given(ASCII_WITHOUT_DOTS)
def test_plain_text_weighs_as_much_as_it_has_characters(text: str) -> None:
    assert weighted_length(text) == len(text)


@given(WITHOUT_DOTS)
def test_no_character_weighs_more_than_two(text: str) -> None:
    assert weighted_length(text) <= 2 * len(unicodedata.normalize("NFC", text))


@given(st.text(), st.text())
def test_what_stands_apart_is_weighed_apart(left: str, right: str) -> None:
    assert weighted_length(f" {left} {right}") == weighted_length(f" {left}") + weighted_length(f" {right}")


@given(CLUTTER, CLUTTER)
def test_links_that_stand_apart_are_weighed_apart(left: str, right: str) -> None:
    assert weighted_length(f" {left} {right}") == weighted_length(f" {left}") + weighted_length(f" {right}")


@given(st.text(st.sampled_from("abcXYZ019/_-=#")))
def test_a_link_weighs_the_same_whatever_its_path(path: str) -> None:
    assert weighted_length(f"https://example.org/{path}") == LINK_WEIGHT


@given(st.text())
def test_the_two_ways_of_writing_an_accent_weigh_the_same(text: str) -> None:
    assert weighted_length(unicodedata.normalize("NFD", text)) == weighted_length(text)


@pytest.mark.parametrize("part", ["é" * 62 + ".", "é.", "パ", "a.b.c.", "a.com(", "/(", "👩\u200d", "xn--", "https://"])
def test_no_text_takes_long(part: str) -> None:
    started = time.process_time()
    weighted_length(part * (20_000 // len(part)))
    assert time.process_time() - started < SECONDS
