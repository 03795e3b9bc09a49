"""Everything that a post may be refused for: its status, code and field, and that nothing of it is stored."""

from pathlib import Path

import pytest
from sqlalchemy import text

from postwright.services.app import App
from tests.support.apps import Person, connect_account
from tests.support.asgi import Client
from tests.support.media_files import animation, video
from tests.support.pictures import jpeg, png

STRANGE_ID = "01a1f86f-0d60-7b22-90cd-857b09318fe7"


@pytest.fixture(autouse=True)
async def account(app: App, person: Person) -> str:
    return str(await connect_account(app, person))


async def _upload(client: Client, content: bytes, name: str = "a") -> str:
    reply = await client.upload(content, name)
    assert reply.status == 201, reply
    media_id: str = reply.json()["id"]
    return media_id


async def _refused(app: App, client: Client, draft: dict[str, object], status: int = 422) -> list[tuple[str, str]]:
    """What the post is refused for, as code and field; nothing is left of it."""
    draft = {"platform": "instagram", **draft} if "targets" not in draft else draft
    async with app.db.tx() as tx:
        before = (await tx.execute(text("SELECT count(*) FROM media WHERE rendition_of IS NULL"))).scalar_one()
    for path in ("/api/posts", "/api/schedule"):
        reply = await client.post(path, {"scheduled_at": "2026-12-01T09:00", **draft})
        assert reply.status == status, reply
    async with app.db.tx() as tx:
        for table in ("posts", "publications", "post_media", "events"):
            assert (await tx.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == 0  # noqa: S608 constants
        after = (await tx.execute(text("SELECT count(*) FROM media WHERE rendition_of IS NULL"))).scalar_one()
    assert before == after
    dry = await client.post("/api/posts/validate", {"scheduled_at": "2026-12-01T09:00", **draft})
    errors = reply.json()["errors"]
    if dry.status == 200:
        assert [one["code"] for one in dry.json()["findings"] if one["severity"] == "error"] == [
            e["code"] for e in errors
        ]
    assert reply.code == errors[0]["code"]
    return [(error["code"], error["field"]) for error in errors]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"caption": "x" * 2201}, ("caption_too_long", "caption")),
        ({"caption": "\N{GRINNING FACE}" * 1101}, ("caption_too_long", "caption")),
        ({"caption": " ".join(f"#tag{n}" for n in range(31))}, ("too_many_hashtags", "caption")),
        ({"scheduled_at": "2026-11-20T08:00:00Z"}, ("time_in_past", "scheduled_at")),
        ({"scheduled_at": "2099-11-20T08:00:00Z"}, ("time_too_far", "scheduled_at")),
        ({"scheduled_at": "soon"}, ("bad_time", "scheduled_at")),
        ({"scheduled_at": "2027-03-28T02:30", "timezone": "Europe/Berlin"}, ("time_does_not_exist", "scheduled_at")),
        ({"timezone": "Mars/Olympus"}, ("unknown_timezone", "timezone")),
        ({"platform": "myspace"}, ("unknown_platform", "platform")),
        ({"targets": [{"platform": "instagram"}, {"platform": "myspace"}]}, ("unknown_platform", "targets.1.platform")),
        ({"options": {"post_type": "poem"}}, ("bad_option", "options.post_type")),
        ({"options": {"colour": "red"}}, ("unknown_option", "options.colour")),
    ],
)
async def test_a_post_with_a_good_picture_is_refused_for(
    app: App, client: Client, change: dict[str, object], found: tuple[str, str]
) -> None:
    media = await _upload(client, jpeg())
    assert await _refused(app, client, {"media": [{"id": media}], **change}) == [found]


async def test_a_post_without_media_is_refused_where_the_platform_wants_some(app: App, client: Client) -> None:
    assert await _refused(app, client, {"caption": "Only words"}) == [("media_required", "media")]


@pytest.mark.parametrize(("width", "height"), [(400, 600), (800, 400)])
async def test_a_picture_outside_of_the_allowed_shapes_is_refused(
    app: App, client: Client, width: int, height: int
) -> None:
    media = await _upload(client, png(width, height))
    assert await _refused(app, client, {"media": [{"id": media}]}) == [("aspect_ratio", "media.0")]


async def test_a_picture_that_cannot_be_converted_is_refused(app: App, client: Client, tmp_path: Path) -> None:
    media = await _upload(client, animation(tmp_path / "a.gif", width=400, height=400).read_bytes())
    assert await _refused(app, client, {"media": [{"id": media}]}) == [("media_unconvertible", "media.0")]


async def test_a_file_that_one_account_cannot_take_hides_nothing_about_the_others(
    app: App, client: Client, person: Person, account: str, tmp_path: Path
) -> None:
    other = str(await connect_account(app, person, platform="x", external_id="42"))
    media = await _upload(client, animation(tmp_path / "a.gif", width=400, height=400).read_bytes())
    draft = {
        "media": [{"id": media}],
        "caption": "y" * 300,
        "targets": [{"account_id": one} for one in (account, other)],
    }
    findings = (await client.post("/api/posts/validate", draft)).json()["findings"]
    assert [(one["account_id"], one["code"]) for one in findings if one["severity"] == "error"] == [
        (account, "media_unconvertible"),
        (other, "caption_too_long"),
    ]


async def test_too_many_files_are_refused(app: App, client: Client) -> None:
    media = await _upload(client, jpeg())
    assert await _refused(app, client, {"media": [{"id": media}] * 11}) == [("too_many_media", "media")]
    assert await _refused(app, client, {"media": [{"id": media}] * 51}) == [("too_long", "media")]


async def test_a_video_out_of_spec_is_refused_with_every_reason(app: App, client: Client, tmp_path: Path) -> None:
    media = await _upload(client, video(tmp_path / "a.mp4", width=64, height=48).read_bytes())
    found = await _refused(app, client, {"media": [{"id": media}]})
    assert ("video_duration_too_small", "media.0") in found


@pytest.mark.parametrize(
    ("media", "found"),
    [
        ([{}], ("id_or_url", "media.0")),
        ([{"id": STRANGE_ID, "url": "https://example.com"}], ("id_or_url", "media.0")),
        ([{"id": "x"}], ("bad_value", "media.0.id")),
        ([{"url": ""}], ("too_short", "media.0.url")),
        ([{"url": "http://127.0.0.1:1/a.jpg"}], ("private_address", "media.0.url")),
        ({"type": "image", "url": "http://169.254.169.254/"}, ("private_address", "media.0.url")),
        ({"type": "song", "url": "https://example.com/"}, ("unknown_choice", "media.0.type")),
        ([{"url": "https://example.com/", "size": 1}], ("unknown_field", "media.0.size")),
        (["https://example.com/a.jpg"], ("bad_value", "media.0")),
    ],
)
async def test_a_file_that_cannot_be_meant_is_refused(
    app: App, client: Client, media: object, found: tuple[str, str]
) -> None:
    assert await _refused(app, client, {"media": media}) == [found]


async def test_a_file_of_another_kind_than_said_is_refused(app: App, client: Client) -> None:
    media = await _upload(client, jpeg())
    found = await _refused(app, client, {"media": [{"id": media, "type": "video"}]})
    assert found == [("media_type_mismatch", "media.0.type")]


async def test_a_file_that_is_not_there_is_not_found(app: App, client: Client) -> None:
    found = await _refused(app, client, {"media": [{"id": STRANGE_ID}]}, status=404)
    assert found == [("media_not_found", "media.0.id")]


@pytest.mark.parametrize(
    ("draft", "status", "found"),
    [
        ({"targets": []}, 422, ("target_required", "targets")),
        ({"targets": [{}]}, 422, ("required", "targets.0.account_id")),
        ({"targets": [{"platform": "instagram"}] * 2}, 422, ("duplicate_target", "targets")),
        ({"targets": [{"account_id": STRANGE_ID}]}, 404, ("account_not_found", "targets.0.account_id")),
        ({"targets": [{"platform": "instagram"}], "account_id": STRANGE_ID}, 422, ("target_ambiguous", "targets")),
        ({"targets": [{"platform": "instagram", "media": [{}]}]}, 422, ("id_or_url", "targets.0.media.0")),
    ],
)
async def test_a_post_to_nowhere_is_refused(
    app: App, client: Client, draft: dict[str, object], status: int, found: tuple[str, str]
) -> None:
    media = await _upload(client, jpeg())
    assert await _refused(app, client, {"media": [{"id": media}], **draft}, status) == [found]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"caption": None}, ("bad_value", "caption")),
        ({"caption": "x" * 70_001}, ("too_long", "caption")),
        ({"client_post_id": ""}, ("too_short", "client_post_id")),
        ({"account_id": 5}, ("bad_value", "account_id")),
        ({"options": []}, ("bad_value", "options")),
        ({"scheduled_at": 5}, ("bad_value", "scheduled_at")),
        ({"more": 1}, ("unknown_field", "more")),
    ],
)
async def test_a_body_of_another_form_is_refused_field_by_field(
    app: App, client: Client, change: dict[str, object], found: tuple[str, str]
) -> None:
    assert await _refused(app, client, change) == [found]


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59"])
async def test_a_time_at_the_end_of_time_is_refused(app: App, client: Client, time: str) -> None:
    media = await _upload(client, jpeg())
    [(code, field)] = await _refused(app, client, {"media": [{"id": media}], "scheduled_at": time})
    assert (code[:4], field) in {("time", "scheduled_at"), ("bad_", "scheduled_at")}
