"""`postwright doctor`: looks at all that publishing needs here, and says what to do where something is missing."""

import asyncio
import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final, Literal

import aiohttp
import typer
from rich.markup import escape
from sqlalchemy import text

from postwright.bootstrap import running_app
from postwright.cli.opening import NO_DATABASE, load
from postwright.cli.serve import LOOPBACK, SANDBOX_PORT, WEB_PORT
from postwright.cli.terminal import FAILED, JsonOption, line, out, print_json, run
from postwright.kit.blobs import BlobsUnavailable
from postwright.kit.clock import SystemClock
from postwright.kit.media import MediaError
from postwright.kit.probe import probe
from postwright.platforms.base import ApiVersion
from postwright.sandbox import samples
from postwright.services import health, webhooks
from postwright.services.app import App
from postwright.settings import Settings
from postwright.storage.embedded import EmbeddedPostgresError
from postwright.storage.upkeep import database_now

OLDEST_POSTGRES: Final = 14
LEAST_SPACE: Final = 1_000_000_000
CLOCK_DOUBT: Final = timedelta(seconds=1)
CLOCK_WRONG: Final = timedelta(seconds=30)
_SAMPLE: Final = "picture.png"
_ASK_FOR: Final = aiohttp.ClientTimeout(total=3)
_BROKEN: Final = 500

Verdict = Literal["ok", "warn", "bad"]
_MARKS: Final = {"ok": "[green]✓[/]", "warn": "[yellow]![/]", "bad": "[red]✗[/]"}


@dataclass(frozen=True, slots=True)
class Line:
    """What was found about one thing; `advice` where something is to be done."""

    name: str
    verdict: Verdict
    found: str
    advice: str = ""


def doctor(*, as_json: JsonOption = False) -> None:
    """Check everything that is needed for publishing, and say what to do. Exits 1 if something is bad."""
    lines = run(_examine(load(), show=None if as_json else _show))
    if as_json:
        print_json([asdict(found) for found in lines])
    if any(found.verdict == "bad" for found in lines):
        raise typer.Exit(FAILED)


async def _examine(settings: Settings, show: Callable[[Line], None] | None) -> list[Line]:
    lines = []
    async for found in _findings(settings):
        lines.append(found)
        if show is not None:
            show(found)
    return lines


def _show(found: Line) -> None:
    line(out, f"{_MARKS[found.verdict]} [bold]{found.name:<10}[/] {escape(found.found)}")
    if found.advice:
        line(out, f"             [dim]→ {escape(found.advice)}[/]")


async def _findings(settings: Settings) -> AsyncIterator[Line]:
    yield _settings(settings)
    yield _data_dir(settings.data_dir)
    yield await _media_tools()
    for port, option in ((WEB_PORT, "--port"), (SANDBOX_PORT, "--sandbox-port")):
        yield await _port(port, option)
    if settings.sandbox_url is not None:
        yield await _sandbox(settings.sandbox_url)
    try:
        async with running_app(settings) as app:
            async for found in _of_app(app):
                yield found
    except EmbeddedPostgresError as broken:
        yield Line("database", "bad", str(broken))
    except NO_DATABASE as lost:
        yield Line(
            "database",
            "bad",
            f"It cannot be reached: {lost}",
            "Check POSTWRIGHT_DATABASE_URL, and that the server runs and lets this machine in.",
        )


async def _of_app(app: App) -> AsyncIterator[Line]:
    yield await _database(app)
    yield await _clock(app)
    for check in await health.readiness(app):
        if check.name != "database":
            yield _readiness(check)
    yield await _store(app)
    for platform, adapter in app.platforms.items():
        yield _platform(app, platform)
        if (ending := _ending(platform, adapter.spec.version, app.clock.now().date())) is not None:
            yield ending


def _settings(settings: Settings) -> Line:
    if settings.production:
        return Line("settings", "ok", f"Production, reached at {settings.public_url}")
    if settings.sandbox_url is not None:
        return Line("settings", "ok", f"Development; all platforms are played by {settings.sandbox_url}")
    return Line("settings", "ok", f"Development, reached at {settings.public_url}")


def _data_dir(folder: Path) -> Line:
    place = str(folder.absolute())
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as fault:
        advice = "Let this account write there, or name another folder in POSTWRIGHT_DATA_DIR."
        return Line("data", "bad", f"{place} cannot be written: {fault.strerror}", advice)
    free = shutil.disk_usage(folder).free
    if free < LEAST_SPACE:
        return Line("data", "warn", f"{place} has {free / 1e6:.0f} MB left", "Make room: videos are large.")
    return Line("data", "ok", f"{place} is writable, {free / 1e9:.0f} GB free")


async def _media_tools() -> Line:
    """Draw a picture and let it be measured as an upload would be: by a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder, _SAMPLE)
        try:
            await asyncio.to_thread(lambda: picture.write_bytes(samples.sample(_SAMPLE)))
            found = await probe(picture)
        except (MediaError, OSError, RuntimeError) as fault:
            advice = "Install the packages again (make clean, make demo); libvips and FFmpeg come with them."
            return Line("media", "bad", f"A picture cannot be read: {fault}", advice)
    return Line("media", "ok", f"Pictures are read in a process of their own ({found.width} × {found.height})")


async def _port(port: int, option: str) -> Line:
    name = f"port {port}"
    try:
        socket.create_server((LOOPBACK, port)).close()
    except OSError:
        ours = await _answers(f"http://{LOOPBACK}:{port}/{'healthz' if port == WEB_PORT else '_sandbox/settings'}")
        if ours:
            return Line(name, "ok", "Postwright listens there")
        return Line(name, "warn", "Another program listens there", f"`postwright up` can take another one: {option}")
    return Line(name, "ok", "Free")


async def _sandbox(url: str) -> Line:
    if await _answers(f"{url}/"):
        return Line("sandbox", "ok", f"{url} answers")
    return Line("sandbox", "bad", f"{url} does not answer", "Start it, or unset POSTWRIGHT_SANDBOX_URL.")


async def _answers(url: str) -> bool:
    try:
        async with aiohttp.ClientSession(timeout=_ASK_FOR) as http, http.get(url, allow_redirects=False) as reply:
            return reply.status < _BROKEN
    except (aiohttp.ClientError, TimeoutError):
        return False


async def _database(app: App) -> Line:
    async with app.db.tx() as tx:
        version = str((await tx.execute(text("SHOW server_version"))).scalar_one())
    kind = "embedded" if app.settings.database_url is None else "external"
    if int(version.partition(".")[0]) < OLDEST_POSTGRES:
        return Line("database", "bad", f"PostgreSQL {version}", f"It takes {OLDEST_POSTGRES} or newer.")
    return Line("database", "ok", f"PostgreSQL {version} ({kind}) answers")


async def _clock(app: App) -> Line:
    async with app.db.tx() as tx:
        before = SystemClock().now()
        theirs = await database_now(tx)
        after = SystemClock().now()
    apart = max(before - theirs, theirs - after, timedelta(0))
    found = f"{apart.total_seconds():.3f} s apart from the database's"
    if apart > CLOCK_DOUBT:
        verdict: Verdict = "bad" if apart > CLOCK_WRONG else "warn"
        return Line("clock", verdict, found, "Let this machine's clock be set by NTP (timedatectl set-ntp true).")
    return Line("clock", "ok", found)


def _readiness(check: health.Check) -> Line:
    if check.ok:
        return Line(check.name, "ok", check.detail)
    # A machine where nothing runs yet is not broken.
    return Line(check.name, "warn" if check.name == "worker" else "bad", check.detail)


def _platform(app: App, platform: str) -> Line:
    """What is entered at the platform so that it finds this server, and whether its app is known here."""
    public, word = app.settings.public_url, webhooks.verify_token(app, platform)
    hooks = f"webhooks to {public}/api/webhooks/{platform}, verified by {word}"
    found = f"Redirect to {public}/api/callback/{platform}; {hooks}"
    owners = dict.fromkeys(login.credentials.upper() for login in app.adapter(platform).spec.logins)
    if any(app.settings.app_of(owner.lower()) is not None for owner in owners):
        return Line(platform, "ok", found)
    names = " or ".join(f"POSTWRIGHT_{owner}_CLIENT_ID and _CLIENT_SECRET" for owner in owners)
    return Line(platform, "warn", f"No app is set up. {found}", f"Set {names}.")


def _ending(platform: str, version: ApiVersion | None, today: date) -> Line | None:
    """That the version of the platform's API that is called here has ended or soon will; None otherwise."""
    left = version.ending(today) if version else None
    if version is None or left is None:
        return None
    days = left.days
    when = f"ends in {days} days" if days > 0 else "has ended"
    found = f"Version {version.name} of its API {when}, on {version.sunset}"
    return Line(f"{platform} API", "warn", found, "Update Postwright: a newer release calls a newer version.")


async def _store(app: App) -> Line:
    key = f"doctor/{os.getpid()}"
    try:
        with tempfile.NamedTemporaryFile() as file:
            await app.blobs.put_file(key, Path(file.name))
        await app.blobs.delete(key)
    except (BlobsUnavailable, OSError) as fault:
        return Line("store", "bad", f"Media cannot be stored: {fault}", "Check POSTWRIGHT_MEDIA_URL and its rights.")
    return Line("store", "ok", f"Media is stored in {app.settings.media_url or 'the data folder'}")
