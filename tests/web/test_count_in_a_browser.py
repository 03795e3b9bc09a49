"""The counter beside the caption, in a real Chromium and under the dashboard's policy: it agrees with the server's."""

import json
from collections.abc import AsyncIterator

import pytest
from emoji import EMOJI_DATA
from playwright.async_api import Page

from postwright.kit.weighted import weighted_length
from postwright.web.pages import HERE
from tests.support.modules import blank_page
from tests.support.weights import CASES

pytestmark = pytest.mark.browser

MOST_NAMES_APART = 30
"""Top-level domains that one of the two lists has and the other has not: they are made on different days."""
NEWEST_IN_BROWSERS = 16
"""The version of Unicode's emoji that every browser has by now."""
LENGTHS = """async ([module, texts]) => {
  const { measure } = await import(module);
  return texts.map((text) => measure(text, { limit: null, unit: "weighted" }).length);
}"""
CUT = """async ([module, text, limit]) => {
  const { measure } = await import(module);
  return measure(text, { limit, unit: "weighted" }).cut;
}"""


class Counter:
    """The page's module."""

    def __init__(self, page: Page, module: str) -> None:
        self._page = page
        self._module = module

    async def lengths(self, texts: list[str]) -> list[int]:
        found: list[int] = await self._page.evaluate(LENGTHS, [self._module, texts])
        return found

    async def cut(self, text: str, limit: int) -> int:
        found: int = await self._page.evaluate(CUT, [self._module, text, limit])
        return found


@pytest.fixture
async def counter() -> AsyncIterator[Counter]:
    async with blank_page() as (page, static):
        yield Counter(page, static.url("js/count.js"))


async def test_each_text_has_the_weight_that_the_server_gives_it(counter: Counter) -> None:
    texts = [text for text, _ in CASES]
    assert dict(zip(texts, await counter.lengths(texts), strict=True)) == dict(CASES)


async def test_every_emoji_that_browsers_know_weighs_the_same(counter: Counter) -> None:
    known = [emoji for emoji, about in EMOJI_DATA.items() if about["E"] <= NEWEST_IN_BROWSERS]
    weights = dict(zip(known, await counter.lengths(known), strict=True))
    assert {emoji: weight for emoji, weight in weights.items() if weight != weighted_length(emoji)} == {}


async def test_the_place_where_the_limit_is_crossed_is_one_in_the_text_as_typed(counter: Counter) -> None:
    assert await counter.cut("abc", 3) == -1
    assert await counter.cut("abc", 2) == 2
    assert await counter.cut("🥐🥐", 3) == 2
    assert await counter.cut("to https://example.org/bread", 25) == 3
    assert await counter.cut("e\N{COMBINING ACUTE ACCENT}e\N{COMBINING ACUTE ACCENT}x", 2) == 4


async def test_the_two_lists_of_top_level_domains_differ_in_a_few_names_only(counter: Counter) -> None:
    names = json.loads((HERE / "static" / "vendor" / "tlds" / "index.json").read_text(encoding="utf-8"))
    links = [f"https://a.{name}" for name in names]
    assert set(await counter.lengths(links)) == {23}
    assert sum(weighted_length(link) != 23 for link in links) <= MOST_NAMES_APART
