"""Reading what a page's form sends: capped, as text that can be stored, and with its CSRF token checked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from postwright.domain.errors import NotAllowed
from postwright.kit.crypto import same
from postwright.web.door import Visit, visit

LONGEST_FORM: Final = 512 * 1024
_MOST_FILES: Final = 50
_MOST_FIELDS: Final = 500
_LONGEST_FIELD: Final = 300 * 1024


@dataclass(frozen=True, slots=True)
class Form:
    """What came in. A field that did not come is empty."""

    fields: FormData

    def text(self, name: str) -> str:
        """The text of a field."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Every text of a field that may come several times."""
        return tuple(value for value in self.fields.getlist(name) if isinstance(value, str))

    def files(self, name: str) -> tuple[UploadFile, ...]:
        """The files of a field; a file input that was left empty sends one without a name."""
        found = self.fields.getlist(name)
        return tuple(value for value in found if isinstance(value, UploadFile) and value.filename)


async def read_form(request: Request, longest: int = LONGEST_FORM, *, files: int = 0) -> Form:
    """The form in a request's body. Raises HTTPException 413 beyond `longest` bytes, and 400."""
    claimed = request.headers.get("content-length", "0")
    if claimed.isdecimal() and int(claimed[:20]) > longest:
        raise HTTPException(413)
    capped = Request(request.scope, _Capped(request, longest).receive)
    fields = await capped.form(max_files=files, max_fields=_MOST_FIELDS, max_part_size=_LONGEST_FIELD)
    if any(isinstance(value, str) and "\x00" in value for _, value in fields.multi_items()):
        raise HTTPException(400)
    return Form(fields)


async def submitted(request: Request) -> tuple[Visit, Form]:
    """Who sent a form, and the form. Raises Unauthenticated, and NotAllowed (`csrf`) without its token."""
    visiting = await visit(request)
    form = await read_form(request)
    check_csrf(form, visiting.csrf)
    return visiting, form


@asynccontextmanager
async def submitted_files(request: Request, longest: int) -> AsyncIterator[tuple[Visit, Form]]:
    """The same for a form with files, which are gone after the block."""
    visiting = await visit(request)
    form = await read_form(request, longest + LONGEST_FORM, files=_MOST_FILES)
    try:
        check_csrf(form, visiting.csrf)
        yield visiting, form
    finally:
        await form.fields.close()


def check_csrf(form: Form, expected: str) -> None:
    """Refuse what another site's page has sent. Raises NotAllowed."""
    if not same(form.text("csrf"), expected):
        raise NotAllowed("This form is from an older page. Go back, load it again, and send it anew.", code="csrf")


class _Capped:
    """A request's body that ends in a refusal when it is too long."""

    def __init__(self, request: Request, longest: int) -> None:
        self._receive = request.receive
        self._left = longest

    async def receive(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise HTTPException(413)
        return message
