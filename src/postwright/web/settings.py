"""The page of the workspace's settings: its name, and what becomes of posts that are late or said before."""

from datetime import timedelta
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from postwright.domain.errors import Invalid
from postwright.domain.workspace import LONGEST_DUPLICATE_WINDOW, LONGEST_LATE_LIMIT, LatePolicy, WorkspaceSettings
from postwright.services import workspaces
from postwright.services.workspaces import Changes
from postwright.web import flash
from postwright.web.door import Visit, answer, go, visit
from postwright.web.forms import Form, submitted
from postwright.web.frame import surroundings
from postwright.web.views import Choice, FormState

PATH: Final = "/settings"
_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_FIELDS: Final = {"late_limit_seconds": "late_minutes", "duplicate_window_seconds": "duplicate_hours"}
POLICIES: Final = (
    Choice(LatePolicy.ASK.value, "Ask me", "It waits under “Needs attention” until you decide."),
    Choice(LatePolicy.PUBLISH.value, "Publish it", "It goes out however late it is."),
    Choice(LatePolicy.SKIP.value, "Skip it", "It is canceled, and the post says why."),
)


async def show(request: Request) -> Response:
    """The settings as they are."""
    visiting = await visit(request)
    async with visiting.app.db.tx() as tx:
        found = await workspaces.settings(tx, visiting.caller)
    return await _page(visiting, FormState(_typed(found)))


async def save(request: Request) -> Response:
    """Change them, or show what is wrong with what was typed."""
    visiting, form = await submitted(request)
    try:
        async with visiting.app.db.tx() as tx:
            await workspaces.change(tx, visiting.caller, _changes(form))
    except Invalid as wrong:
        errors = {_FIELDS.get(finding.field, finding.field): finding.message for finding in wrong.findings}
        typed = {name: form.text(name) for name in ("name", "late_minutes", "late_policy", "duplicate_hours")}
        return await _page(visiting, FormState(typed, errors), HTTPStatus.UNPROCESSABLE_ENTITY)
    return flash.say(visiting.app, go(PATH), "The settings are saved.")


async def _page(visiting: Visit, form: FormState, status: int = HTTPStatus.OK) -> Response:
    around = await surroundings(visiting, "settings", PATH)
    context = {
        "form": form,
        "policies": POLICIES,
        "may_save": visiting.caller.role in workspaces.SETTERS,
        "most_minutes": LONGEST_LATE_LIMIT // _MINUTE,
        "most_hours": LONGEST_DUPLICATE_WINDOW // _HOUR,
    }
    return answer(visiting.request, "settings.html", {**around.context, **context}, status)


def _typed(found: WorkspaceSettings) -> dict[str, str]:
    return {
        "name": found.name,
        "late_minutes": f"{found.late_limit / _MINUTE:g}",
        "late_policy": found.late_policy.value,
        "duplicate_hours": f"{found.duplicate_window / _HOUR:g}",
    }


def _changes(form: Form) -> Changes:
    policy = form.text("late_policy")
    if policy not in LatePolicy.__members__.values():
        raise Invalid.of("late_policy", "unknown_choice", "Choose one of these.")
    return Changes(
        name=form.text("name"),
        late_limit=_span(form, "late_minutes", _MINUTE, LONGEST_LATE_LIMIT),
        late_policy=LatePolicy(policy),
        duplicate_window=_span(form, "duplicate_hours", _HOUR, LONGEST_DUPLICATE_WINDOW),
    )


def _span(form: Form, field: str, unit: timedelta, longest: timedelta) -> timedelta:
    try:
        number = float(form.text(field).replace(",", "."))
    except ValueError:
        number = -1
    if not 0 <= number <= longest / unit:  # also what is no number at all
        raise Invalid.of(field, "out_of_range", f"Write a number between 0 and {longest / unit:g}.")
    return timedelta(seconds=round(number * unit.total_seconds()))
