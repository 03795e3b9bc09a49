"""Rate limits: rolling-hour counts, usage headers, the three refusals."""

import json

from tests.sandbox.client import CLARA, HARBOUR, Sandbox


async def limited(sandbox: Sandbox, calls: int) -> None:
    await sandbox.admin("seed", settings={"calls_per_hour": calls})


async def test_headers_tell_how_much_is_used(sandbox: Sandbox) -> None:
    await limited(sandbox, 10)
    clara = await sandbox.clara()
    for _ in range(4):
        await clara.get("me")
    headers = (await clara.get("me")).headers
    (usage,) = json.loads(headers["x-business-use-case-usage"])[CLARA]
    assert (usage["type"], usage["call_count"], usage["estimated_time_to_regain_access"]) == ("instagram", 50, 0)
    assert set(json.loads(headers["x-app-usage"])) == {"call_count", "total_time", "total_cputime"}


async def test_an_instagram_account_has_its_own_limit(sandbox: Sandbox) -> None:
    await limited(sandbox, 3)
    clara = await sandbox.clara()
    for _ in range(3):
        assert (await clara.get("me")).status == 200
    refused = await clara.get("me")
    assert refused.error == (80002, None)
    (usage,) = json.loads(refused.headers["x-business-use-case-usage"])[CLARA]
    assert usage["call_count"] == 100
    assert usage["estimated_time_to_regain_access"] == 60
    await sandbox.admin("clock", advance_seconds=3601)
    assert (await clara.get("me")).status == 200


async def test_the_app_has_a_limit_that_grows_with_its_users(sandbox: Sandbox) -> None:
    await limited(sandbox, 3)
    ada = await sandbox.ada()
    for _ in range(3):
        assert (await ada.get("me")).status == 200
    refused = await ada.get("me")
    assert refused.error == (4, None)
    assert json.loads(refused.headers["x-app-usage"])["call_count"] == 100
    await sandbox.ada(sandbox_person="ben")
    refused = await ada.get("me")
    assert refused.error == (17, None)
    assert json.loads(refused.headers["x-app-usage"])["call_count"] == 50


async def test_calls_on_instagram_do_not_use_up_the_apps_limit(sandbox: Sandbox) -> None:
    await limited(sandbox, 3)
    ada = await sandbox.ada()
    for _ in range(3):
        await ada.get(HARBOUR, fields="username")
    assert (await ada.get(HARBOUR)).error == (80002, None)
    assert (await ada.get("me")).status == 200


async def test_two_hundred_calls_an_hour_are_the_default(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    await clara.get("me")
    headers = (await clara.get("me")).headers
    assert json.loads(headers["x-business-use-case-usage"])[CLARA][0]["call_count"] == 1
