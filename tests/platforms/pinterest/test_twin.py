"""What only Pinterest does, against its twin in the sandbox."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from postwright.domain.errors import QuotaReached, Rejected
from postwright.kit.crypto import Secret
from postwright.kit.http import NoReply
from postwright.platforms.base import AppCredentials, Landed, NotLanded, OptionValue
from postwright.platforms.pinterest.api import Api
from postwright.platforms.pinterest.spec import SPEC
from postwright.platforms.pinterest.wire import Board
from tests.platforms.pinterest.facts import BOARD, ON_BOARD
from tests.platforms.stage import CASES, Door, Sample, Stage, stage_of

(CASE,) = [case for case in CASES if case.adapter.spec.id == "pinterest"]
IN_A_DAY = next(quota.amount for quota in SPEC.quotas if "Pins" in quota.name)
UPLOAD = Door("POST", "/pinterest-media-upload")


class TrialStage(Stage):
    """An app that Pinterest gave trial access."""

    @property
    def app(self) -> AppCredentials:
        return AppCredentials("sandbox-pinterest-trial", Secret("sandbox-pinterest-trial-secret"))


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with stage_of(CASE) as found:
        yield found


async def test_all_that_can_be_chosen_is_understood(stage: Stage) -> None:
    drive = await stage.drive()
    shared = {**ON_BOARD, "title": "Cups", "link": "https://shop.example/cups?a=b"}
    cover = f"{stage.origin}/_sandbox/samples/square.jpg"
    for sample in (
        Sample("image", ("picture.png",), shared),
        Sample("carousel", ("square.jpg",) * 5, shared),
        Sample("video", ("reel.mp4",), {**shared, "cover_time_ms": 2500}),
        Sample("video", ("reel.mp4",), {**shared, "cover_url": cover}),
    ):
        published = await drive.to_the_end(await stage.content(sample, "chosen"))
        assert published.external_url == f"https://www.pinterest.com/pin/{published.external_id}/", sample.name
    assert len(await stage.posts("https://shop.example/cups")) == 4


async def test_the_boards_and_sections_that_are_offered_can_be_published_to(stage: Stage) -> None:
    drive = await stage.drive()
    made = await Api(drive.call, drive.call.token).post(Board, f"/boards/{BOARD}/sections", {"name": "Blue"})
    found = await stage.adapter.choices(drive.call)
    assert found["board_id"][0].value == BOARD
    label = f"{found['board_id'][0].label} \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} Blue"
    assert OptionValue(made.id, label) in found["board_section_id"]
    sample = Sample("image", ("square.jpg",), {**ON_BOARD, "board_section_id": made.id})
    content = await stage.content(sample, "in a section")
    await stage.fault("cut_after", stage.facts.commit)
    with pytest.raises(NoReply):
        await drive.to_the_end(content)
    assert drive.checkpoint is not None
    verdict = await stage.adapter.reconcile(drive.call, content, drive.checkpoint, stage.clock.now())
    assert isinstance(verdict, Landed)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"board_id": "99"}, "options.board_id"),
        ({**ON_BOARD, "board_section_id": "99"}, "options.board_section_id"),
    ],
)
async def test_a_board_or_section_that_is_not_there_is_named(
    stage: Stage, options: dict[str, object], field: str
) -> None:
    drive = await stage.drive()
    with pytest.raises(Rejected) as caught:
        await drive.to_the_end(await stage.content(Sample("image", ("square.jpg",), options), "nowhere"))
    assert caught.value.field == field
    assert await stage.posts("nowhere") == []


@pytest.mark.parametrize("file", ["bad-truncated.jpg", "bad-text.jpg"])
async def test_a_picture_that_is_broken_is_refused_as_the_pictures_fault(stage: Stage, file: str) -> None:
    drive = await stage.drive()
    with pytest.raises(Rejected) as caught:
        await drive.to_the_end(await stage.content(Sample(file, (file,), ON_BOARD), "broken"))
    assert caught.value.field == "media"
    assert await stage.posts("broken") == []


@pytest.mark.parametrize("kind", ["cut_before", "cut_after"])
async def test_an_upload_that_was_cut_is_brought_to_its_end_by_another_process(stage: Stage, kind: str) -> None:
    target = await stage.connect()
    crashed, content = await stage.drive(target), await stage.named("video", "uploaded")
    await stage.fault(kind, UPLOAD)
    with pytest.raises(NoReply):
        await crashed.to_the_end(content)
    assert crashed.checkpoint is not None
    assert crashed.checkpoint.step == "upload"
    await (await stage.drive(target)).to_the_end(content, crashed.checkpoint)
    assert len(await stage.posts("uploaded")) == 1


@pytest.mark.parametrize("kind", ["cut_before", "cut_after"])
async def test_of_two_equal_pins_each_goes_out_once(stage: Stage, kind: str) -> None:
    target, content = await stage.connect(), await stage.simple("twins")
    first = await (await stage.drive(target)).to_the_end(content)
    drive = await stage.drive(target)
    await stage.fault(kind, stage.facts.commit)
    with pytest.raises(NoReply):
        await drive.to_the_end(content)
    assert drive.checkpoint is not None
    verdict = await stage.adapter.reconcile(drive.call, content, drive.checkpoint, stage.clock.now())
    assert isinstance(verdict, Landed if kind == "cut_after" else NotLanded)
    second = await drive.to_the_end(content, verdict.checkpoint)
    assert second.external_id != first.external_id
    assert len(await stage.posts("twins")) == 2


async def test_the_day_of_an_app_with_trial_access_is_waited_for(stage: Stage) -> None:
    trial = TrialStage(stage.case, stage.origin, stage.http, stage.clock, stage.plain, stage.folder)
    drive = await trial.drive()
    api = Api(drive.call, drive.call.token)
    for number in range(IN_A_DAY):
        await api.post(Board, "/boards", {"name": f"Board {number}"})
    content = await trial.simple("tomorrow")
    with pytest.raises(QuotaReached) as caught:
        await drive.to_the_end(content)
    assert caught.value.until is not None
    assert caught.value.until - stage.clock.now() > timedelta(hours=1)
    assert drive.checkpoint is not None
    assert drive.checkpoint.step == "publish"
    await stage.pass_time(caught.value.until - stage.clock.now())
    assert (await drive.to_the_end(content, drive.checkpoint)).external_url is not None
