"""The document and the server agree, whatever is sent: made-up requests, fitting and not, against a real server."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from postwright.api.app import create_api
from postwright.kit.blobs import Blobs
from postwright.kit.clock import SystemClock
from postwright.kit.crypto import KeyRing
from postwright.kit.http import Http
from postwright.main import create_server
from postwright.platforms.registry import PLATFORMS
from postwright.services.app import App
from postwright.storage.db import Database
from postwright.storage.embedded import EmbeddedPostgres
from tests.support.apps import connect_account, join, make_settings, open_app, work_without_end
from tests.support.asgi import Client
from tests.support.database import fresh_database
from tests.support.media_files import picture
from tests.support.server import serving
from tests.support.waiting import free_port

FORM = "multipart/form-data"
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
    allow_header_conformance,
    ignored_auth,
)


def _document() -> dict[str, Any]:
    settings = make_settings(Path("unused"))
    app = App(
        settings=settings,
        db=Database("postgresql:///unused"),
        http=Http(),
        clock=SystemClock(),
        keys=KeyRing(settings.keys),
        blobs=Blobs.from_url("s3://unused"),
        platforms=PLATFORMS,
    )
    return create_api(app).openapi()


DOCUMENT = _document()
REFUSALS = [400, 401, 403, 404, 405, 409, 413, 415, 422, 429]
CONFIG = schemathesis.Config.from_dict({"checks": {"negative_data_rejection": {"expected-statuses": REFUSALS}}})
# Logging out would end the session that all other requests are made with.
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT, config=CONFIG).exclude(path="/api/auth/logout")


@pytest.fixture(scope="module")
def live(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The origin of a running server with a post in it, and an access token."""
    started: Future[tuple[str, str]] = Future()
    stop = threading.Event()
    with fresh_database(postgres) as url:
        work = _serve(url, tmp_path_factory.mktemp("live"), started, stop)
        thread = threading.Thread(target=asyncio.run, args=(work,))
        thread.start()
        try:
            yield started.result(timeout=30)
        finally:
            stop.set()
            thread.join()


async def _serve(url: str, folder: Path, started: Future[tuple[str, str]], stop: threading.Event) -> None:
    db, port = Database(url), free_port()
    app_settings = make_settings(folder, public_url=f"http://127.0.0.1:{port}")
    async with open_app(db, app_settings, SystemClock()) as app, serving(create_server(app), port) as origin:
        person = await join(app)
        await connect_account(app, person)
        client = Client(create_server(app), {"Authorization": f"Bearer {person.bearer}"})
        file = picture(folder / "a.jpg", width=400, height=400)
        stored = await client.upload(await asyncio.to_thread(file.read_bytes), "a.jpg")
        draft = {"platform": "instagram", "media": [{"id": stored.json()["id"]}], "scheduled_at": "2027-06-01T09:00"}
        made = await client.post("/api/posts", draft)
        assert made.status == 201, made
        await work_without_end(app)
        started.set_result((origin, person.bearer))
        await asyncio.to_thread(stop.wait)
    await db.close()


@SCHEMA.parametrize()
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_answers_as_documented(case: schemathesis.Case[Any], live: tuple[str, str]) -> None:
    origin, bearer = live
    secured = "security" in DOCUMENT["paths"][case.path][case.operation.method.lower()]
    headers = {"Authorization": f"Bearer {bearer}"} if secured else {}
    # In a form every value is text, so a number there is no fault.
    checks = [check for check in CHECKS if case.media_type != FORM or check is not negative_data_rejection]
    case.call_and_validate(base_url=origin, headers=headers, checks=checks)


def test_the_document_declares_how_callers_show_who_they_are() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    assert set(DOCUMENT["components"]["securitySchemes"]) == {"bearer", "cookie"}


def test_every_operation_declares_problem_replies() -> None:
    for item in DOCUMENT["paths"].values():
        for operation in item.values():
            assert operation["responses"]["422"] == {"$ref": "#/components/responses/UNPROCESSABLE_ENTITY"}
    for response in DOCUMENT["components"]["responses"].values():
        assert list(response["content"]) == ["application/problem+json"]


async def test_the_document_is_served_and_no_page_that_loads_scripts(stranger: Client) -> None:
    served = await stranger.get("/api/openapi.json")
    assert (served.status, served.headers["content-type"]) == (200, "application/json")
    assert served.json()["paths"].keys() == DOCUMENT["paths"].keys()
    assert (await stranger.get("/api/docs")).status == 404
