"""Verbs on the posts of a world, as its person speaks them."""

from uuid import UUID

from sqlalchemy import text

from postwright.domain.publication import State
from postwright.services import posts
from postwright.services.auth import Caller
from postwright.services.drafts import PostDraft, TargetDraft
from postwright.services.posts import Resolution
from postwright.storage.posts import Filter, PostRow, PublicationRow
from tests.support.apps import join
from tests.support.fake_platform import caller_of
from tests.support.world import World


async def draft(world: World, *targets: UUID | TargetDraft, files: tuple[str, ...] = ("a.jpg",)) -> PostDraft:
    """A draft with these sample files for these accounts."""
    named = tuple(TargetDraft(account_id=one) if isinstance(one, UUID) else one for one in targets)
    return PostDraft(named, caption="Fresh rolls", media=tuple([await world.upload(name) for name in files]))


async def create(world: World, wanted: PostDraft, caller: Caller | None = None) -> PostRow:
    row, is_new = await posts.create(world.app, caller or world.caller, wanted)
    assert is_new
    return row


async def stranger(world: World) -> Caller:
    """Somebody of another workspace."""
    return caller_of(await join(world.app))


async def count(world: World, table: str) -> int:
    async with world.app.db.tx() as tx:
        return int((await tx.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())  # noqa: S608 our own names


async def end_as(world: World, publication: PublicationRow, state: State) -> None:
    """Leave a publication in a state as a worker would have left it."""
    statement = text("UPDATE publications SET state = :state, next_run_at = NULL, attempts = 3 WHERE id = :id")
    async with world.app.db.tx() as tx:
        await tx.execute(statement, {"state": state.value, "id": publication.id})


async def retry(world: World, post: PostRow, publication_id: UUID | None = None) -> PostRow:
    async with world.app.db.tx() as tx:
        return await posts.retry(tx, world.app, world.caller, post.id, publication_id)


async def resolve(world: World, post: PostRow, word: Resolution) -> PostRow:
    async with world.app.db.tx() as tx:
        return await posts.resolve(tx, world.app, world.caller, post.id, word)


async def listed(world: World, wanted: Filter, caller: Caller | None = None, *, limit: int = 2) -> list[UUID]:
    """All pages of a list, one after the other."""
    found: list[UUID] = []
    cursor: str | None = None
    while True:
        page = await posts.page(world.app, caller or world.caller, wanted, limit=limit, cursor=cursor)
        assert len(page.rows) <= limit
        found += [row.id for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            return found


def own_media(row: PostRow, publication: PublicationRow | None = None) -> list[str]:
    wanted = None if publication is None else publication.id
    return [item.media.facts.mime for item in row.media if item.publication_id == wanted]
