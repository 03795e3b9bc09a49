"""The sandbox's own doors: journal, clock, seed, reset, settings, samples."""

import aiohttp
import pytest

from postwright.sandbox.config import SandboxConfig
from postwright.sandbox.serve import running_sandbox
from tests.sandbox.client import CLARA, Sandbox


async def test_the_journal_keeps_calls_without_secrets(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    await clara.get("me", fields="username")
    calls = (await sandbox.journal(kind="calls"))["calls"]
    call = calls[-1]
    assert (call["method"], call["host"], call["path"]) == ("GET", "graph.instagram.com", "/v25.0/me")
    assert (call["platform"], call["account"], call["status"]) == ("instagram", CLARA, 200)
    assert call["query"] == {"access_token": f"{clara.token[:6]}…", "fields": "username"}
    everything = str(calls)
    assert clara.token not in everything
    assert "sandbox-instagram-secret" not in everything


async def test_the_journal_filters(sandbox: Sandbox) -> None:
    clara, ada = await sandbox.clara(), await sandbox.ada()
    await clara.posted(caption="Alpha beta")
    await ada.posted(caption="Gamma")
    assert [post["caption"] for post in (await sandbox.journal(text="BETA"))["posts"]] == ["Alpha beta"]
    by_name = await sandbox.journal(platform="instagram", account="harbour.coffee")
    assert [post["caption"] for post in by_name["posts"]] == ["Gamma"]
    assert {call["account"] for call in by_name["calls"]} == {ada.account}
    assert (await sandbox.journal(platform="facebook"))["posts"] == []
    assert set(await sandbox.journal(kind="posts")) == {"posts"}


async def test_the_clock_only_runs_ahead(sandbox: Sandbox) -> None:
    before = await sandbox.admin("clock")
    after = await sandbox.admin("clock", advance_seconds=90)
    assert after["offset_seconds"] - before["offset_seconds"] == 90
    for order in ({"advance_seconds": -1}, {"advance_seconds": "soon"}):
        assert (await sandbox.call("POST", "/_sandbox/clock", json=order)).status == 400


async def test_a_reset_brings_back_the_start(sandbox: Sandbox) -> None:
    clara = await sandbox.clara()
    first = await clara.posted()
    await sandbox.admin("faults", kind="status", count=-1)
    await sandbox.admin("clock", advance_seconds=99)
    await sandbox.admin("seed", settings={"quota_total": 1})
    await sandbox.admin("reset")
    book = await sandbox.journal()
    settings = (await sandbox.call("GET", "/_sandbox/settings")).body
    assert book == {"calls": [], "posts": [], "webhooks": []}
    assert (settings["offset_seconds"], settings["settings"]["quota_total"]) == (0, 50)
    assert (await clara.get("me")).error == (190, None)
    assert await (await sandbox.clara()).posted() == first


async def test_people_accounts_and_apps_can_be_added(sandbox: Sandbox) -> None:
    await sandbox.admin(
        "seed",
        people=[{"id": "dora", "name": "Dora"}],
        accounts=[
            {
                "platform": "facebook",
                "id": "555",
                "person_id": "dora",
                "kind": "page",
                "username": "dora",
                "name": "Dora",
            },
            {
                "platform": "instagram",
                "id": "17841499",
                "person_id": "dora",
                "kind": "business",
                "username": "dora.ig",
                "name": "Dora",
                "parent_id": "555",
            },
        ],
    )
    dora = await sandbox.ada(sandbox_person="dora")
    (page,) = (await dora.get("me/accounts", fields="id,instagram_business_account{username}")).body["data"]
    assert page == {"id": "555", "instagram_business_account": {"username": "dora.ig", "id": "17841499"}}


@pytest.mark.parametrize(
    "order",
    [
        {"posts": []},
        {"settings": {"gravity": 9}},
        {"settings": {"strict_params": "no"}},
        {"settings": []},
        {"people": [{"id": "x", "surname": "y"}]},
        {"people": {}, "accounts": {"a": 1}},
        {"settings": {"quota_total": []}},
        {"accounts": [{"platform": "a", "id": "1", "person_id": "nobody", "kind": "b", "username": "c", "name": "d"}]},
        {"webhooks": {"instagram": "http://127.0.0.1:1/"}},
        {"webhooks": {"carrier-pigeon": {"url": "http://127.0.0.1:1/"}}},
    ],
)
async def test_a_seed_that_makes_no_sense_is_refused(sandbox: Sandbox, order: dict[str, object]) -> None:
    assert (await sandbox.call("POST", "/_sandbox/seed", json=order)).status == 400


async def test_a_body_that_is_no_object_is_refused(sandbox: Sandbox) -> None:
    assert (await sandbox.call("POST", "/_sandbox/clock", data=b"[1]")).status == 400
    assert (await sandbox.call("POST", "/_sandbox/clock", data=b"{")).status == 400


@pytest.mark.parametrize(
    ("door", "order"),
    [
        ("comment", {"post": "17", "text": "x"}),
        ("message", {"account": "nobody", "text": "x"}),
        ("mention", {"account": "harbourcoffee", "text": "x"}),
    ],
)
async def test_people_outside_need_something_to_act_on(sandbox: Sandbox, door: str, order: dict[str, str]) -> None:
    assert (await sandbox.call("POST", f"/_sandbox/{door}", json=order)).status == 400


async def test_settings_list_apps_people_accounts_and_hosts(sandbox: Sandbox) -> None:
    told = (await sandbox.call("GET", "/_sandbox/settings")).body
    assert {app["client_id"] for app in told["apps"]} >= {"sandbox-instagram", "sandbox-facebook"}
    assert {person["id"] for person in told["people"]} >= {"ada", "ben", "clara"}
    assert "rupload.facebook.com" in told["hosts"]
    assert told["settings"]["origin"] == sandbox.origin


async def test_a_host_that_is_not_played_says_so(sandbox: Sandbox) -> None:
    answer = await sandbox.call("GET", "/api.example.com/v1/me")
    assert answer.status == 404
    assert "api.example.com" in answer.body


async def test_the_bench_configuration_takes_media_on_trust() -> None:
    async with running_sandbox(SandboxConfig.bench()) as origin, aiohttp.ClientSession() as http:
        sandbox = Sandbox(origin, http)
        clara = await sandbox.clara()
        image = await clara.container(image_url="http://192.0.2.1/none.jpg")
        video = await clara.container(media_type="REELS", video_url="http://192.0.2.1/none.mp4")
        published = [await clara.publish(made.body["id"]) for made in (image, video)]
    assert [answer.status for answer in published] == [200, 200]
