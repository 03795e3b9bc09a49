"""What `up` makes of its options and the settings, and what settings its children get."""

from pathlib import Path

import pytest

from postwright.cli.serve import address
from postwright.cli.up import Plan, make_plan, starting_order
from postwright.kit.crypto import Key
from postwright.settings import environment_of, load

ANYWHERE = "0.0.0.0"  # noqa: S104  # an option's value; nothing listens here
SANDBOX = "http://127.0.0.1:8900"
SECRETS = {"POSTWRIGHT_SECRET_KEY": "s" * 40, "POSTWRIGHT_ENCRYPTION_KEYS": f"{Key.generate()},{Key.generate()}"}


def plan(environment: dict[str, str] | None = None, *, host: str = "127.0.0.1", sandbox: int | None = 8900) -> Plan:
    settings = load({**SECRETS, **(environment or {})})
    return make_plan(settings, host=host, port=8123, sandbox_port=sandbox, workers=1, own_logs=False)


def test_the_public_address_is_where_it_listens() -> None:
    assert plan().settings.public_url == "http://127.0.0.1:8123"


def test_a_public_address_that_is_set_stays() -> None:
    public = "https://posts.example.com"
    assert plan({"POSTWRIGHT_PUBLIC_URL": public}).settings.public_url == public


def test_a_sandbox_is_started_and_used_by_default() -> None:
    made = plan()
    assert (made.sandbox_port, made.settings.sandbox_url) == (8900, SANDBOX)


def test_somebody_elses_sandbox_is_used_instead_of_ours() -> None:
    for own in (8900, None):
        made = plan({"POSTWRIGHT_SANDBOX_URL": "http://127.0.0.1:9999"}, sandbox=own)
        assert (made.sandbox_port, made.settings.sandbox_url) == (None, "http://127.0.0.1:9999")


def test_without_any_sandbox_the_platforms_are_the_real_ones() -> None:
    made = plan(sandbox=None)
    assert (made.sandbox_port, made.settings.sandbox_url) == (None, None)


def test_production_never_starts_a_sandbox() -> None:
    production = {"POSTWRIGHT_ENV": "production", "POSTWRIGHT_PUBLIC_URL": "https://posts.example.com"}
    made = plan(production)
    assert (made.sandbox_port, made.settings.sandbox_url) == (None, None)


def test_a_sandbox_for_other_machines_has_the_public_name() -> None:
    made = plan({"POSTWRIGHT_PUBLIC_URL": "http://posts.local:8123"}, host=ANYWHERE)
    assert made.settings.sandbox_url == "http://posts.local:8900"


@pytest.mark.parametrize(
    ("host", "reached"),
    [("127.0.0.1", "http://127.0.0.1:80"), (ANYWHERE, "http://127.0.0.1:80"), ("::1", "http://[::1]:80")],
)
def test_an_address_is_one_that_can_be_reached(host: str, reached: str) -> None:
    assert address(host, 80) == reached


def test_a_child_has_exactly_its_parents_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("POSTWRIGHT_DATABASE_URL=postgresql:///other\nPOSTWRIGHT_X_CLIENT_ID=half\n")
    monkeypatch.setenv("POSTWRIGHT_LOG_LEVEL", "debug")
    given = {
        **SECRETS,
        "POSTWRIGHT_CORS_ORIGINS": "https://a.example.com https://b.example.com",
        "POSTWRIGHT_X_CLIENT_ID": "id",
        "POSTWRIGHT_X_CLIENT_SECRET": "secret",
        "POSTWRIGHT_HEARTBEAT_SECONDS": "0.5",
    }
    settings = plan(given).settings
    for name, value in environment_of(settings).items():
        monkeypatch.setenv(name, value)
    assert load() == settings


def test_a_child_of_plain_settings_does_not_find_others_in_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("POSTWRIGHT_DATABASE_URL=postgresql:///other\nPOSTWRIGHT_X_CLIENT_ID=half\n")
    settings = plan().settings
    for name, value in environment_of(settings).items():
        monkeypatch.setenv(name, value)
    assert load() == settings


def test_workers_start_when_the_web_server_answers_and_end_before_it_and_the_sandbox_lives_longest() -> None:
    order = starting_order(plan())
    assert [[program.name for program in programs] for programs, _ in order] == [["sandbox"], ["web"], ["worker-1"]]
    assert [len(questions) for _, questions in order] == [0, 2, 1]


def test_without_a_sandbox_nobody_waits_for_one() -> None:
    order = starting_order(plan(sandbox=None))
    assert [[program.name for program in programs] for programs, _ in order] == [["web"], ["worker-1"]]
    assert [len(questions) for _, questions in order] == [1, 1]
