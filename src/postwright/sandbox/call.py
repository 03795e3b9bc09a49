"""One request as a twin sees it, and the reply it gives. Parsing of bodies lives here; no rule of any vendor does."""

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartParser

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"

FORM = "application/x-www-form-urlencoded"


@dataclass(slots=True)
class Call:
    """A request to one vendor host. `platform` and `account` are filled in by the twin that recognises it."""

    id: int
    at: datetime
    method: str
    host: str
    path: str
    """Path on the vendor's host, with its leading slash."""
    query_string: str
    raw_headers: Sequence[tuple[bytes, bytes]]
    body: bytes
    raw_path: str = ""
    """The same path as it was sent, percent-encoding kept."""
    query: dict[str, str] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    platform: str = ""
    account: str = ""
    fault: str = ""
    status: int = 0

    @property
    def params(self) -> dict[str, str]:
        """Query and form together; the form wins."""
        return {**self.query, **self.form} if self.form else self.query

    def header(self, name: str) -> str:
        """The value of a header, or an empty string."""
        wanted = name.encode()
        for key, value in self.raw_headers:
            if key == wanted:
                return value.decode("latin-1")
        return ""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer: twins never stream."""

    status: int
    body: bytes
    content_type: str = "application/json; charset=UTF-8"
    headers: tuple[tuple[str, str], ...] = ()


def json_reply(value: Json, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Reply:
    """An answer in JSON."""
    return Reply(status, json.dumps(value, separators=(",", ":")).encode(), headers=headers)


def redirect(location: str) -> Reply:
    """302 to another address."""
    return Reply(302, b"", "text/plain", (("location", location),))


async def read_form(call: Call) -> None:
    """Parse the query and, where there is one, the form, JSON object or multipart body into text parameters."""
    if call.query_string:
        call.query = dict(parse_qsl(call.query_string, keep_blank_values=True))
    if not call.body:
        return
    kind = call.header("content-type")
    if kind.startswith(FORM):
        call.form = dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))
    elif kind.startswith("application/json"):
        call.form = _json_form(call.body)
    elif kind.startswith("multipart/form-data"):
        await _read_multipart(call)


def _json_form(body: bytes) -> dict[str, str]:
    """A JSON object as form fields; values that are not text stay JSON. Anything else reads as no fields."""
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    if not isinstance(value, dict):
        return {}
    return {key: item if isinstance(item, str) else json.dumps(item) for key, item in value.items()}


async def _read_multipart(call: Call) -> None:
    async def stream() -> AsyncGenerator[bytes, None]:
        yield call.body

    form = await MultiPartParser(Headers(raw=list(call.raw_headers)), stream()).parse()
    for key, value in form.multi_items():
        if isinstance(value, UploadFile):
            call.files[key] = await value.read()
        else:
            call.form[key] = value
    await form.close()
