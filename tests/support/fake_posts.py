"""Posts that are out on the fake platform."""

from uuid import UUID

from postwright.domain.capability import PostKind
from postwright.services import posts
from postwright.services.app import App
from postwright.services.auth import Caller
from postwright.services.drafts import PostDraft, TargetDraft
from postwright.storage.posts import PostRow
from tests.support.dashboard import settle

NOTE = PostKind("note", "Note", 0, 0)


async def published(app: App, caller: Caller, *accounts: UUID, **columns: object) -> PostRow:
    """A note on these accounts that a worker has published; `columns` of its publications may differ."""
    draft = PostDraft(tuple(TargetDraft(account_id=account) for account in accounts), caption="Fresh rolls")
    row, _ = await posts.create(app, caller, draft)
    out = {"external_id": "42", "external_url": "https://fakebook.example/42", "published_at": app.clock.now()}
    await settle(app, row, "published", **{**out, **columns})
    async with app.db.tx() as tx:
        return await posts.get(tx, caller, row.id)
