"""Every adapter, by each of its logins, through every scenario."""

import pytest

from postwright.platforms.registry import PLATFORMS
from tests.platforms.conformance import SCENARIOS
from tests.platforms.stage import CASES, FACTS, Case, stage_of


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_the_adapter_and_the_platform_agree_that(scenario: str, case: Case) -> None:
    async with stage_of(case) as stage:
        await SCENARIOS[scenario](stage)


def test_every_platform_has_its_facts() -> None:
    assert set(FACTS) == set(PLATFORMS)
