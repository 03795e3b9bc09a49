"""YouTube as a script over real HTTP."""

from postwright.platforms.base import Call, OAuthCall
from postwright.platforms.youtube.adapter import YouTube
from postwright.platforms.youtube.spec import LOGIN
from tests.support import script
from tests.support.publishing import BytesInMemory, Drive, account_of, call_for, oauth_call_for

CHANNEL = "UC123"
SESSION = "https://youtube.googleapis.com/upload/youtube/v3/videos?upload_id=s1"
OPEN, PUT, LOOK = "POST upload/youtube/v3/videos", "PUT upload/youtube/v3/videos", "GET youtube/v3/videos"
LIST, TOKEN = "GET youtube/v3/playlistItems", "POST token"


class Script(script.Script):
    """A script with YouTube's usual answers, and the adapter in front of it."""

    def refuse(self, call: str, status: int, reason: str, **headers: str) -> None:
        """Refuse the next such call in YouTube's form."""
        told = {"code": status, "message": "No.", "errors": [{"reason": reason, "domain": "youtube"}]}
        self.to(call, status, {"error": told}, **headers)

    def opened(self) -> None:
        """The next session is opened."""
        self.to(OPEN, 200, None, Location=SESSION)

    def looked(self, **status: str) -> None:
        """The next look finds the video so."""
        self.to(LOOK, 200, {"items": [{"id": "v1", "status": status}]})

    def ranges(self) -> list[str]:
        """What the upload's calls said of themselves."""
        return [seen.headers["content-range"] for seen in self.seen if seen.call == PUT]

    def call(self, files: BytesInMemory | None = None) -> Call:
        """A run's line to it."""
        account = account_of("youtube", LOGIN.id, CHANNEL, {"uploads": "UU123"})
        return call_for(self.http, self.clock, LOGIN, account, files=files)

    def drive(self, files: BytesInMemory | None = None) -> Drive:
        """The engine's loop, as a fresh process begins it."""
        return Drive(YouTube(), self.call(files), self.clock)

    def oauth(self) -> OAuthCall:
        """A line for token requests."""
        return oauth_call_for(self.http, self.clock, LOGIN)
