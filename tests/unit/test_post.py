"""A post's state out of those of its publications."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postwright.domain.post import post_state
from postwright.domain.publication import ACTIVE, State

STATES = st.lists(st.sampled_from(State), min_size=1, max_size=6)


@pytest.mark.parametrize("state", State)
def test_one_state_for_all_is_the_state_of_the_post(state: State) -> None:
    assert {post_state([state] * number) for number in (1, 2, 5)} == {state.value}


@given(STATES, st.randoms(use_true_random=False))
def test_the_order_of_publications_does_not_matter(states: list[State], random: Random) -> None:
    shuffled = [*states]
    random.shuffle(shuffled)
    assert post_state(shuffled) == post_state(states)


@given(STATES)
def test_how_many_share_a_state_does_not_matter(states: list[State]) -> None:
    assert post_state(states) == post_state(set(states)) == post_state(states * 3)


@given(STATES.filter(lambda states: set(states) != {State.CANCELED}))
def test_what_was_canceled_does_not_count_beside_the_rest(states: list[State]) -> None:
    assert post_state([*states, State.CANCELED]) == post_state(states)


@given(STATES)
def test_a_post_is_published_only_when_all_that_was_to_go_out_is_out(states: list[State]) -> None:
    wanted = Counter(states)
    del wanted[State.CANCELED]
    assert (post_state(states) == "published") is (set(wanted) == {State.PUBLISHED})


@given(STATES)
def test_a_post_is_at_rest_only_when_nothing_is_left_to_a_worker(states: list[State]) -> None:
    assert (post_state(states) in ACTIVE) is any(state in ACTIVE for state in states)


@given(STATES)
def test_a_person_is_called_as_soon_as_nothing_moves_any_more(states: list[State]) -> None:
    doubtful = State.NEEDS_ATTENTION in states and not any(state in ACTIVE for state in states)
    assert (post_state(states) == "needs_attention") is doubtful


@pytest.mark.parametrize(
    ("states", "state"),
    [
        ([State.PUBLISHED, State.QUEUED], "publishing"),
        ([State.FAILED, State.QUEUED], "publishing"),
        ([State.PUBLISHED, State.FAILED], "partial"),
        ([State.PUBLISHED, State.FAILED, State.NEEDS_ATTENTION], "needs_attention"),
        ([State.FAILED, State.CANCELED], "failed"),
        ([State.DRAFT, State.FAILED], "failed"),
    ],
)
def test_mixed_states_are_told_by_what_matters_most(states: list[State], state: str) -> None:
    assert post_state(states) == state
