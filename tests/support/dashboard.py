"""Somebody at the dashboard whose browser runs no script: it keeps cookies, and sends forms with the page's token."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import SimpleCookie
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from starlette.types import ASGIApp

from postwright.services import media, posts
from postwright.services.app import App
from postwright.services.auth import Caller
from postwright.services.drafts import MediaRef, PostDraft, TargetDraft
from postwright.storage.posts import PostRow
from tests.support.apps import Person
from tests.support.asgi import BOUNDARY, Client, Reply
from tests.support.media_files import picture

Fields = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Page:
    """A reply as a person sees it."""

    reply: Reply

    @property
    def status(self) -> int:
        return self.reply.status

    @property
    def goes_to(self) -> str:
        """Where a redirect leads."""
        assert self.status == 303, self.reply
        return self.reply.headers["location"]

    @property
    def source(self) -> str:
        return self.reply.body.decode()

    @property
    def words(self) -> str:
        """The text between the tags, with single spaces."""
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", self.source)).split())

    @property
    def token(self) -> str:
        found = re.search(r'<meta name="csrf" content="([^"]*)">', self.source)
        return found[1] if found else ""

    def ids(self, prefix: str) -> list[str]:
        """The ids of elements that begin so, without the beginning."""
        return re.findall(rf'\sid="{prefix}([^"]+)"', self.source)


@dataclass
class Visitor:
    """One browser."""

    app: ASGIApp
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    async def open(self, path: str, **headers: str) -> Page:
        """Look at a page."""
        page = await self._call("GET", path, headers=headers)
        self.token = page.token or self.token
        return page

    async def send(self, path: str, fields: Fields | None = None, **headers: str) -> Page:
        """Send a form from the page that was opened last."""
        body = urlencode({"csrf": self.token, **(fields or {})}, doseq=True).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self._call("POST", path, body, {**kind, **headers})

    async def send_files(self, path: str, fields: Fields, files: Mapping[str, bytes]) -> Page:
        """The same with files, all of the field `media`."""
        pairs = [(n, v) for n, given in fields.items() for v in ([given] if isinstance(given, str) else given)]
        parts = [_part(f'name="{name}"', value.encode()) for name, value in [("csrf", self.token), *pairs]]
        parts += [_part(f'name="media"; filename="{name}"', content) for name, content in files.items()]
        body = b"".join([*parts, f"--{BOUNDARY}--\r\n".encode()])
        return await self._call("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})

    async def _call(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = {}) -> Page:
        jar = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        client = Client(self.app, {"Accept": "text/html", **({"Cookie": jar} if jar else {})})
        reply = await client.send(method, path, body=[] if body is None else [body], headers=headers)
        for name, line in reply.cookies.items():
            morsel = SimpleCookie(f"{name}={line}")[name]
            if morsel["max-age"] == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value
        return Page(reply)


def _part(disposition: str, content: bytes) -> bytes:
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n"
    return head.encode() + content + b"\r\n"


def visitor(server: ASGIApp, person: Person) -> Visitor:
    """The browser of somebody who is signed in."""
    return Visitor(server, {"pw_session": person.cookie}, person.csrf)


def caller_of(person: Person) -> Caller:
    """The person as use cases know them."""
    user, workspace = person.member.user, person.member.workspace
    return Caller(user.id, workspace.id, person.member.role, user.is_admin, user.id, "cookie")


async def upload(app: App, person: Person) -> MediaRef:
    """A picture that any platform takes."""
    path = picture(app.settings.data_dir / "picture.jpg", width=400, height=400)
    stored = await media.add_file(app, person.member.workspace.id, media.Upload(path, path.name, media.sha256_of(path)))
    return MediaRef(id=stored.media.id)


async def write(app: App, person: Person, *accounts: UUID, caption: str = "Roast day", after: timedelta) -> PostRow:
    """A post with a picture on these accounts, to go out in a while."""
    draft = PostDraft(
        targets=tuple(TargetDraft(account_id=account) for account in accounts),
        caption=caption,
        media=(await upload(app, person),),
        scheduled_at=(app.clock.now() + after).isoformat(),
    )
    row, _ = await posts.create(app, caller_of(person), draft)
    return row


async def settle(app: App, post: PostRow, state: str, **values: object) -> None:
    """Let all of a post be in a state, as a worker leaves it; `values` are columns of its publications."""
    columns = {"state": state, "next_run_at": None, **values}
    assignments = ", ".join(f"{name} = :{name}" for name in columns)
    change = text(f"UPDATE publications SET {assignments} WHERE post_id = :post")  # noqa: S608 a test's own columns
    if "error" in columns:
        change = change.bindparams(bindparam("error", type_=JSONB))
    async with app.db.tx() as tx:
        await tx.execute(change, {**columns, "post": post.id})
        await tx.execute(text("UPDATE posts SET state = :state WHERE id = :post"), {"state": state, "post": post.id})
