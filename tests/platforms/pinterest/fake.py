"""Pinterest as a script over real HTTP."""

from collections.abc import Mapping
from datetime import datetime

from postwright.platforms.base import Call, OAuthCall
from postwright.platforms.pinterest.adapter import Pinterest
from postwright.platforms.pinterest.spec import LOGIN
from tests.support import script
from tests.support.publishing import BytesInMemory, Drive, account_of, call_for, oauth_call_for

BOARD = "8100"
UPLOADS = "https://pinterest-media-upload.s3-accelerate.amazonaws.com/"
REGISTERED = {"media_id": "55", "upload_url": UPLOADS, "upload_parameters": {"key": "k/55", "x-amz-signature": "sig"}}


class Script(script.Script):
    """A script with Pinterest's usual answers, and the adapter in front of it."""

    def board(self, *pins: Mapping[str, object]) -> None:
        """The next look at the board finds these Pins, the newest first."""
        self.to(f"GET /boards/{BOARD}/pins", 200, {"items": list(pins), "bookmark": None})

    def call(self, files: BytesInMemory | None = None) -> Call:
        """A run's line to it."""
        return call_for(self.http, self.clock, LOGIN, account_of("pinterest", "pinterest", "7400"), files=files)

    def drive(self, files: BytesInMemory | None = None) -> Drive:
        """The engine's loop, as a fresh process begins it."""
        return Drive(Pinterest(), self.call(files), self.clock)

    def oauth(self) -> OAuthCall:
        """A line for token requests."""
        return oauth_call_for(self.http, self.clock, LOGIN)

    def name_of(self, method: str, path: str) -> str:
        return f"{method} {f'/{path}'.removeprefix('/api.pinterest.com/v5')}"


def pin(
    pin_id: str, at: datetime | None = None, description: str | None = "Hello", **more: object
) -> Mapping[str, object]:
    """A Pin as lists show it; times come without a zone."""
    told = {} if at is None else {"created_at": at.strftime("%Y-%m-%dT%H:%M:%S")}
    return {"id": pin_id, "title": None, "description": description, "link": None, **told, **more}
