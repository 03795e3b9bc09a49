"""The page of the workspace's settings, through a browser that runs no script."""

from datetime import timedelta

import pytest

from postwright.domain.workspace import LatePolicy
from postwright.main import Doors
from postwright.services import workspaces
from postwright.services.app import App
from tests.support.apps import Person, join
from tests.support.dashboard import Visitor, caller_of, visitor

TYPED = {"name": "The bakery", "late_policy": "skip", "late_minutes": "90", "duplicate_hours": "0,5"}


async def test_what_is_saved_is_shown_and_holds(app: App, ada: Visitor, person: Person) -> None:
    page = await ada.open("/settings")
    assert 'value="60"' in page.source
    assert 'value="ask" required checked' in page.source
    assert (await ada.send("/settings", TYPED)).goes_to == "/settings"
    after = await ada.open("/settings")
    assert "The settings are saved." in after.words
    assert 'value="skip" required checked' in after.source
    async with app.db.tx() as tx:
        found = await workspaces.settings(tx, caller_of(person))
    assert (found.name, found.late_policy) == ("The bakery", LatePolicy.SKIP)
    assert (found.late_limit, found.duplicate_window) == (timedelta(minutes=90), timedelta(minutes=30))


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", " "),
        ("late_minutes", "soon"),
        ("late_minutes", "nan"),
        ("late_minutes", "-1"),
        ("duplicate_hours", "1e9"),
        ("late_policy", "never"),
    ],
)
async def test_what_cannot_be_is_said_beside_it_and_nothing_is_lost(ada: Visitor, field: str, typed: str) -> None:
    await ada.open("/settings")
    page = await ada.send("/settings", {**TYPED, field: typed})
    assert page.status == 422
    assert f'id="e-{field}"' in page.source
    assert 'value="The bakery"' in page.source or field == "name"
    assert "Ada's" in (await ada.open("/settings")).words


async def test_an_editor_may_look_and_not_save(app: App, server: Doors) -> None:
    browser = visitor(server, await join(app, role="editor"))
    page = await browser.open("/settings")
    assert "Only owners and admins of this workspace change these." in page.words
    assert '<fieldset class="all" disabled>' in page.source
    assert (await browser.send("/settings", TYPED)).status == 403
