"""Who exists on LinkedIn when a sandbox starts: two apps, two members, and Ada's two organisations."""

from postwright.sandbox.state import Account, ClientApp, Person
from postwright.sandbox.twins.linkedin.rules import PLATFORM

APPS = (
    ClientApp(PLATFORM, "community", "sandbox-linkedin", "sandbox-linkedin-secret", "Sandbox app (LinkedIn)"),
    ClientApp(
        PLATFORM, "share", "sandbox-linkedin-basic", "sandbox-linkedin-basic-secret", "Sandbox app (LinkedIn, basic)"
    ),
)  # fmt: skip
PEOPLE = (Person("ada", "Ada Moreno"), Person("ben", "Ben Okafor"))
ACCOUNTS = (
    Account(PLATFORM, "kQ3hA9zLp2", "ada", "member", "ada-moreno", "Ada Moreno"),
    Account(PLATFORM, "79550001", "ada", "organization", "harbour-coffee", "Harbour Coffee"),
    Account(
        PLATFORM, "79550002", "ada", "organization", "lantern-books", "Lantern Books", tasks=("CONTENT_ADMINISTRATOR",)
    ),
    Account(PLATFORM, "b7XfR2mWc4", "ben", "member", "ben-okafor", "Ben Okafor"),
)  # fmt: skip
