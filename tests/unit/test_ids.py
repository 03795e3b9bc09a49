"""Ids sort by birth and never meet."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from postwright.kit.ids import new_id, token

MANY = 20_000


def born_ms(row_id: UUID) -> int:
    return row_id.int >> 80


def test_an_id_is_a_uuid_of_version_7() -> None:
    for row_id in (new_id() for _ in range(100)):
        assert (row_id.version, row_id.variant) == (7, RFC_4122)


def test_an_id_begins_with_the_milliseconds_of_its_birth() -> None:
    before = time.time_ns() // 1_000_000
    born = born_ms(new_id())
    assert before <= born <= time.time_ns() // 1_000_000 + 1000


def test_ids_of_one_process_sort_in_the_order_in_which_they_were_made() -> None:
    made = [new_id() for _ in range(MANY)]
    assert made == sorted(made)
    assert [str(one) for one in made] == sorted(str(one) for one in made)
    assert len(set(made)) == MANY


def test_ids_made_by_several_threads_at_once_never_meet() -> None:
    with ThreadPoolExecutor(4) as threads:
        batches = list(threads.map(lambda _: [new_id() for _ in range(MANY // 4)], range(4)))
    assert all(batch == sorted(batch) for batch in batches)
    assert len({one.int >> 64 for batch in batches for one in batch}) == MANY


def test_the_random_part_differs_from_id_to_id() -> None:
    assert len({new_id().int & (1 << 62) - 1 for _ in range(MANY)}) == MANY


@given(st.integers(1, 64))
def test_a_token_is_url_safe_and_holds_as_many_random_bytes_as_were_asked_for(byte_count: int) -> None:
    one, other = token(byte_count), token(byte_count)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", one)
    assert len(one) == -(-byte_count * 8 // 6)
    assert byte_count < 8 or one != other
