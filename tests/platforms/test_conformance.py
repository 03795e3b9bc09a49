"""Every adapter, by each login, through every scenario; what its quality.toml exempts it from, it must argue."""

import pytest

from postwright.domain.check import choose_kind
from postwright.domain.errors import Finding
from postwright.platforms.registry import PLATFORMS
from tests.platforms.conformance import SCENARIOS
from tests.platforms.stage import CASES, Case, facts_of, quality_of, stage_of

STANDING = {"live"}
"""Rules of quality.toml that no scenario can prove here."""
SHORTEST_REASON = 30


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_the_adapter_and_the_platform_agree_that(scenario: str, case: Case) -> None:
    grade = case.quality[scenario]
    if not isinstance(grade, str) and case.login.id in grade.get("logins", case.login.id):
        pytest.skip(grade["exempt"])
    async with stage_of(case) as stage:
        await SCENARIOS[scenario](stage)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_quality_of_an_adapter_is_graded_honestly(platform: str) -> None:
    rules = quality_of(platform)
    assert set(rules) == set(SCENARIOS) | STANDING
    for name, grade in rules.items():
        if isinstance(grade, str):
            assert grade == "done"
            continue
        assert set(grade) - {"logins"} == ({"todo"} if name in STANDING else {"exempt"})
        assert all(len(words) >= SHORTEST_REASON for kind, words in grade.items() if kind != "logins")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
async def test_the_samples_are_of_every_kind(case: Case) -> None:
    capability = case.adapter.spec.capability
    async with stage_of(case) as stage:
        chosen = [
            choose_kind(capability, await stage.content(one, "")) for one in facts_of(case.adapter.spec.id).samples
        ]
    names = {kind.name for kind in chosen if not isinstance(kind, Finding)}
    assert names == {kind.name for kind in capability.kinds}
