"""Taking published posts down from their platforms, on a person's word. The post and its evidence stay here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from postwright.domain.account import Account
from postwright.domain.errors import Conflict, PlatformError, Problem, Unavailable
from postwright.domain.publication import State
from postwright.platforms.base import Call
from postwright.services import posts
from postwright.services.app import App
from postwright.services.auth import Caller
from postwright.services.calls import FAILURES, answered, line_to, problem_of
from postwright.services.evidence import Evidence
from postwright.storage import accounts, changes, edits, publications
from postwright.storage.posts import PostRow, PublicationRow

NOT_OFFERED: Final = "removal_not_offered"
TAKEN_DOWN: Final = "Taken down by a person"


@dataclass(frozen=True, slots=True)
class NotRemoved:
    """A publication that still stands on its platform, and why."""

    publication_id: UUID
    platform: str
    code: str
    message: str


async def remove(
    app: App, caller: Caller, post_id: UUID, publication_id: UUID | None = None
) -> tuple[PostRow, tuple[NotRemoved, ...]]:
    """Take down all of a post that is published, or one publication; the post then, and what still stands of it.

    What was taken down before is left alone. Opens its own transactions: none is open while a platform is asked.
    Raises NotFound, and Conflict where nothing is published (`nothing_to_remove`) or where no platform of what
    stands has a call for it (`removal_not_offered`).
    """
    async with app.db.tx() as tx:
        row = await posts.get(tx, caller, post_id)
        connected = {account.id: account for account in await accounts.connected(tx, caller.workspace_id)}
    out = [one for one in row.publications if one.state is State.PUBLISHED and publication_id in (None, one.id)]
    if not out:
        raise Conflict("Nothing of this post is published.", code="nothing_to_remove")
    standing = [one for one in out if may_remove(one)]
    left = [
        NotRemoved(one.id, one.platform, problem.code, problem.message)
        for one in standing
        if (problem := await _take_down(app, row, one, connected.get(one.account_id))) is not None
    ]
    if left and len(left) == len(standing) and {one.code for one in left} == {NOT_OFFERED}:
        raise Conflict(_each_once(left), code=NOT_OFFERED)
    async with app.db.tx() as tx:
        return await posts.get(tx, caller, post_id), tuple(left)


def may_remove(publication: PublicationRow) -> bool:
    """Whether `remove` would ask the platform about it."""
    return publication.state is State.PUBLISHED and publication.removed_at is None


def _each_once(left: Sequence[NotRemoved]) -> str:
    return " ".join(dict.fromkeys(one.message for one in left))


async def _take_down(app: App, row: PostRow, publication: PublicationRow, account: Account | None) -> Problem | None:
    """Ask the platform and write down what came of it; why it still stands, if it does."""
    evidence = Evidence(app.clock)
    problem = await _ask(app, publication, account, evidence)
    if problem is None:
        evidence.say("info", TAKEN_DOWN)
    else:
        evidence.say("warning", f"Not taken down: {problem.message}")
    async with app.db.tx() as tx:
        if problem is None:
            await edits.mark_removed(tx, publication.id, app.clock.now())
        await publications.write_lines(tx, publication.id, evidence.take())
        await changes.announce(tx, [(row.workspace_id, row.id)])
    return problem


async def _ask(app: App, publication: PublicationRow, account: Account | None, evidence: Evidence) -> Problem | None:
    adapter, external_id = app.adapter(publication.platform), publication.external_id
    name = adapter.spec.name
    if external_id is None:
        return Conflict(f"It is not known which post on {name} this is; delete it there.", code="external_id_unknown")
    if account is None:
        message = f"The account is no longer connected: connect it again, or delete the post on {name}."
        return Conflict(message, code="account_disconnected")

    async def ask(call: Call) -> bool:
        return await adapter.remove(call, external_id)

    try:
        async with line_to(app, account, evidence.sent) as call:
            is_gone = await answered(app, call, ask)
    except FAILURES as failure:
        evidence.failed(failure if isinstance(failure, PlatformError) else Unavailable(str(failure)))
        return problem_of(name, failure)
    if is_gone:
        return None
    return Conflict(f"{name} offers no way for apps to take this post down; delete it there.", code=NOT_OFFERED)
