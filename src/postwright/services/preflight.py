"""The looks at publications before their time, while there is still time to mend what would stop them.

Nothing is sent to a platform but the renewal of a token that would have run out by then.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from pydantic import ValidationError

from postwright.domain.account import Health
from postwright.domain.check import check
from postwright.domain.errors import AuthRevoked, Finding, PlatformError
from postwright.domain.post import Content
from postwright.domain.schedule import PREFLIGHTS, next_preflight
from postwright.kit.blobs import BlobsUnavailable
from postwright.kit.logging import logger
from postwright.platforms.base import PlatformSpec
from postwright.services import tokens
from postwright.services.app import App
from postwright.services.compose import option_findings
from postwright.storage import changes
from postwright.storage import preflight as storage
from postwright.storage.preflight import Coming
from postwright.storage.publications import Line, write_lines

_BATCH: Final = 50
_HOLD: Final = timedelta(minutes=15)
"""Longer than a batch takes; a process that dies over one leaves it to others then."""

Renewals = dict[UUID, PlatformError | None]
"""The accounts whose tokens were to be renewed in this batch, each once, and why that failed where it did."""


async def look_ahead(app: App) -> int:
    """Look at all publications whose look is due; how many. Any number of processes may do so at once."""
    looked_at = 0
    while True:
        now = app.clock.now()
        async with app.db.tx() as tx:
            batch = await storage.take(tx, now=now, until=now + _HOLD, limit=_BATCH)
        renewals: Renewals = {}
        for one in batch:
            await _write_down(app, one, [finding async for finding in _findings(app, one, renewals)])
        looked_at += len(batch)
        if len(batch) < _BATCH:
            return looked_at


async def _write_down(app: App, one: Coming, found: Sequence[Finding]) -> None:
    now = app.clock.now()
    hours = next(ahead for ahead in reversed(PREFLIGHTS) if one.due_at - now <= ahead or ahead == PREFLIGHTS[0])
    name = f"Pre-flight {hours // timedelta(hours=1)} h"
    lines = []
    if found:
        lines.append(Line(now, "warning", f"{name}: {' '.join(finding.message for finding in found)}"))
    elif one.had_warnings:
        lines.append(Line(now, "info", f"{name}: all is well now"))
    async with app.db.tx() as tx:
        if await storage.settle(tx, one, found, next_at=next_preflight(one.due_at, now)) and lines:
            await write_lines(tx, one.id, lines)
            await changes.announce(tx, [(one.workspace_id, one.post_id)])


async def _findings(app: App, one: Coming, renewals: Renewals) -> AsyncIterator[Finding]:
    adapter = app.platforms.get(one.account.platform)
    if adapter is None:
        yield _warning("platform", "unknown_platform", f"This release does not know {one.account.platform!r} any more.")
        return
    async for finding in _of_access(app, one, renewals):
        yield finding
    for finding in (*_of_scopes(adapter.spec, one), *_of_block(adapter.spec, one), *_of_rules(adapter.spec, one)):
        yield finding
    async for finding in _of_files(app, one):
        yield finding


async def _of_access(app: App, one: Coming, renewals: Renewals) -> AsyncIterator[Finding]:
    account, ends = one.account, one.account.token_expires_at
    if account.health is not Health.HEALTHY:
        yield _reconnect(one, account.health_reason)
    elif ends is not None and ends <= one.due_at:
        if not one.renewable:
            message = f"The access to {account.username} runs out at {_time(ends)} and cannot be renewed: reconnect it."
            yield _warning("account_id", "access_runs_out", message)
        elif _renewal_helps(one, ends, app.clock.now()) and (failure := await _renew(app, one, renewals)) is not None:
            yield failure


def _renewal_helps(one: Coming, ends: datetime, now: datetime) -> bool:
    """Whether a new token would last until then. One that lives too short for that is kept alive by upkeep."""
    return ends <= now or one.renewed_at is None or ends - one.renewed_at > one.due_at - now


async def _renew(app: App, one: Coming, renewals: Renewals) -> Finding | None:
    account = one.account
    if account.id not in renewals:
        renewals[account.id] = None
        try:
            await tokens.renew_until(app, account.id, one.due_at)
        except PlatformError as failure:
            logger().warning("preflight_renewal_failed", account_id=str(account.id), message=failure.message)
            renewals[account.id] = failure
    failed = renewals[account.id]
    if isinstance(failed, AuthRevoked):
        return _reconnect(one, failed.message)
    if failed is None:
        return None
    message = f"The access to {account.username} could not be renewed yet, and is tried again: {failed.message}"
    return _warning("account_id", "access_not_renewed", message)


def _of_scopes(spec: PlatformSpec, one: Coming) -> Iterator[Finding]:
    account = one.account
    login = next((way for way in spec.logins if way.id == account.login), None)
    if login is None:
        message = f"The way {account.username} was connected is no longer offered: reconnect it."
        yield _warning("account_id", "account_needs_reconnect", message)
        return
    missing = [scope.name for scope in login.scopes if scope.required and scope.name not in account.scopes]
    if missing:
        message = f"{account.username} lacks a permission that publishing needs ({', '.join(missing)}): reconnect it."
        yield _warning("account_id", "scope_missing", message)


def _of_block(spec: PlatformSpec, one: Coming) -> Iterator[Finding]:
    until = one.blocked_until
    if until is not None and until > one.due_at:
        message = f"{spec.name} takes nothing for {one.account.username} before {_time(until)}: it goes out then."
        yield _warning("account_id", "account_blocked", message)


def _of_rules(spec: PlatformSpec, one: Coming) -> Iterator[Finding]:
    """What would be refused today; mere doubts were told when it was written."""
    try:
        options = spec.capability.options.model_validate(dict(one.options))
    except ValidationError as error:
        found: Sequence[Finding] = option_findings(error)
    else:
        found = check(spec.capability, Content(one.caption, one.attachments, options))
    for finding in found:
        if finding.severity == "error":
            yield _warning(finding.field, finding.code, finding.message)


async def _of_files(app: App, one: Coming) -> AsyncIterator[Finding]:
    for index, attachment in enumerate(one.attachments):
        try:
            if not await app.blobs.exists(attachment.media.key):
                message = f"The file {attachment.media.name} is gone from the media store: attach it again."
                yield _warning(f"media.{index}", "media_missing", message)
        except BlobsUnavailable as failure:
            yield _warning("media", "media_unreachable", f"The media store cannot be reached: {failure}")
            return


def _reconnect(one: Coming, reason: str | None) -> Finding:
    message = f"{one.account.username} must be connected again before it can publish: {reason}"
    return _warning("account_id", "account_needs_reconnect", message)


def _warning(field: str, code: str, message: str) -> Finding:
    return Finding(field, code, message, severity="warning")


def _time(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"
