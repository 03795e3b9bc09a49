"""Who exists on YouTube when a sandbox starts: two apps, Ada's and Ben's channels, and Clara, who has none."""

from postwright.sandbox.state import Account, ClientApp, Person
from postwright.sandbox.twins.youtube.rules import PLATFORM

AUDITED, UNAUDITED = "google", "google-testing"
"""`ClientApp.login`: an app of the second kind uploads private videos only, and its refresh tokens live 7 days."""
CHANNEL, CHANNEL_WITHOUT_PHONE = "channel", "channel-without-phone"
"""`Account.kind`: without a verified phone there are no thumbnails, and no video is longer than 15 minutes."""
APPS = (
    ClientApp(PLATFORM, AUDITED, "sandbox-youtube", "sandbox-youtube-secret", "Sandbox app (YouTube)"),
    ClientApp(
        PLATFORM, UNAUDITED, "sandbox-youtube-unverified", "sandbox-youtube-unverified-secret",
        "Sandbox app (YouTube, not verified)",
    ),
)  # fmt: skip
PEOPLE = (Person("ada", "Ada Moreno"), Person("ben", "Ben Okafor"), Person("clara", "Clara Lind"))
ACCOUNTS = (
    Account(
        PLATFORM, "UCharbourcoffee000000000", "ada", CHANNEL, "harbourcoffee", "Harbour Coffee",
        followers=5320, biography="Roasted on the quay.",
    ),
    Account(
        PLATFORM, "UCokaforcycles0000000000", "ben", CHANNEL_WITHOUT_PHONE, "okaforcycles", "Okafor Cycles",
        followers=412, biography="Frames, wheels, advice.",
    ),
)  # fmt: skip
