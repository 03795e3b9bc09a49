"""A short soak: what `make soak` does for long."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.soak.soak import Soak, crew_of, soaked
from tests.support.drawing_lots import SEED

POSTS = 40


@pytest.mark.timeout(420)
async def test_every_post_is_accounted_for_when_workers_die_and_calls_fail(database_url: str, tmp_path: Path) -> None:
    async with soaked(database_url, tmp_path) as world:
        with crew_of(world, 2) as crew:
            report = await Soak(world, crew, SEED).run(POSTS, timedelta(minutes=6))
    assert report.is_good, str(report)
    assert report.accepted == POSTS
