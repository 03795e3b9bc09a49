"""Dropping what means nothing any more, so that no table grows with time alone; for the worker's periodic job."""

from datetime import timedelta

from postwright.services.app import App
from postwright.services.people import WINDOW
from postwright.storage import oauth_states, users, webhook_receipts

KEEP_STATES = timedelta(days=1)
"""Long enough to tell a late visitor that a state was used or has expired, rather than never begun."""
KEEP_RECEIPTS = timedelta(days=7)
"""Platforms send an event again for 72 hours at most."""
KEEP_SESSIONS = timedelta(days=1)


async def sweep(app: App) -> int:
    """Drop old consents, receipts, failed log-ins and sessions; how many rows."""
    now = app.clock.now()
    async with app.db.tx() as tx:
        dropped = await oauth_states.sweep(tx, now - KEEP_STATES)
        dropped += await webhook_receipts.sweep(tx, now - KEEP_RECEIPTS)
        dropped += await users.sweep(tx, failures_before=now - WINDOW, sessions_before=now - KEEP_SESSIONS)
    return dropped
