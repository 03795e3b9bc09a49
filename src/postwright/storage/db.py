"""The one door to PostgreSQL: an engine, transactions, and raw driver connections.

Queries live in the modules beside this one; starting a server of our own lives in `embedded.py`.
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias, cast

import asyncpg
from pydantic_core import PydanticSerializationError, from_json  # a third of json.loads
from pydantic_core import to_json as write_json
from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

if TYPE_CHECKING:
    RawConnection: TypeAlias = asyncpg.Connection[asyncpg.Record]
    RawPool: TypeAlias = asyncpg.Pool[asyncpg.Record]
else:
    RawConnection, RawPool = asyncpg.Connection, asyncpg.Pool  # plain classes at run time

Tx = AsyncConnection
"""A connection inside a transaction. What takes a Tx neither commits nor rolls back."""

CONNECT_TIMEOUT = timedelta(seconds=10)

# A process that is stopped in the middle of a transaction must not hold its row locks for ever.
SESSION: Mapping[str, str] = {
    "application_name": "postwright",
    "timezone": "UTC",
    "idle_in_transaction_session_timeout": "60s",
}


class Database:
    """A pool of at most `pool_size` connections to one PostgreSQL database.

    `url` is libpq's (`postgresql://user@host/name`, a socket folder as `?host=/folder`, `sslmode` and the rest
    understood); SQLAlchemy's spelling `postgresql+asyncpg://` is taken too. Nothing connects before the first use.
    Raises ValueError when the address is not one of PostgreSQL's.
    """

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.url = libpq_url(url)
        self._pool_size = pool_size
        self._statements: RawPool | None = None
        self._engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=self._connect,
            pool_size=pool_size,
            max_overflow=0,
            json_serializer=to_json,
            json_deserializer=from_json,
        )
        event.listen(self._engine.sync_engine, "checkout", _refuse_closed)

    def tx(self) -> AbstractAsyncContextManager[Tx]:
        """Open a transaction: committed on leaving the block, rolled back when it raises."""
        return self._engine.begin()

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[RawConnection]:
        """Give a driver connection outside any transaction, for single statements that are one by themselves.

        They come from a pool of their own, as large as the other: what runs thousands of times a second spares the
        engine's bookkeeping.
        """
        if self._statements is None:
            self._statements = asyncpg.create_pool(
                self.url,
                min_size=0,
                max_size=self._pool_size,
                timeout=CONNECT_TIMEOUT.total_seconds(),
                server_settings=dict(SESSION),
                init=_read_json,
                reset=_leave_as_it_is,
            )
            await self._statements
        async with self._statements.acquire() as connection:
            yield cast(RawConnection, connection)  # the pool's stand-in for one has all that one has

    async def listen_connection(self) -> RawConnection:
        """Open a driver connection of its own, outside the pool, for LISTEN. The caller closes it."""
        return await self._connect()

    async def close(self) -> None:
        """Close every pooled connection. Connections of `listen_connection` are their caller's."""
        if self._statements is not None:
            await self._statements.close()
        await self._engine.dispose()

    async def _connect(self) -> RawConnection:
        return await asyncpg.connect(self.url, timeout=CONNECT_TIMEOUT.total_seconds(), server_settings=dict(SESSION))


async def raw(tx: Tx) -> RawConnection:
    """Give the driver connection under `tx`, for COPY and the job queue; what it does is part of the transaction.

    On it, json and jsonb parameters are JSON text, and results come back decoded.
    """
    connection: RawConnection | None = (await tx.get_raw_connection()).driver_connection
    if connection is None:
        raise ConnectionError("the transaction's connection is closed")
    if not connection.is_in_transaction():
        await tx.execute(text("SELECT 1"))  # SQLAlchemy sends BEGIN with its first statement only
    return connection


async def _read_json(connection: RawConnection) -> None:
    """Results come back decoded and parameters are JSON text, as on the engine's connections."""
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(kind, schema="pg_catalog", encoder=str, decoder=from_json)


async def _leave_as_it_is(connection: object) -> None:
    """Single statements leave nothing behind in a connection: undoing it would cost a round trip each time."""


def libpq_url(url: str) -> str:
    """Spell a PostgreSQL address as libpq and asyncpg read it. Raises ValueError for any other address."""
    scheme, separator, rest = url.partition("://")
    if scheme not in {"postgresql", "postgres", "postgresql+asyncpg"} or not separator:
        raise ValueError("a database address starts with postgresql://")
    try:
        make_url(f"postgresql://{rest}")
    except (ArgumentError, ValueError) as error:
        raise ValueError("the database address cannot be read") from error
    return f"postgresql://{rest}"


def _refuse_closed(dbapi_connection: object, record: object, proxy: object) -> None:  # noqa: ARG001  # the signature of the event
    """After a restart of the server every pooled connection is dead, and the driver knows: no round trip needed."""
    connection: RawConnection = dbapi_connection.driver_connection  # type: ignore[attr-defined]  # the adapter's
    if connection.is_closed():
        raise InvalidatePoolError


def to_json(value: object) -> str:
    r"""Write what jsonb can hold: it refuses NUL and half a surrogate pair, which evidence from outside may contain."""
    try:
        plain = write_json(value, inf_nan_mode="null")
    except PydanticSerializationError:  # half a pair
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
    return plain.replace(rb"\u0000", rb"\ufffd").decode()
