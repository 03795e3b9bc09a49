"""Connected accounts: storing, listing and disconnecting them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from postwright.domain.account import Account, Health
from postwright.domain.errors import AuthRevoked, Finding, Invalid, NotFound, PlatformError
from postwright.domain.publication import State
from postwright.kit.http import NoReply, NotSent
from postwright.kit.ids import new_id
from postwright.platforms.base import Target
from postwright.services import tokens
from postwright.services.app import App
from postwright.services.auth import Caller
from postwright.storage import accounts, changes, preflight, queue
from postwright.storage.accounts import Closed, Held
from postwright.storage.db import Tx
from postwright.storage.publications import Line, refresh_post_state, write_lines

DISCONNECTORS = ("owner", "admin")
_DOUBT = "The account was disconnected while the post was being sent: look whether it is out."
_LINES = {
    State.CANCELED: ("warning", "Canceled: the account was disconnected"),
    State.NEEDS_ATTENTION: ("error", _DOUBT),
    State.PUBLISHED: ("warning", "The post is out, but not all of it: the account was disconnected"),
}


@dataclass(frozen=True, slots=True)
class Disconnected:
    """An account that is no longer connected; `warning` where its consent may still stand at the platform."""

    account: Account
    canceled: int
    """How many publications will not go out."""
    warning: str | None


async def connections(tx: Tx, caller: Caller) -> tuple[Account, ...]:
    """The caller's connected accounts."""
    return await accounts.connected(tx, caller.workspace_id)


async def store(
    tx: Tx, app: App, workspace_id: UUID, targets: Sequence[Target], *, platform: str, login: str
) -> tuple[Account, ...]:
    """Store accounts with their tokens. One that was there before is the same again, healthy, and its posts go on."""
    now = app.clock.now()
    external_ids = [target.external_id for target in targets]
    await accounts.lock_tokens_of(tx, workspace_id, platform, external_ids)
    ids = []
    for target in sorted(targets, key=lambda target: target.external_id):
        fresh = Account(
            id=new_id(),
            workspace_id=workspace_id,
            platform=platform,
            login=login,
            external_id=target.external_id,
            username=target.username,
            name=target.name,
            avatar_url=target.avatar_url,
            kind=target.kind,
            scopes=target.grant.scopes,
            health=Health.HEALTHY,
            health_reason=None,
            context=target.context,
            token_expires_at=target.grant.expires_at,
            connected_at=now,
        )
        account_id = await accounts.connect(tx, fresh, target.grant.subject)
        await accounts.store_tokens(tx, account_id, tokens.seal(app, account_id, target.grant), now)
        ids.append(account_id)
    await preflight.look_again(tx, ids, now)
    await queue.wake(tx, [(account_id, now) for account_id in ids], now)
    return tuple(one for one in await accounts.connected(tx, workspace_id, platform) if one.id in ids)


async def disconnect(app: App, caller: Caller, platform: str, account_id: UUID | None = None) -> Disconnected:
    """Take the consent back at the platform, delete our tokens, and end what was still to go out.

    Whatever the platform answers, nothing of ours is kept. Raises NotFound (`unknown_platform`,
    `account_not_found`), Invalid (`account_id_required`) and NotAllowed.
    """
    caller.require(*DISCONNECTORS)
    name = app.adapter(platform).spec.name
    async with app.db.tx() as tx:
        account = _the_one(name, await accounts.connected(tx, caller.workspace_id, platform), account_id)
        held = await accounts.held(tx, account.id)
        shared = held is not None and await accounts.consent_is_shared(tx, held)
    warning = None if held is None or shared else await _revoke(app, name, held)
    async with app.db.tx() as tx:
        now = app.clock.now()
        await accounts.held(tx, account.id, lock=True)
        await accounts.disconnect(tx, account.id, now)
        closed = await accounts.close_publications(tx, account.id, _DOUBT, now)
        await _write_down(tx, app, closed)
    return Disconnected(account, sum(one.state is State.CANCELED for one in closed), warning)


async def _revoke(app: App, name: str, held: Held) -> str | None:
    """Take the consent back; why it may still stand, if that failed."""
    account = held.account
    try:
        call = tokens.oauth_call(app, account.platform, account.login)
        taken_back = await app.adapter(account.platform).revoke(call, tokens.grant_of(app, held))
    except AuthRevoked:
        return None  # it was taken back before
    except (PlatformError, NotSent, NoReply) as failure:
        return (
            f"{name} did not confirm that the consent is taken back ({failure}). Our copy of the tokens is deleted; "
            f"to be sure, remove the app in the settings of {name}."
        )
    if taken_back:
        return None
    return (
        f"Our copy of the tokens is deleted; the consent itself ends when you remove the app in the settings of {name}."
    )


async def _write_down(tx: Tx, app: App, closed: Sequence[Closed]) -> None:
    now = app.clock.now()
    for one in closed:
        level, message = _LINES[one.state]
        await write_lines(tx, one.id, [Line(now, level, message)])
    for post_id in sorted({one.post_id for one in closed}):
        await refresh_post_state(tx, post_id, now)
    await changes.announce(tx, sorted({(one.workspace_id, one.post_id) for one in closed}))


def _the_one(name: str, found: Sequence[Account], account_id: UUID | None) -> Account:
    if account_id is not None:
        found = [account for account in found if account.id == account_id]
    if not found:
        raise NotFound(f"No such account of {name} is connected.", code="account_not_found")
    if len(found) > 1:
        raise Invalid(
            [
                Finding(
                    "account_id", "account_id_required", f"{account.name}: {account.id}", account_id=str(account.id)
                )
                for account in found
            ],
            f"Several accounts of {name} are connected: say which one.",
        )
    return found[0]
