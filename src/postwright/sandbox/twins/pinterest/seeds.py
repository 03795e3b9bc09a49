"""Who is on Pinterest when a sandbox starts: two apps, a business with three boards, a person with one."""

from postwright.sandbox.state import Account, ClientApp, Person
from postwright.sandbox.twins.pinterest.model import Board, Section, Store
from postwright.sandbox.twins.pinterest.rules import PLATFORM, SECRET, STANDARD, TRIAL

APPS = (
    ClientApp(PLATFORM, STANDARD, "sandbox-pinterest", "sandbox-pinterest-secret", "Sandbox app (standard access)"),
    ClientApp(
        PLATFORM, TRIAL, "sandbox-pinterest-trial", "sandbox-pinterest-trial-secret", "Sandbox app (trial access)"
    ),
)
PEOPLE = (Person("ada", "Ada Moreno"), Person("ben", "Ben Okafor"))
HARBOUR = Account(
    PLATFORM, "740000000000000001", "ada", "business", "harbourcoffee", "Harbour Coffee",
    followers=3120, biography="Roasted on the quay.",
)  # fmt: skip
CYCLES = Account(PLATFORM, "740000000000000002", "ben", "pinner", "okaforcycles", "Okafor Cycles", followers=210)
BOARDS = (
    ("810000000000000001", HARBOUR, "Coffee at home", "PUBLIC", ()),
    ("810000000000000002", HARBOUR, "Latte art", "PUBLIC", ("Hearts", "Tulips")),
    ("810000000000000003", HARBOUR, "Autumn menu", SECRET, ()),
    ("810000000000000004", CYCLES, "Touring bikes", "PUBLIC", ()),
)
FIRST_SECTION = 520_000_000_000_000_001


def plant(store: Store) -> None:
    """Put them into the world."""
    world = store.world
    world.add(apps=APPS, people=PEOPLE, accounts=(HARBOUR, CYCLES))
    for board_id, owner, name, privacy, sections in BOARDS:
        board = Board(board_id, owner, name, world.clock.now(), privacy=privacy)
        store.boards[board_id] = board
        for title in sections:
            section_id = str(FIRST_SECTION + len(store.sections))
            store.sections[section_id] = Section(section_id, board, title)
