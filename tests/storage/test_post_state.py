"""A post's state is derived in two places, by the domain and by a statement: they must say the same."""

from itertools import chain, combinations_with_replacement

from sqlalchemy import text

from postwright.domain.post import post_state
from postwright.domain.publication import State
from postwright.storage.db import Database
from postwright.storage.publications import DERIVED_STATE

MOST = 5
LISTS = list(chain.from_iterable(combinations_with_replacement(State, number) for number in range(1, MOST + 1)))


async def test_the_database_derives_the_state_that_the_domain_derives_from_any_publications(db: Database) -> None:
    numbered = [(number, state.value) for number, states in enumerate(LISTS) for state in states]
    statement = text(f"""
        SELECT number, {DERIVED_STATE} AS derived
        FROM unnest(CAST(:numbers AS int[]), CAST(:states AS text[])) AS p (number, state) GROUP BY number
    """)  # noqa: S608 the part is a constant of the module under test
    async with db.tx() as tx:
        rows = await tx.execute(
            statement, {"numbers": [number for number, _ in numbered], "states": [state for _, state in numbered]}
        )
        derived = {row.number: row.derived for row in rows}
    assert [(states, derived[number]) for number, states in enumerate(LISTS)] == [
        (states, post_state(states)) for states in LISTS
    ]


async def test_a_post_without_publications_is_canceled_in_both(db: Database) -> None:
    statement = text(f"SELECT {DERIVED_STATE} FROM (SELECT 'failed' AS state WHERE false) none")  # noqa: S608 likewise
    async with db.tx() as tx:
        assert (await tx.execute(statement)).scalar_one() == post_state([]) == "canceled"
