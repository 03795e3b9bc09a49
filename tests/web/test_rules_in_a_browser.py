"""The composer's rules, in a real Chromium: of every platform they say what the server says, kind by kind."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Page
from starlette.types import ASGIApp

from postwright.platforms.registry import PlatformView, describe
from postwright.services.app import App
from tests.support.apps import Person, connect_account
from tests.support.asgi import Client
from tests.support.media_files import animation, document, picture, transparent, video
from tests.support.modules import blank_page

pytestmark = pytest.mark.browser

Json = dict[str, Any]

SAYS = """async ([module, cases]) => {
  const { DECIDED, findings } = await import(module);
  const all = cases.map(([platform, caption, options, media]) => findings(platform, caption, options, media));
  return [[...DECIDED], all];
}"""
LAYOUTS = """async ([module, cases]) => {
  const { layoutOf } = await import(module);
  const kindOf = (platform, wanted) => platform.kinds.find(({ name }) => name === wanted);
  return cases.map(([platform, kind, media]) => layoutOf(platform, kindOf(platform, kind), media));
}"""
NAMES = """async ([module, platform, options, media]) => {
  const { optionNames } = await import(module);
  return optionNames(platform, options, media);
}"""
PLATFORMS = {one.id: one.model_dump(mode="json") for one in describe()}
TRAYS = ("", "jpg", "mp4", "pdf", "jpg mp4", "png", "gif", "jpg jpg", "mp4 mp4", "jpg pdf", "jpg " * 5, "jpg " * 36)
FEW, SOME = 2, 4
"""How many of them stand for the others."""
CAPTIONS = (
    "Doors open at ten",
    "",
    "   ",
    "é" * 3001,
    "🥐" * 141,
    " ".join(f"#tag{n}" for n in range(31)),
    " ".join(f"@name{n}" for n in range(21)),
    "x" * 64_000,
)


@dataclass(frozen=True)
class Case:
    """What is written for one platform."""

    platform: str
    caption: str
    options: Json
    tray: tuple[str, ...]
    alt_text: str = ""


def sample(platform: str, name: str) -> object:
    """A value that an option takes: its example, its first choice, or a text that its pattern allows."""
    schema = PLATFORMS[platform]["options_schema"]["properties"][name]
    forms = [form for form in schema.get("anyOf", [schema]) if form.get("type") != "null"]
    if "examples" in schema:
        return schema["examples"][0]
    if "enum" in forms[0]:
        return forms[0]["enum"][0]
    return {"boolean": True, "integer": 1}.get(forms[0].get("type"), "1")


def decisive(platform: PlatformView) -> Iterator[Json]:
    """Options that decide the kind of post, or that one needs."""
    named = dict.fromkeys(name for kind in platform.kinds for name in (*kind.required, kind.chosen_by) if name)
    yield from ({name: sample(platform.id, name)} for name in named)
    for kind in platform.kinds:
        yield {"post_type": kind.name, **{name: sample(platform.id, name) for name in kind.required}}
        if kind.required:
            yield {"post_type": kind.name}


def other(platform: PlatformView) -> Iterator[Json]:
    """Each option that some kind does not have."""
    for name in dict.fromkeys(name for kind in platform.kinds for name in kind.options):
        if not all(name in kind.options for kind in platform.kinds):
            yield {name: sample(platform.id, name)}


def cases(platform: PlatformView) -> list[Case]:
    """All that is decided here, of this platform, in turn."""
    trays = [tuple(tray.split()) for tray in TRAYS]
    found = [Case(platform.id, "Hello", {}, tray) for tray in trays]
    found += [Case(platform.id, "Hello", options, tray) for options in decisive(platform) for tray in trays[:SOME]]
    found += [Case(platform.id, "Hello", options, tray) for options in other(platform) for tray in trays[:FEW]]
    found += [Case(platform.id, text, {}, tray) for text in CAPTIONS for tray in trays[:FEW]]
    return found + [Case(platform.id, "Hello", {}, tray, "A loaf " * 80) for tray in trays[1:SOME]]


@dataclass(frozen=True)
class Desk:
    """Somebody with an account on every platform, and files of every sort."""

    client: Client
    accounts: Mapping[str, UUID]
    files: Mapping[str, Json]

    async def server_says(self, batch: Sequence[Case]) -> list[list[Json]]:
        """The server's findings for at most one case of each platform."""
        targets = [
            {
                "account_id": str(self.accounts[case.platform]),
                "caption": case.caption,
                "options": case.options,
                "media": [{"id": self.files[name]["id"], "alt_text": case.alt_text} for name in case.tray],
            }
            for case in batch
        ]
        reply = await self.client.post("/api/posts/validate", {"targets": targets})
        assert reply.status == 200, reply.json()
        found = reply.json()["findings"]
        if len(batch) > 1 and any(one["account_id"] is None for one in found):
            # A file that cannot be converted for one of them ends the look at all of them.
            return [(await self.server_says([case]))[0] for case in batch]
        return (
            [found]
            if found and found[0]["account_id"] is None
            else [[one for one in found if one["account_id"] == target["account_id"]] for target in targets]
        )

    def as_typed(self, case: Case) -> list[object]:
        """The case as the composer has it."""
        media = [{**self.files[name], "alt_text": case.alt_text} for name in case.tray]
        return [PLATFORMS[case.platform], case.caption, case.options, media]


@pytest.fixture
async def desk(app: App, server: ASGIApp, person: Person, tmp_path: Path) -> Desk:
    client = Client(server, {"Authorization": f"Bearer {person.bearer}"})
    accounts = {name: await connect_account(app, person, platform=name) for name in PLATFORMS}
    paths = {
        "jpg": picture(tmp_path / "a.jpg", width=600, height=600),
        "png": transparent(tmp_path / "a.png", width=600, height=600),
        "gif": animation(tmp_path / "a.gif", width=320, height=320),
        "pdf": document(tmp_path / "a.pdf"),
        "mp4": video(tmp_path / "a.mp4", width=540, height=960, fps=30, frames=180, faststart=True),
    }
    files = {name: (await client.upload(path.read_bytes(), path.name)).json() for name, path in paths.items()}
    return Desk(client, accounts, files)


@pytest.fixture
async def page() -> AsyncIterator[tuple[Page, str]]:
    async with blank_page() as (blank, static):
        yield blank, static.url("js/rules.js")


def told(findings: Sequence[Json], decided: Sequence[str]) -> list[tuple[str, ...]]:
    """What the composer decides itself of these findings, in an order of its own."""
    parts = ("field", "code", "message", "severity")
    # A platform's further rules may ask for an option in words of their own; the composer waits for those.
    return sorted(
        tuple(one[part] for part in parts)
        for one in findings
        if one["code"] in decided
        and not (one["code"] == "option_required" and " needs the option " not in one["message"])
    )


@pytest.mark.timeout(180)
async def test_the_composer_says_of_every_case_what_the_server_says(desk: Desk, page: tuple[Page, str]) -> None:
    blank, module = page
    columns = [cases(platform) for platform in describe()]
    batches = [[case for case in batch if case is not None] for batch in zip_longest(*columns)]
    typed = [desk.as_typed(case) for batch in batches for case in batch]
    decided, here = await blank.evaluate(SAYS, [module, typed])
    there = [found for batch in batches for found in await desk.server_says(batch)]
    differ = []
    for case, ours, theirs in zip([case for batch in batches for case in batch], here, there, strict=True):
        mine, its = told(ours, decided), told(theirs, decided)
        # Of options that do not fit their schema, or a file that cannot be converted, the server says only that.
        if mine != its and not {"bad_option", "media_unconvertible"} & {one["code"] for one in theirs}:
            differ.append((case, mine, its))
    assert differ[:3] == []


async def test_fields_are_those_of_the_kind_in_force_and_of_what_would_choose_another(page: tuple[Page, str]) -> None:
    blank, module = page
    file = {"type": "image", "mime": "image/jpeg"}

    async def names(platform: str, options: Json, *media: Json) -> list[str]:
        found: list[str] = await blank.evaluate(NAMES, [module, PLATFORMS[platform], options, list(media)])
        return found

    assert "poll" in await names("x", {})
    assert "poll" not in await names("x", {}, file)
    assert "poll" in await names("x", {"poll": {"options": ["a", "b"]}}, file)
    assert "title" not in await names("facebook", {}, file)
    assert "board_id" in await names("pinterest", {})
    assert "cover_url" not in await names("instagram", {}, file)


async def test_a_preview_is_laid_out_by_what_a_kind_takes(page: tuple[Page, str]) -> None:
    blank, module = page
    upright = {"type": "video", "mime": "video/mp4", "width": 540, "height": 960}
    wide = {**upright, "width": 1280, "height": 720}
    cases = {
        ("instagram", "image"): [],
        ("instagram", "reel"): [wide],
        ("x", "video"): [upright],
        ("pinterest", "image"): [],
        ("tiktok", "video"): [upright],
        ("tiktok", "photo"): [],
    }
    given = [[PLATFORMS[platform], kind, media] for (platform, kind), media in cases.items()]
    assert await blank.evaluate(LAYOUTS, [module, given]) == ["media", "tall", "words", "pin", "tall", "media"]
