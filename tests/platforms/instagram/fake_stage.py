"""A small fake of Instagram, a client, and the adapter between them."""

from dataclasses import dataclass

from postwright.kit.http import Http
from postwright.platforms.base import Login, OAuthCall
from postwright.platforms.instagram.adapter import Instagram
from postwright.platforms.instagram.spec import LOGINS
from tests.platforms.instagram.fake import IG, InstagramFake
from tests.support.clock import ManualClock
from tests.support.publishing import BytesInMemory, Drive, account_of, call_for, oauth_call_for


@dataclass
class Stage:
    """A fake, a client, and an adapter between them."""

    fake: InstagramFake
    clock: ManualClock
    http: Http

    def drive(self, login: str = "instagram", files: BytesInMemory | None = None) -> Drive:
        """The engine's loop on an account that was connected by this login."""
        call = call_for(self.http, self.clock, _login(login), account_of("instagram", login, IG), files=files)
        return Drive(Instagram(), call, self.clock)

    def oauth(self, login: str) -> OAuthCall:
        """A line for token requests."""
        return oauth_call_for(self.http, self.clock, _login(login))


def _login(name: str) -> Login:
    return next(login for login in LOGINS if login.id == name)
