"""What all of LinkedIn's API has in common: headers, versions, URL syntax, limits, faults; and organisations."""

import pytest

from tests.sandbox.client import Answer, Sandbox
from tests.sandbox.linkedin.client import ADA, HARBOUR, LANTERN, LinkedIn, connect, enc, post

ACLS = "organizationAcls?q=roleAssignee"
DAY = 86_400


def refusal(answer: Answer) -> tuple[int, str]:
    assert answer.headers["x-li-uuid"]
    assert answer.body["status"] == answer.status
    return answer.status, answer.body["code"]


@pytest.mark.parametrize(
    ("header", "status", "code"),
    [
        ({"authorization": ""}, 401, "EMPTY_ACCESS_TOKEN"),
        ({"authorization": "Bearer AQnothing"}, 401, "INVALID_ACCESS_TOKEN"),
        ({"linkedin-version": ""}, 400, "VERSION_MISSING"),
        ({"linkedin-version": "202511"}, 426, "NONEXISTENT_VERSION"),
        ({"linkedin-version": "202712"}, 426, "NONEXISTENT_VERSION"),
        ({"linkedin-version": "2026-09"}, 426, "NONEXISTENT_VERSION"),
        ({"x-restli-protocol-version": ""}, 400, "PROTOCOL_NOT_SUPPORTED"),
        ({"x-restli-method": "BATCH_GET"}, 400, "ILLEGAL_ARGUMENT"),
    ],
)
async def test_every_call_needs_its_headers(sandbox: Sandbox, header: dict[str, str], status: int, code: str) -> None:
    assert refusal(await (await connect(sandbox)).get(ACLS, **header)) == (status, code)


async def test_a_version_ends_a_year_after_it_came(sandbox: Sandbox) -> None:
    oldest = {"linkedin-version": "202512"}
    assert (await (await connect(sandbox)).get(ACLS, **oldest)).status == 200
    await sandbox.admin("clock", advance_seconds=25 * DAY)
    ended = await (await connect(sandbox)).get(ACLS, **oldest)
    assert ended.body["message"] == "Requested version 20251201 is not active"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"posts/{HARBOUR}", 400, "ILLEGAL_ARGUMENT"),
        (f"posts?author={HARBOUR}&q=author", 400, "ILLEGAL_ARGUMENT"),
        ("organizationsLookup?ids=List(1", 400, "ILLEGAL_ARGUMENT"),
        ("organizationsLookup?ids=1", 400, "ILLEGAL_ARGUMENT"),
        (f"{ACLS}&count=101", 400, "ILLEGAL_ARGUMENT"),
        (f"{ACLS}&role=KING", 400, "ILLEGAL_ARGUMENT"),
        (f"{ACLS}&colour=red", 400, "QUERY_PARAM_NOT_ALLOWED"),
        ("posts?q=nobody", 405, "METHOD_NOT_ALLOWED"),
        ("posts/1", 400, "INVALID_URN_ID"),
        ("shares", 404, "RESOURCE_NOT_FOUND"),
    ],
)
async def test_a_request_that_is_not_understood_is_refused(sandbox: Sandbox, path: str, status: int, code: str) -> None:
    assert refusal(await (await connect(sandbox)).get(path)) == (status, code)


async def test_organisations_and_roles(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    body = (await ada.get(ACLS)).body
    assert [(one["organization"], one["role"]) for one in body["elements"]] == [
        (HARBOUR, "ADMINISTRATOR"),
        (LANTERN, "CONTENT_ADMINISTRATOR"),
    ]
    assert {one["roleAssignee"] for one in body["elements"]} == {ADA}
    only = (await ada.get(f"{ACLS}&role=ADMINISTRATOR&state=APPROVED")).body["elements"]
    assert [one["organization"] for one in only] == [HARBOUR]
    assert (await (await connect(sandbox, sandbox_person="ben")).get(ACLS)).body["elements"] == []
    number = HARBOUR.rsplit(":", 1)[1]
    assert (await ada.get(f"organizations/{number}")).body["localizedName"] == "Harbour Coffee"
    assert (await ada.get("organizations/1")).status == 404
    several = (await ada.get(f"organizationsLookup?ids=List({number},1)")).body
    assert (several["results"][number]["vanityName"], several["statuses"]) == (
        "harbour-coffee",
        {number: 200, "1": 404},
    )


async def test_a_role_that_may_not_post_is_refused(sandbox: Sandbox) -> None:
    page = {"platform": "linkedin", "id": "79550009", "person_id": "ada", "kind": "organization", "name": "Quay"}
    await sandbox.admin("seed", accounts=[{**page, "username": "quay", "tasks": ["ANALYST"]}])
    ada = await connect(sandbox)
    assert refusal(await ada.create(author="urn:li:organization:79550009")) == (403, "ACCESS_DENIED")


async def test_long_queries_may_travel_in_the_body(sandbox: Sandbox) -> None:
    ada = await connect(sandbox)
    override = {"x-http-method-override": "GET", "content-type": "application/x-www-form-urlencoded"}
    answer = await ada.call("POST", "rest/organizationAcls", data="q=roleAssignee&role=ADMINISTRATOR", headers=override)
    assert len(answer.body["elements"]) == 1
    body = (
        "--cut\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\naction=initializeUpload\r\n"
        f'--cut\r\nContent-Type: application/json\r\n\r\n{{"initializeUploadRequest":{{"owner":"{ADA}"}}}}\r\n--cut--'
    )
    override = {"x-http-method-override": "POST", "content-type": "multipart/mixed; boundary=cut"}
    assert (await ada.call("POST", "rest/images", data=body, headers=override)).body["value"]["image"]


async def test_a_members_day_is_used_up_and_begins_again_at_midnight(sandbox: Sandbox) -> None:
    ada, ben = await connect(sandbox), await connect(sandbox, sandbox_person="ben")
    answers = [(await ada.get(ACLS)).status for _ in range(150)]
    assert set(answers) == {200}
    assert refusal(await ada.get(ACLS)) == (429, "TOO_MANY_REQUESTS")
    assert (await ben.get(ACLS)).status == 200
    assert (await ada.create()).status == 201
    await sandbox.admin("clock", advance_seconds=DAY)
    assert (await ada.get(ACLS)).status == 200


@pytest.mark.parametrize(
    ("order", "status", "code"),
    [
        ({"kind": "status", "status": 401}, 401, "INVALID_ACCESS_TOKEN"),
        ({"kind": "status", "status": 403}, 403, "ACCESS_DENIED"),
        ({"kind": "status", "status": 404}, 404, "NOT_FOUND"),
        ({"kind": "status", "status": 409}, 409, "CONFLICT"),
        ({"kind": "status", "status": 422}, 422, "UNPROCESSABLE_ENTITY"),
        ({"kind": "status", "status": 500}, 500, "INTERNAL_SERVER_ERROR"),
        ({"kind": "status", "status": 502}, 502, "INTERNAL_SERVER_ERROR"),
        ({"kind": "status", "status": 503}, 503, "SERVICE_UNAVAILABLE"),
        ({"kind": "rate_limit"}, 429, "TOO_MANY_REQUESTS"),
        ({"kind": "expire_token"}, 401, "EXPIRED_ACCESS_TOKEN"),
        ({"kind": "revoke_token"}, 401, "REVOKED_ACCESS_TOKEN"),
    ],
)
async def test_ordered_faults_speak_as_linkedin(
    sandbox: Sandbox, order: dict[str, object], status: int, code: str
) -> None:
    ada = await connect(sandbox)
    await sandbox.admin("faults", platform="linkedin", path="/rest/", account="ada-moreno", **order)
    assert refusal(await ada.create()) == (status, code)


async def test_a_fault_at_the_token_endpoint_speaks_oauth(sandbox: Sandbox) -> None:
    await sandbox.admin("faults", kind="status", status=503, platform="linkedin", path="accessToken")
    answer = await sandbox.call("POST", "/www.linkedin.com/oauth/v2/accessToken", data={"grant_type": "refresh_token"})
    assert (answer.status, answer.body["error"]) == (503, "service_unavailable")


async def test_a_client_that_takes_the_encoding_off_is_told(sandbox: Sandbox) -> None:
    ada: LinkedIn = await connect(sandbox)
    urn = await ada.posted(author=HARBOUR)
    plain = await sandbox.call("GET", f"/api.linkedin.com/rest/posts/{urn}", headers=ada.headers)
    assert refusal(plain) == (400, "ILLEGAL_ARGUMENT")
    assert (await ada.get(f"posts/{enc(urn)}")).body["commentary"] == post()["commentary"]
