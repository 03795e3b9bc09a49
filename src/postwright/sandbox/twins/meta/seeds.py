"""Who exists on Meta's platforms when a sandbox starts: two apps, four people, their Pages and Instagram accounts."""

from postwright.sandbox.state import Account, ClientApp, Person
from postwright.sandbox.twins.meta.nodes import FACEBOOK, INSTAGRAM

APPS = (
    ClientApp(INSTAGRAM, INSTAGRAM, "sandbox-instagram", "sandbox-instagram-secret", "Sandbox app (Instagram Login)"),
    ClientApp(FACEBOOK, FACEBOOK, "sandbox-facebook", "sandbox-facebook-secret", "Sandbox app (Facebook Login)"),
)
PEOPLE = (
    Person("clara", "Clara Lind"),
    Person("ada", "Ada Moreno"),
    Person("ben", "Ben Okafor"),
)
_HARBOUR, _BOOKS, _CYCLES = "104500000000001", "104500000000002", "104500000000003"
ACCOUNTS = (
    Account(
        INSTAGRAM, "17841400000000003", "clara", "business", "clara.ceramics", "Clara Lind Ceramics",
        alias_id="24680000000000003", followers=2140, biography="Stoneware from a shed by the sea.",
    ),
    Account(FACEBOOK, "10220000000000001", "ada", "profile", "ada.moreno", "Ada Moreno"),
    Account(FACEBOOK, _HARBOUR, "ada", "page", "harbourcoffee", "Harbour Coffee"),
    Account(
        INSTAGRAM, "17841400000000001", "ada", "business", "harbour.coffee", "Harbour Coffee",
        parent_id=_HARBOUR, alias_id="24680000000000001", followers=5320, biography="Roasted on the quay.",
    ),
    Account(FACEBOOK, _BOOKS, "ada", "page", "lanternbooks", "Lantern Books"),
    Account(
        INSTAGRAM, "17841400000000002", "ada", "business", "lantern.books", "Lantern Books",
        parent_id=_BOOKS, alias_id="24680000000000002", followers=64, biography="Second-hand, first love.",
    ),
    Account(FACEBOOK, "10220000000000002", "ben", "profile", "ben.okafor", "Ben Okafor"),
    Account(FACEBOOK, _CYCLES, "ben", "page", "okaforcycles", "Okafor Cycles"),
)  # fmt: skip
"""Clara signs in with Instagram; Ada has two Pages, each with an Instagram account; Ben's Page has none."""
