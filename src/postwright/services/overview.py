"""What a person sees of their workspace at a glance: who they are, what is connected, what waits, what needs them."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from postwright.domain.account import Account
from postwright.services import people
from postwright.services.auth import Caller
from postwright.storage import accounts
from postwright.storage import overview as storage
from postwright.storage.db import Tx
from postwright.storage.users import Member


@dataclass(frozen=True, slots=True)
class Overview:
    """One look at a workspace. `waiting` counts publications by account, `states` posts by state.

    A number counts no further than storage.overview says.
    """

    member: Member
    accounts: tuple[Account, ...]
    waiting: Mapping[UUID, int]
    states: Mapping[str, int]


async def overview(tx: Tx, caller: Caller) -> Overview:
    """The caller's workspace. Raises Unauthenticated where they have left it."""
    return Overview(
        member=await people.me(tx, caller),
        accounts=await accounts.connected(tx, caller.workspace_id),
        waiting=await storage.waiting(tx, caller.workspace_id),
        states=await storage.by_state(tx, caller.workspace_id),
    )


async def states_on(tx: Tx, caller: Caller, account_id: UUID) -> Mapping[str, int]:
    """How many posts of one account are in each state, counted as far."""
    return await storage.by_state_on(tx, caller.workspace_id, account_id)
