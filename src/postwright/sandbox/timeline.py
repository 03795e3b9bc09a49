"""`/_sandbox/`: the public timelines as people would see them, and what a newcomer needs to try the sandbox."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from postwright.sandbox.pages.render import SECURITY_HEADERS, page, style_sheet
from postwright.sandbox.samples import media_type, names
from postwright.sandbox.state import Account, Person, PublicPost, World

HEADERS = dict(SECURITY_HEADERS)
SHOWN = 200
"""Posts on the page; the journal has all."""


@dataclass(frozen=True, slots=True)
class Household:
    """A person with their accounts, for the page."""

    person: Person
    accounts: list[Account]


class Timeline:
    """The pages about one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[BaseRoute]:
        """All pages below `/_sandbox`."""
        return [Route("/", self.show), Route("/sandbox.css", self.style)]

    async def home(self, _: Request) -> Response:
        """The bare address leads to the timeline."""
        return RedirectResponse("/_sandbox/")

    async def show(self, request: Request) -> Response:
        """Timelines, newest first, with apps and people beside them."""
        world = self._world
        platform = request.query_params.get("platform", "")
        posts = world.visible(platform=platform)
        body = page(
            "timeline.html",
            posts=list(reversed(posts[-SHOWN:])),
            hidden=max(0, len(posts) - SHOWN),
            chosen=platform,
            platforms=sorted({app.platform for app in world.apps.values()}),
            apps=list(world.apps.values()),
            households=[Household(person, self._of(person)) for person in world.people.values()],
            samples=[(name, media_type(name)) for name in names()],
            now=world.clock.now(),
            offset=world.clock.offset,
            ratio=_ratio,
        )
        return Response(body, media_type="text/html", headers=HEADERS)

    async def style(self, _: Request) -> Response:
        """The style sheet."""
        return Response(style_sheet(), media_type="text/css")

    def _of(self, person: Person) -> list[Account]:
        return [account for account in self._world.accounts.values() if account.person_id == person.id]


def _ratio(post: PublicPost) -> str:
    """The frame a post's media is shown in."""
    return "tall" if post.kind in ("reel", "short", "story") else "wide"
