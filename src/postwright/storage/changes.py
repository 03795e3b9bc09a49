"""Tells listening dashboards which posts changed, by NOTIFY. A lost notice costs nothing: rows are the truth."""

import json
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from postwright.storage.db import Tx

CHANNEL = "postwright_changes"
_PER_NOTICE = 90
"""A notice holds at most 8,000 bytes; a pair of ids takes 82."""

Change = tuple[UUID, UUID]
"""A workspace and the post that changed in it."""


async def announce(tx: Tx, changes: Sequence[Change]) -> None:
    """Announce changes; they are heard when the transaction commits."""
    for start in range(0, len(changes), _PER_NOTICE):
        pairs = [[str(workspace), str(post)] for workspace, post in changes[start : start + _PER_NOTICE]]
        await tx.execute(text("SELECT pg_notify(:channel, :pairs)"), {"channel": CHANNEL, "pairs": json.dumps(pairs)})


def read(payload: str) -> list[Change]:
    """The changes that a notice tells of."""
    return [(UUID(workspace), UUID(post)) for workspace, post in json.loads(payload)]
