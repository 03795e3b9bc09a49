"""The values that some options may have on one account now (its boards, what its owner allows): the platform knows."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from postwright.domain.errors import NotFound
from postwright.kit.http import Reply, Request
from postwright.platforms.base import OptionValue
from postwright.services.app import App
from postwright.services.auth import Caller
from postwright.services.calls import FAILURES, answered, line_to, problem_of
from postwright.storage import accounts


async def account_options(app: App, caller: Caller, account_id: UUID) -> Mapping[str, tuple[OptionValue, ...]]:
    """By option, the values it may have; empty where none of the platform's options is the account's own.

    Raises NotFound (`account_not_found`), Conflict (`account_needs_reconnect`, `platform_refused`) and
    Unready (`platform_unavailable`).
    """
    async with app.db.tx() as tx:
        connected = await accounts.connected(tx, caller.workspace_id)
    account = next((one for one in connected if one.id == account_id), None)
    if account is None:
        raise NotFound("No such account is connected.", code="account_not_found")
    adapter = app.adapter(account.platform)
    if not adapter.spec.account_options:
        return {}
    try:
        async with line_to(app, account, _unrecorded) as call:
            return await answered(app, call, adapter.choices)
    except FAILURES as failure:
        raise problem_of(adapter.spec.name, failure) from failure


def _unrecorded(request: Request, reply: Reply | None, took: timedelta) -> None:
    """A look changes nothing: there is no publication whose evidence it would be."""
