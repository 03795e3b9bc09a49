"""Rate limits with their headers, ordered faults in the vendor's words, what is not offered."""

import aiohttp
import pytest

from tests.sandbox.client import Answer, Sandbox
from tests.sandbox.pinterest.client import API, SCOPES, TRIAL_APP, Api, connect, error

DAY = 86_400


def rate(answer: Answer) -> tuple[str, int, int]:
    headers = answer.headers
    return (
        headers["x-ratelimit-limit"],
        int(headers["x-ratelimit-remaining"]),
        int(headers["x-ratelimit-reset"]),
    )


async def board(api: Api, number: int) -> Answer:
    return await api.post("boards", name=f"Board {number}")


async def test_every_reply_tells_what_is_left(sandbox: Sandbox, ada: Api) -> None:
    windows, left, _ = rate(await ada.get("boards"))
    assert (windows, left) == ("100, 100;w=1, 1000;w=60", 99)
    windows, left, reset = rate(await board(ada, 0))
    assert windows == "100, 100;w=1, 100;w=60"
    assert left <= 99
    assert 0 < reset <= 60
    assert rate(await ada.get("nowhere"))[1] <= 100
    assert rate(await sandbox.call("GET", f"{API}/boards"))[1] == 100
    assert rate(await sandbox.call("POST", f"{API}/oauth/token"))[1] == 100


async def test_a_hundred_writes_a_minute_are_the_end(sandbox: Sandbox, ada: Api, ben: Api) -> None:
    for number in range(100):
        if number == 60:
            await sandbox.admin("clock", advance_seconds=2)
        assert (await board(ada, number)).status == 201
    refused = await board(ada, 100)
    assert error(refused) == (429, 8)
    assert rate(refused)[1] == 0
    assert 0 < rate(refused)[2] <= 60
    assert (await ada.get("boards")).status == 200
    assert (await board(ben, 0)).status == 201
    await sandbox.admin("clock", advance_seconds=60)
    assert (await board(ada, 100)).status == 201


async def test_limits_can_be_lifted(sandbox: Sandbox, ada: Api) -> None:
    await sandbox.admin("seed", settings={"vendor_limits": False})
    for _ in range(130):
        assert (await ada.post("media", media_type="video")).status == 201


async def test_an_app_on_trial_has_three_hundred_writes_a_day_among_all_its_users(sandbox: Sandbox) -> None:
    api, ben = [await connect(sandbox, app=TRIAL_APP, sandbox_person=name) for name in ("ada", "ben")]
    for _ in range(300):
        assert (await api.post("media", media_type="video")).status == 201
    refused = await ben.post("media", media_type="video")
    assert error(refused) == (429, 8)
    assert rate(refused)[0] == "300, 1000;w=86400, 300;w=86400"
    assert (await ben.get("boards")).status == 200
    await sandbox.admin("clock", advance_seconds=DAY)
    assert (await ben.post("media", media_type="video")).status == 201


@pytest.mark.parametrize(
    ("status", "code"), [(400, 1), (401, 2), (403, 29), (404, 50), (429, 8), (500, 500), (503, 503)]
)
async def test_an_ordered_status_speaks_the_vendors_words(sandbox: Sandbox, ada: Api, status: int, code: int) -> None:
    await sandbox.admin("faults", kind="status", status=status, path="/pins$")
    assert error(await ada.pin()) == (status, code)
    assert await sandbox.posts() == []
    assert (await ada.pin()).status == 201


async def test_an_ordered_rate_limit_says_when_to_come_back(sandbox: Sandbox, ada: Api) -> None:
    await sandbox.admin("faults", kind="rate_limit", platform="pinterest", account="harbourcoffee")
    refused = await ada.pin()
    assert error(refused) == (429, 8)
    assert rate(refused) == ("100, 100;w=1, 100;w=60", 0, 60)


async def test_a_lost_reply_leaves_one_pin_that_can_be_found(sandbox: Sandbox, ada: Api) -> None:
    await sandbox.admin("faults", kind="cut_after", method="POST", path="/pins$")
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await ada.pin(title="Once", link="https://harbour.example/?utm_id=7")
    (found,) = (await ada.get("boards/810000000000000001/pins", page_size="25")).body["items"]
    assert [post["id"] for post in await sandbox.posts()] == [found["id"]]
    assert found["link"].endswith("utm_id=7")


async def test_the_journal_knows_whose_call_it_was(sandbox: Sandbox, ada: Api) -> None:
    await ada.uploaded()
    calls = (await sandbox.journal(platform="pinterest", account="harbourcoffee"))["calls"]
    assert {(call["method"], call["host"].split(".")[-2]) for call in calls} == {
        ("POST", "pinterest"),
        ("POST", "amazonaws"),
    }
    tokens = [call for call in (await sandbox.journal(platform="pinterest"))["calls"] if call["path"].endswith("token")]
    assert tokens[0]["form"]["code"].endswith("…")


async def test_the_vendors_own_sandbox_host_answers_alike(sandbox: Sandbox, ada: Api) -> None:
    headers = {"authorization": f"Bearer {ada.token}"}
    path = "/api-sandbox.pinterest.com/v5/boards"
    assert len((await sandbox.call("GET", path, headers=headers)).body["items"]) == 2


async def test_there_are_no_webhooks_and_no_comments(sandbox: Sandbox, ada: Api) -> None:
    order = {"webhooks": {"pinterest": {"url": "http://127.0.0.1:9/"}}}
    assert (await sandbox.call("POST", "/_sandbox/seed", json=order)).status == 400
    pin = await ada.pinned()
    assert (await sandbox.call("POST", "/_sandbox/comment", json={"post": pin, "text": "Hi"})).status == 400


async def test_lenient_sandboxes_drop_unknown_fields(sandbox: Sandbox) -> None:
    await sandbox.admin("seed", settings={"strict_params": False})
    api = await connect(sandbox, scope=SCOPES)
    assert (await api.pin(headline="not known")).status == 201
    assert (await api.get("boards", sort="name")).status == 200
