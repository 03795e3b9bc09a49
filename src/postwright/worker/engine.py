"""The worker process: takes wake-ups from the job engine, keeps its leases alive, and does the periodic work."""

import asyncio
import os
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.core.qm import QueueManager
from pgqueuer.models import Job
from pgqueuer.queries import Queries
from sqlalchemy.exc import DBAPIError

from postwright.kit.clock import AnchoredClock, SystemClock
from postwright.kit.logging import logger
from postwright.services import tokens
from postwright.services.app import App
from postwright.services.health import count_lateness
from postwright.services.preflight import look_ahead
from postwright.services.sweep import sweep
from postwright.storage import publications, queue, upkeep
from postwright.storage.changes import announce
from postwright.storage.db import Database
from postwright.storage.upkeep import Process
from postwright.worker.leases import Worker
from postwright.worker.neighbours import free_what_the_dead_held, machine
from postwright.worker.publish import run_account

_BATCH = 100
_CONCURRENT_JOBS = 400
_SWEEP_EVERY = timedelta(seconds=1)
_SWEEP_AT_MOST = 200
_ANNOUNCE_EVERY = timedelta(milliseconds=100)
_LOOK_AHEAD_EVERY = timedelta(seconds=30)
_COUNT_EVERY = timedelta(seconds=5)
_UPKEEP_EVERY = timedelta(minutes=10)
_TRY_AGAIN_IN = timedelta(seconds=1)

DatabaseAway = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, DBAPIError)
"""What it looks like when the database restarts: the worker waits for it and goes on."""


async def run_worker(app: App, stop: asyncio.Event) -> None:
    """Work until `stop` is set, then finish the steps under way and hand the rest back."""
    if isinstance(app.clock, SystemClock):
        app = replace(app, clock=AnchoredClock(*await _database_time(app)))
    worker = Worker(app, sure_until=app.clock.now() + app.settings.lease)
    # The pulse has a connection of its own: behind a burst it could come too late, and every lease be over.
    alive = replace(app, db=Database(app.db.url, pool_size=1))
    await heartbeat(alive, worker)
    beats = timedelta(seconds=app.settings.heartbeat_seconds)
    try:
        async with asyncio.TaskGroup() as tasks:
            chores = [
                tasks.create_task(_every(beats, partial(heartbeat, alive, worker), stop)),
                tasks.create_task(_every(_SWEEP_EVERY, partial(_sweep, app), stop)),
                tasks.create_task(_every(_ANNOUNCE_EVERY, partial(_announce, app, worker), stop)),
                tasks.create_task(_every(_LOOK_AHEAD_EVERY, partial(_look_ahead, app), stop)),
                tasks.create_task(_every(_COUNT_EVERY, partial(count_lateness, app), stop)),
                tasks.create_task(_every(_UPKEEP_EVERY, partial(_upkeep, app), stop)),
            ]
            await _serve_queue(app, worker, stop)
            for chore in chores:
                chore.cancel()
    finally:
        await alive.db.close()
        async with app.db.tx() as tx:
            await upkeep.leave(tx, worker.id)


async def _serve_queue(app: App, worker: Worker, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            async with asyncpg.create_pool(app.db.url, min_size=2, max_size=4) as pool:
                await _consume(app, worker, stop, pool)
        except DatabaseAway as error:
            logger().warning("queue_interrupted", error=str(error))
            await _pause(_TRY_AGAIN_IN, stop)


async def _consume(app: App, worker: Worker, stop: asyncio.Event, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
    engine = QueueManager(Queries(AsyncpgPoolDriver(pool)))

    @engine.entrypoint(queue.PUBLISH)
    async def publish(job: Job) -> None:
        await run_account(app, queue.account_of(job.payload), worker)

    async def end_with_the_process() -> None:
        await stop.wait()
        worker.stopping = True
        engine.shutdown.set()

    ending = asyncio.create_task(end_with_the_process())
    try:
        await engine.run(
            batch_size=_BATCH,
            max_concurrent_tasks=_CONCURRENT_JOBS,
            heartbeat_timeout=app.settings.lease,
            # Should the listening connection break alone, wake-ups are polled for this often.
            dequeue_timeout=timedelta(seconds=app.settings.heartbeat_seconds),
        )
    finally:
        ending.cancel()


async def heartbeat(app: App, worker: Worker) -> None:
    """Prolong this process's leases, and set its clock by the database's."""
    if isinstance(app.clock, AnchoredClock):
        app.clock.anchor(*await _database_time(app))
    async with app.db.tx() as tx:
        now = app.clock.now()
        await upkeep.beat(tx, Process(worker.id, os.getpid()), host=socket.gethostname(), machine=machine(), now=now)
        holds = tuple(worker.holds)
        kept = await publications.keep_leases(tx, worker.runs, now + app.settings.lease)
    for hold in holds:
        hold.lost = hold.account_id not in kept
    worker.sure_until = now + app.settings.lease


async def _sweep(app: App) -> None:
    """Wake accounts whose wake-up was lost: something is overdue on them and nobody is at work."""
    await free_what_the_dead_held(app)
    now = app.clock.now()
    async with app.db.tx() as tx:
        overdue = await publications.overdue_accounts(tx, now=now, grace=_SWEEP_EVERY, limit=_SWEEP_AT_MOST)
        await queue.wake(tx, [(account_id, now) for account_id in overdue], now)


async def _database_time(app: App) -> tuple[datetime, timedelta]:
    """The database's time at this moment, and how far off that may be: half the way there and back."""
    asked = time.monotonic()
    async with app.db.tx() as tx:
        instant = await upkeep.database_now(tx)
    half = timedelta(seconds=(time.monotonic() - asked) / 2)
    return instant + half, half


async def _announce(app: App, worker: Worker) -> None:
    changes = await worker.changes()
    async with app.db.tx() as tx:
        await announce(tx, changes)


async def _upkeep(app: App) -> None:
    renewed = await tokens.renew_due(app)
    async with app.db.tx() as tx:
        await upkeep.delete_served(tx, app.clock.now())
    await sweep(app)
    logger().debug("upkeep", tokens_renewed=renewed)


async def _look_ahead(app: App) -> None:
    looked_at = await look_ahead(app)
    logger().debug("looked_ahead", publications=looked_at)


async def _every(span: timedelta, chore: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await chore()
        except DatabaseAway as error:
            logger().warning("chore_interrupted", error=str(error))
        await _pause(span, stop)


async def _pause(span: timedelta, stop: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(span.total_seconds()):
            await stop.wait()
    except TimeoutError:
        return
