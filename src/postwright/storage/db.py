"""The one door to PostgreSQL: an engine, transactions, and raw driver connections.

Queries live in the modules beside this one; starting a server of our own lives in `embedded.py`.
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

import asyncpg
from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

if TYPE_CHECKING:
    RawConnection: TypeAlias = asyncpg.Connection[asyncpg.Record]
else:
    RawConnection = asyncpg.Connection  # a plain class at run time

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
        self._engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=self._connect,
            pool_size=pool_size,
            max_overflow=0,
            json_serializer=to_json,
        )
        event.listen(self._engine.sync_engine, "checkout", _refuse_closed)

    def tx(self) -> AbstractAsyncContextManager[Tx]:
        """Open a transaction: committed on leaving the block, rolled back when it raises."""
        return self._engine.begin()

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[RawConnection]:
        """Give a pooled driver connection outside any transaction, for single statements that are one by themselves."""
        async with self._engine.connect() as connection:
            driver: RawConnection | None = (await connection.get_raw_connection()).driver_connection
            if driver is None:
                raise ConnectionError("the connection is closed")
            yield driver

    async def listen_connection(self) -> RawConnection:
        """Open a driver connection of its own, outside the pool, for LISTEN. The caller closes it."""
        return await self._connect()

    async def close(self) -> None:
        """Close every pooled connection. Connections of `listen_connection` are their caller's."""
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
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("\\u0000", "\\ufffd")
    return plain.encode(errors="replace").decode()
