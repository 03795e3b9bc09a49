"""The same list of posts as most would write it: ORM classes, eager loading, one response model, no access control.

It reads the tables of the program and returns the same names; the wall for comparison in `bench.web`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict
from sqlalchemy import ForeignKey, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload

from postwright.storage.db import Database


class _Base(DeclarativeBase):
    type_annotation_map = {dict[str, Any]: JSONB, list[Any]: JSONB}  # noqa: RUF012 as SQLAlchemy reads it


class Account(_Base):
    """An account."""

    __tablename__ = "accounts"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    username: Mapped[str]
    name: Mapped[str]
    avatar_url: Mapped[str | None]


class Media(_Base):
    """A file."""

    __tablename__ = "media"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str]
    name: Mapped[str]
    facts: Mapped[dict[str, Any]]
    thumb_key: Mapped[str | None]


class PostMedia(_Base):
    """A file in its place."""

    __tablename__ = "post_media"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"))
    media_id: Mapped[UUID] = mapped_column(ForeignKey("media.id"))
    position: Mapped[int]
    alt_text: Mapped[str | None]
    media: Mapped[Media] = relationship()


class Publication(_Base):
    """A post on one account."""

    __tablename__ = "publications"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    platform: Mapped[str]
    state: Mapped[str]
    caption: Mapped[str | None]
    options: Mapped[dict[str, Any]]
    due_at: Mapped[datetime]
    next_run_at: Mapped[datetime | None]
    attempts: Mapped[int]
    calls: Mapped[int]
    started_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    external_id: Mapped[str | None]
    external_url: Mapped[str | None]
    error: Mapped[dict[str, Any] | None]
    warnings: Mapped[list[Any]]
    account: Mapped[Account] = relationship()


class Post(_Base):
    """A post."""

    __tablename__ = "posts"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID]
    author_id: Mapped[UUID | None]
    caption: Mapped[str]
    options: Mapped[dict[str, Any]]
    state: Mapped[str]
    due_at: Mapped[datetime]
    wall_time: Mapped[datetime]
    timezone: Mapped[str]
    client_post_id: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    media: Mapped[list[PostMedia]] = relationship(order_by=PostMedia.position)
    publications: Mapped[list[Publication]] = relationship(order_by=Publication.id)


class _Reply(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class _AccountReply(_Reply):
    username: str
    name: str
    avatar_url: str | None


class _FileReply(_Reply):
    id: UUID
    key: str
    name: str
    facts: dict[str, Any]
    thumb_key: str | None


class _MediaReply(_Reply):
    alt_text: str | None
    media: _FileReply


class _PublicationReply(_Reply):
    id: UUID
    account: _AccountReply
    account_id: UUID
    platform: str
    state: str
    caption: str | None
    options: dict[str, Any]
    due_at: datetime
    next_run_at: datetime | None
    attempts: int
    calls: int
    started_at: datetime | None
    published_at: datetime | None
    removed_at: datetime | None
    external_id: str | None
    external_url: str | None
    error: dict[str, Any] | None
    warnings: list[Any]


class _PostReply(_Reply):
    id: UUID
    state: str
    caption: str
    options: dict[str, Any]
    media: list[_MediaReply]
    publications: list[_PublicationReply]
    due_at: datetime
    wall_time: datetime
    timezone: str
    client_post_id: str | None
    author_id: UUID | None
    created_at: datetime
    updated_at: datetime


def create(database_url: str) -> FastAPI:
    """The list and nothing else."""
    database = Database(database_url)
    engine = create_async_engine("postgresql+asyncpg://", async_creator=database.listen_connection, pool_size=10)
    session = async_sessionmaker(engine)

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    api = FastAPI(lifespan=living)

    @api.get("/posts")
    async def posts(workspace_id: UUID, limit: int = 50) -> list[_PostReply]:
        wanted = (
            select(Post)
            .where(Post.workspace_id == workspace_id, Post.deleted_at.is_(None))
            .order_by(Post.due_at.desc(), Post.id.desc())
            .limit(limit)
            .options(selectinload(Post.media).selectinload(PostMedia.media))
            .options(selectinload(Post.publications).selectinload(Publication.account))
        )
        async with session() as opened:
            return [_PostReply.model_validate(post) for post in await opened.scalars(wanted)]

    return api


def serve(port: int, database_url: str) -> None:
    """Serve it until SIGTERM."""
    uvicorn.run(create(database_url), port=port, log_level="warning", access_log=False, loop="uvloop", http="httptools")
