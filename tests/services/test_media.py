"""Making of a picture what a platform's rule wants, once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from postwright.domain.capability import DocumentRule, ImageRule, PostKind
from postwright.domain.errors import Invalid
from postwright.domain.media import Media
from postwright.services import media
from postwright.services.app import App
from postwright.storage.db import Database
from tests.support.apps import Person, join, make_settings, open_app
from tests.support.clock import ManualClock
from tests.support.fake_platform import FAKE, FakePlatform
from tests.support.media_files import animation, document, picture, transparent, video

RULE = ImageRule(mimes=("image/jpeg",), max_bytes=8_000_000, max_width=300, convert_to="image/jpeg")


@pytest.fixture
async def app(db: Database, tmp_path: Path) -> AsyncIterator[App]:
    async with open_app(db, make_settings(tmp_path), ManualClock()) as opened:
        yield opened


@pytest.fixture
async def person(app: App) -> Person:
    return await join(app)


async def _store(app: App, person: Person, path: Path) -> Media:
    upload = media.Upload(path, path.name, media.sha256_of(path))
    return (await media.add_file(app, person.member.workspace.id, upload)).media


async def _renditions(app: App) -> int:
    async with app.db.tx() as tx:
        return int((await tx.execute(text("SELECT count(*) FROM media WHERE rendition_of IS NOT NULL"))).scalar_one())


async def test_a_picture_that_fits_is_used_as_it_is(app: App, person: Person, tmp_path: Path) -> None:
    stored = await _store(app, person, picture(tmp_path / "a.jpg", width=300, height=300))
    assert await media.fit(app, stored, RULE) == stored


async def test_a_picture_is_converted_once_for_each_rule(app: App, person: Person, tmp_path: Path) -> None:
    stored = await _store(app, person, transparent(tmp_path / "a.png", width=600, height=400))
    made = await media.fit(app, stored, RULE)
    assert (made.facts.mime, made.facts.width, made.facts.height) == ("image/jpeg", 300, 200)
    assert made.id != stored.id
    assert await media.fit(app, stored, RULE) == made
    assert await app.blobs.exists(made.key)
    assert await _renditions(app) == 1


async def test_a_picture_converted_by_two_at_once_is_stored_once(app: App, person: Person, tmp_path: Path) -> None:
    stored = await _store(app, person, picture(tmp_path / "a.png", width=320, height=320))
    one, other = await asyncio.gather(media.fit(app, stored, RULE), media.fit(app, stored, RULE))
    assert one == other
    assert await _renditions(app) == 1
    kept = [path for path in (app.settings.data_dir / "media").rglob("*.jpg") if path.is_file()]
    assert len(kept) == 1


async def test_a_picture_that_cannot_be_made_small_enough_is_refused(app: App, person: Person, tmp_path: Path) -> None:
    stored = await _store(app, person, picture(tmp_path / "a.png", width=400, height=400, noise=True))
    rule = ImageRule(mimes=("image/jpeg",), max_bytes=500, convert_to="image/jpeg")
    with pytest.raises(Invalid) as refused:
        await media.fit(app, stored, rule, field="media.2")
    assert [(finding.field, finding.code) for finding in refused.value.findings] == [("media.2", "media_unconvertible")]
    assert await _renditions(app) == 0


async def test_an_animation_cannot_become_a_still_picture(app: App, person: Person, tmp_path: Path) -> None:
    stored = await _store(app, person, animation(tmp_path / "a.gif"))
    with pytest.raises(Invalid):
        await media.fit(app, stored, RULE)


@pytest.mark.parametrize(
    ("limits", "size"),
    [
        ({"max_height": 100}, (150, 100)),
        ({"max_width": 300, "max_height": 100}, (150, 100)),
        ({"max_pixels": 15_000}, (150, 100)),
        ({"max_pixels": 1}, (1, 1)),
        ({"max_width": 30, "max_pixels": 15_000}, (30, 20)),
    ],
)
async def test_a_picture_is_reduced_to_every_limit(
    app: App, person: Person, tmp_path: Path, limits: dict[str, int], size: tuple[int, int]
) -> None:
    stored = await _store(app, person, picture(tmp_path / "a.jpg", width=600, height=400))
    rule = ImageRule(mimes=("image/jpeg",), max_bytes=8_000_000, convert_to="image/jpeg", **limits)  # type: ignore[arg-type]  # limits only
    made = await media.fit(app, stored, rule)
    assert (made.facts.width, made.facts.height) == size
    assert await media.fit(app, made, rule) == made


async def test_an_animation_is_left_alone_where_its_format_is_taken(app: App, person: Person, tmp_path: Path) -> None:
    stored = await _store(app, person, animation(tmp_path / "a.gif"))
    rule = ImageRule(mimes=("image/jpeg", "image/gif"), max_bytes=8_000_000, max_pixels=10_000, convert_to="image/jpeg")
    assert await media.fit(app, stored, rule) == stored


async def test_a_document_is_kept_with_its_pages(app: App, person: Person, tmp_path: Path) -> None:
    stored = await _store(app, person, document(tmp_path / "Our plan.pdf", pages=4))
    assert (stored.facts.kind, stored.facts.pages) == ("document", 4)
    assert stored.key.endswith("/Our-plan.pdf")
    async with app.db.tx() as tx:
        assert (await media.get(tx, person.member.workspace.id, stored.id)).media == stored


async def test_the_largest_file_may_be_a_document(app: App) -> None:
    book = PostKind("book", "Book", 1, 1, document=DocumentRule(("application/pdf",), 10**12, 300))
    assert media.largest(replace(app, platforms={FAKE: FakePlatform(ManualClock(), kinds=(book,))})) == 10**12


async def test_nothing_is_converted_where_the_rule_does_not_say_to_what(
    app: App, person: Person, tmp_path: Path
) -> None:
    stored = await _store(app, person, picture(tmp_path / "a.png"))
    assert await media.fit(app, stored, ImageRule(mimes=("image/jpeg",), max_bytes=1)) == stored


async def test_deleting_a_file_deletes_what_was_made_of_it(app: App, person: Person, tmp_path: Path) -> None:
    stored = await _store(app, person, picture(tmp_path / "a.png", width=400, height=400))
    made = await media.fit(app, stored, RULE)
    await media.remove(app, person.member.workspace.id, stored.id)
    assert not await app.blobs.exists(made.key)
    assert await _renditions(app) == 0


async def test_a_platform_gets_our_own_link_where_the_store_has_none(app: App, person: Person, tmp_path: Path) -> None:
    stored = await _store(app, person, video(tmp_path / "a.mp4", width=64, height=48))
    url = await media.attachment_url(app, stored)
    assert url == media.link(app, stored)
    assert url.startswith(f"http://127.0.0.1:8000/media/{stored.id}/")
