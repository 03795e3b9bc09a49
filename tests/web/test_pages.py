"""The templates, without a server: what they show, and what a strict page policy asks of them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from starlette.applications import Starlette
from starlette.routing import Mount

from postwright.domain.post import post_state
from postwright.domain.publication import State
from postwright.web import pages as pages_module
from postwright.web.pages import Pages, StaticTree, ago, clock, count, json_script, lateness, length_of, tally, when
from postwright.web.shown import REMOVED, WAITING
from postwright.web.views import STATE_LOOKS, initials, tone
from tests.support.asgi import Client
from tests.web.samples import BADGE, NOW, chrome, pages, row

SAMPLES = pages()
WEB = Path(pages_module.__file__).parent


class Elements(HTMLParser):
    """Every element of a page with its attributes, and the ids that labels and descriptions name."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))

    def named(self, tag: str) -> Iterator[dict[str, str | None]]:
        return (attributes for name, attributes in self.all if name == tag)


@pytest.fixture(scope="module")
def tree() -> StaticTree:
    return StaticTree()


@pytest.fixture(scope="module")
def render(tree: StaticTree) -> Pages:
    return Pages(tree)


@pytest.fixture(params=SAMPLES)
def page(request: pytest.FixtureRequest, render: Pages) -> Elements:
    template, context = SAMPLES[request.param]
    return Elements(render.render(template, **context))


def test_a_page_holds_no_inline_script_style_or_event_attribute(page: Elements) -> None:
    for tag, attributes in page.all:
        assert tag != "style"
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith(("on", "hx-on"))]
        if tag == "script" and "src" not in attributes:
            assert attributes["type"] == "application/json"


def test_every_form_that_posts_carries_the_csrf_token(page: Elements) -> None:
    posting = [form for form in page.named("form") if form.get("method") == "post"]
    tokens = [field for field in page.named("input") if field.get("name") == "csrf"]
    assert len(tokens) == len(posting)
    assert {token["value"] for token in tokens} <= {"token"}
    assert all(form.get("action") for form in posting)


def test_every_id_is_used_once_and_every_reference_finds_its_element(page: Elements) -> None:
    ids = [attributes["id"] for _, attributes in page.all if attributes.get("id")]
    assert len(ids) == len(set(ids))
    for _, attributes in page.all:
        for name in ("for", "aria-describedby", "aria-labelledby", "popovertarget"):
            assert set((attributes.get(name) or "").split()) <= set(ids)


def test_a_page_has_one_heading_and_one_main_part(page: Elements) -> None:
    assert len(list(page.named("h1"))) == 1
    assert [attributes.get("id") for attributes in page.named("main")] == ["main"]


def test_a_missing_value_is_an_error_and_not_a_hole_in_the_page(render: Pages) -> None:
    with pytest.raises(UndefinedError):
        render.render("login.html", chrome=chrome())


def test_what_people_wrote_is_never_read_as_html(render: Pages) -> None:
    html = render.render("_post_row.html", chrome=chrome(), row=row("queued", text="<img src=x>"))
    assert "<img src=x>" not in html
    assert "&lt;img src=x&gt;" in html


def test_a_row_says_the_reason_and_offers_the_way_out(render: Pages) -> None:
    html = render.render("_post_row.html", chrome=chrome(), row=row("failed", reason="Too wide.", retry_url="/again"))
    assert "Too wide." in html
    assert 'action="/again"' in html


def test_a_theme_that_was_chosen_stands_in_the_page_itself(render: Pages) -> None:
    template, context = SAMPLES["posts"]
    assert "data-theme" not in render.render(template, **context)
    assert 'data-theme="dark"' in render.render(template, **{**context, "chrome": chrome(theme="dark")})


def test_every_state_of_a_publication_and_of_a_post_has_a_word_and_an_icon() -> None:
    states = {state.value for state in State}
    partial = post_state([State.PUBLISHED, State.FAILED])
    assert set(STATE_LOOKS) == states | {partial, WAITING, REMOVED}


def test_data_for_a_script_cannot_end_its_element() -> None:
    text = json_script({"caption": "</script><b>&", "badge": BADGE, "at": NOW})
    assert "<" not in text
    assert ">" not in text
    assert "northwind.coffee" in text
    assert "2026-11-20T09:24:00+00:00" in text


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "Today, 10:24"),
        (1, "Tomorrow, 10:24"),
        (-1, "Yesterday, 10:24"),
        (6, "Thu 26 Nov, 10:24"),
        (60, "19 Jan 2027, 10:24"),
    ],
)
def test_a_moment_is_told_as_people_say_it_in_the_zone_of_the_page(days: int, words: str) -> None:
    assert when(NOW + timedelta(days=days), chrome()) == words


def test_midnight_is_the_zones_and_not_utcs() -> None:
    late = NOW.replace(hour=23, minute=30)
    assert when(late, chrome()) == "Tomorrow, 00:30"
    assert clock(late, chrome()) == "21 Nov 00:30:00"
    assert clock(NOW, chrome()) == "10:24:00"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "just now"),
        (30, "in a moment"),
        (-300, "5 min ago"),
        (300, "in 5 min"),
        (-7200, "2 h ago"),
        (-86400, "1 day ago"),
        (86400 * 3, "in 3 days"),
        (-86400 * 21, "3 weeks ago"),
    ],
)
def test_a_distance_in_time_is_told_roughly(seconds: int, words: str) -> None:
    assert ago(NOW + timedelta(seconds=seconds), chrome()) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.31, "On time, within 0.31 s"), (0, "On time, within 0.01 s"), (12.4, "12.4 s late"), (240, "4 min late")],
)
def test_lateness_is_told_to_the_point(seconds: float, words: str) -> None:
    assert lateness(timedelta(seconds=seconds)) == words


def test_counts_and_lengths_read_well() -> None:
    assert count(1, "post") == "1 post"
    assert count(2400, "post") == "2,400 posts"
    assert length_of(65.2) == "1:05"
    assert [tally(number, most=1000) for number in (1, 999, 1000, 2400)] == ["1", "999", "999+", "999+"]


def test_a_name_without_a_picture_has_letters_and_a_lasting_fill() -> None:
    assert [initials(name) for name in ("Mara Lindqvist", "@northwind", "northwind.coffee", "…")] == [
        "ML",
        "NO",
        "NC",
        "?",
    ]
    assert tone("Mara") == tone("Mara")


async def test_a_static_file_is_kept_for_a_year_and_only_under_todays_digest(tree: StaticTree) -> None:
    client = Client(Starlette(routes=[Mount("/static", tree)]))
    found = await client.get(tree.url("css/tokens.css"))
    assert found.status == 200
    assert "immutable" in found.headers["cache-control"]
    assert (await client.get("/static/000000000000/css/tokens.css")).status == 404


def test_the_address_of_the_static_tree_changes_with_any_file_of_it(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a {}")
    before = StaticTree(tmp_path).digest
    (tmp_path / "a.css").write_text("b {}")
    assert StaticTree(tmp_path).digest != before


def test_every_icon_that_is_named_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'id="([\w-]+)"', (WEB / "static/icons.svg").read_text()))
    sources = [*(WEB / "templates").glob("*.html"), *(WEB / "static/js").glob("*.js")]
    named = {name for source in sources for name in re.findall(r'\bicon\(\s*"([a-z0-9-]+)"', source.read_text())}
    assert named | {look.icon for look in STATE_LOOKS.values()} <= sprite


def test_looking_at_the_same_row_twice_gives_the_same_html(render: Pages) -> None:
    shown = row("published")
    twice = [render.render("_post_row.html", chrome=chrome(), row=each) for each in (shown, replace(shown))]
    assert twice[0] == twice[1]
