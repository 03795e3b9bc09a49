"""LinkedIn's text format, against a small parser written from its page."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from postwright.platforms.linkedin.littletext import little_text, names_in, plain_text

RESERVED = r"|{}@[]()<>#\*_~"
MENTIONS = {"Acme": "urn:li:organization:1", "Acme Corp": "urn:li:organization:2", "A (b)": "urn:li:person:x-Y_1"}
PIECES = st.sampled_from([*RESERVED, "\n", " ", "a", "Ä", "7", "é", "😀", "@Acme", "@A (b)", "#tag"])
TEXTS = st.lists(PIECES).map("".join)


def parsed(little: str) -> Iterator[tuple[str, str]]:
    """What LinkedIn makes of it: elements, and the text between them. A reserved character on its own is a fault."""
    at = 0
    while at < len(little):
        if mention := re.compile(r"@\[((?:\\.|[^\\\]])+)\]\((urn:li:\w+:[\w-]+)\)", re.DOTALL).match(little, at):
            yield mention[2], "@" + re.sub(r"\\(.)", r"\1", mention[1])
            at = mention.end()
        elif hashtag := re.compile(r"#[^\W_]+").match(little, at):
            yield "hashtag", hashtag.group()
            at = hashtag.end()
        elif little[at] == "\\":
            assert little[at + 1] in RESERVED
            yield "text", little[at + 1]
            at += 2
        else:
            assert little[at] not in RESERVED, little
            yield "text", little[at]
            at += 1


@pytest.mark.parametrize(
    ("text", "little"),
    [
        ("Sale (50%) #now @all_*", r"Sale \(50%\) #now \@all\_\*"),
        (r"C:\new | {x} [y] <z> ~", r"C:\\new \| \{x\} \[y\] \<z\> \~"),
        ("#Übung #2024 a#b ##c &#x27; /#d #a_b", r"#Übung \#2024 a\#b \#\#c &\#x27; /\#d #a\_b"),
        (
            "@Acme, @Acme Corp, @Acmeister",
            r"@[Acme](urn:li:organization:1), @[Acme Corp](urn:li:organization:2), \@Acmeister",
        ),
        ("@A (b)(c)", r"@[A \(b\)](urn:li:person:x-Y_1)\(c\)"),
        ("@[Acme](urn:li:organization:9)", r"\@\[Acme\]\(urn:li:organization:9\)"),
    ],
)
def test_what_is_reserved_is_escaped_and_what_is_an_element_is_not(text: str, little: str) -> None:
    assert little_text(text, MENTIONS) == little


@given(TEXTS | st.text())
@example(r"\#a")
@example("#a\\")
def test_people_see_exactly_what_was_written(text: str) -> None:
    pieces = list(parsed(little_text(text, MENTIONS)))
    assert "".join(shown for _, shown in pieces) == text
    assert {urn for urn, _ in pieces} <= {"text", "hashtag", *MENTIONS.values()}
    assert plain_text(little_text(text, MENTIONS)) == text


@given(TEXTS)
def test_each_mention_that_the_text_holds_becomes_one(text: str) -> None:
    made = {urn for urn, _ in parsed(little_text(text, MENTIONS))} - {"text", "hashtag"}
    assert made == {MENTIONS[name] for name in names_in(text, MENTIONS)}


def test_the_other_form_of_a_hashtag_is_read_too() -> None:
    assert plain_text(r"a {hashtag|\#|b\_c} d") == "a #b_c d"
