"""The life of a publication: where each state leads, and what a checkpoint keeps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postwright.domain.publication import ACTIVE, MOVES, Checkpoint, Json, State

NOTES = st.dictionaries(
    st.text().filter(lambda name: name not in {"self", "step"}),
    st.one_of(st.none(), st.booleans(), st.integers(), st.text()),
)


def reached_from(start: State) -> set[State]:
    found, ahead = {start}, [start]
    while ahead:
        new = MOVES[ahead.pop()] - found
        found |= new
        ahead += new
    return found


def test_every_state_has_its_moves_and_none_leads_to_itself() -> None:
    assert set(MOVES) == set(State)
    assert [state for state, moves in MOVES.items() if state in moves] == []


def test_only_what_is_published_stays_as_it_is() -> None:
    assert [state for state in State if not MOVES[state]] == [State.PUBLISHED]


def test_every_state_can_still_end_as_published() -> None:
    assert [state for state in State if State.PUBLISHED not in reached_from(state)] == []


def test_every_state_can_be_reached_from_a_draft() -> None:
    assert reached_from(State.DRAFT) == set(State)


def test_only_what_a_worker_looks_at_is_left_by_time() -> None:
    """A worker ends a publication one way or the other; all states that are not its own are left by a person."""
    assert set(ACTIVE) == {State.QUEUED, State.PUBLISHING}
    ends = {State.PUBLISHED, State.FAILED, State.NEEDS_ATTENTION}
    assert ends <= MOVES[State.PUBLISHING]
    assert [state for state in State if State.PUBLISHING in MOVES[state]] == [State.QUEUED]
    waiting_for_a_person = set(State) - set(ACTIVE) - {State.PUBLISHED}
    assert [state for state in waiting_for_a_person if State.QUEUED not in MOVES[state]] == []


def test_what_is_being_published_cannot_be_canceled() -> None:
    assert State.CANCELED not in MOVES[State.PUBLISHING]


@given(NOTES, NOTES)
def test_a_step_adds_its_notes_and_leaves_the_checkpoint_before_it_as_it_was(
    first: dict[str, Json], second: dict[str, Json]
) -> None:
    before = Checkpoint("create", dict(first), "17")
    assert before.to("look", **second) == Checkpoint("look", {**first, **second}, "17")
    assert before == Checkpoint("create", first, "17")


def test_what_has_landed_stays_landed_through_the_steps_that_follow() -> None:
    landed = Checkpoint("publish").landed("17", "https://example.com/p/17").to("comment", comment="c")
    assert (landed.external_id, landed.external_url) == ("17", "https://example.com/p/17")
    assert landed.landed("17").external_url == "https://example.com/p/17"


def test_a_note_that_is_missing_is_a_fault_of_the_flow() -> None:
    checkpoint = Checkpoint("look", {"container": 178, "none": None})
    assert checkpoint.text("container") == "178"
    with pytest.raises(KeyError):
        checkpoint.text("upload")
