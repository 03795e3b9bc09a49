"""Who exists on TikTok when a sandbox starts: three apps, and two accounts of different shape."""

from postwright.sandbox.state import Account, ClientApp, Person
from postwright.sandbox.twins.tiktok.rules import PLATFORM

APPS = (
    ClientApp(PLATFORM, PLATFORM, "sandbox-tiktok", "sandbox-tiktok-secret", "Sandbox app"),
    ClientApp(
        PLATFORM, PLATFORM, "sandbox-tiktok-unaudited", "sandbox-tiktok-unaudited-secret", "Sandbox app (unaudited)"
    ),
    ClientApp(PLATFORM, PLATFORM, "sandbox-tiktok-desktop", "sandbox-tiktok-desktop-secret", "Sandbox app (desktop)"),
)
PEOPLE = (Person("ada", "Ada Moreno"), Person("ben", "Ben Okafor"))
ACCOUNTS = (
    Account(
        PLATFORM, "5d0c1b7e-3f52-4a68-9c1e-0000000000a1", "ada", "public", "harbourcoffee", "Harbour Coffee",
        alias_id="8e4f2a90-71bc-4d3e-8a55-0000000000a1", followers=4810, biography="Roasted on the quay.",
    ),
    Account(
        PLATFORM, "5d0c1b7e-3f52-4a68-9c1e-0000000000b2", "ben", "private", "okaforcycles", "Okafor Cycles",
        alias_id="8e4f2a90-71bc-4d3e-8a55-0000000000b2", followers=37, biography="Wheels, trued by hand.",
    ),
)  # fmt: skip
"""The id is the `open_id` (the same for every app, for simplicity), the alias the `union_id`."""
