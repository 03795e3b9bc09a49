"""The settings: every fault is named at once, secrets are made once and never shown, production takes no default."""

import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from postwright.kit.crypto import Key, Secret
from postwright.settings import BadSettings, Credentials, Settings, environment_of, load

KEYS = f"{Key.generate()}, {Key.generate()}"
SECRET_KEY = "k" * 32
PRODUCTION = {
    "POSTWRIGHT_ENV": "production",
    "POSTWRIGHT_SECRET_KEY": SECRET_KEY,
    "POSTWRIGHT_ENCRYPTION_KEYS": KEYS,
    "POSTWRIGHT_PUBLIC_URL": "https://posts.example.com/",
}


def faults(folder: Path, **environment: str) -> list[str]:
    """What these settings are refused for."""
    with pytest.raises(BadSettings) as refused:
        load({f"POSTWRIGHT_{name}": value for name, value in environment.items()}, data_dir=folder)
    assert all(fault in str(refused.value) for fault in refused.value.faults)
    return refused.value.faults


def test_nothing_needs_to_be_set_in_development(tmp_path: Path) -> None:
    settings = load({}, data_dir=tmp_path)
    assert (settings.production, settings.secure, settings.lease) == (False, False, timedelta(seconds=15))
    assert len(settings.keys) == 1


def test_values_are_read_by_their_names_and_what_is_empty_is_not_set(tmp_path: Path) -> None:
    environment = {
        "POSTWRIGHT_CORS_ORIGINS": "https://a.example, https://b.example",
        "POSTWRIGHT_MEDIA_FETCH_ALLOW": "",
        "POSTWRIGHT_HEARTBEAT_SECONDS": "2.5",
        "POSTWRIGHT_PUBLIC_URL": "HTTPS://posts.example.com/",
        "POSTWRIGHT_LOG_LEVEL": "",
        "HOME": "elsewhere",
    }
    settings = load(environment, data_dir=tmp_path)
    assert settings.cors_origins == ("https://a.example", "https://b.example")
    assert (settings.media_fetch_allow, settings.heartbeat_seconds, settings.log_level) == ((), 2.5, "info")
    assert (settings.public_url, settings.secure) == ("https://posts.example.com", True)


def test_the_command_line_wins_over_the_environment_where_it_says_something(tmp_path: Path) -> None:
    environment = {"POSTWRIGHT_LOG_LEVEL": "error", "POSTWRIGHT_DATA_DIR": "/nowhere"}
    settings = load(environment, data_dir=tmp_path, log_level=None, env=None)
    assert (settings.data_dir, settings.log_level, settings.env) == (tmp_path, "error", "development")


def test_all_faults_are_listed_at_once_by_the_names_that_were_set(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        ENV="staging",
        PUBLIC_URL="posts.example.com",
        SANDBOX_URL="http://127.0.0.1:99999",
        HEARTBEAT_SECONDS="0",
        LOG_LEVEL="loud",
        SECRET_KEY="short",
        ENCRYPTION_KEYS="short",
        INSTAGRAM_CLIENT_ID="1",
        X_CLIENT_SECRET="2",
    )
    assert sorted(fault.split(":")[0].split(" ")[0].removeprefix("POSTWRIGHT_") for fault in found) == [
        *("ENCRYPTION_KEYS", "ENV", "HEARTBEAT_SECONDS", "INSTAGRAM_CLIENT_SECRET", "LOG_LEVEL", "PUBLIC_URL"),
        *("SANDBOX_URL", "SECRET_KEY", "X_CLIENT_ID"),
    ]
    assert "'short'" not in str(found)


def test_production_refuses_every_default_and_the_sandbox_at_once(tmp_path: Path) -> None:
    found = faults(tmp_path, ENV="production", SANDBOX_URL="http://127.0.0.1:8090", LOG_LEVEL="loud")
    assert [fault.split(" ")[0].rstrip(":") for fault in found] == [
        f"POSTWRIGHT_{name}" for name in ("SECRET_KEY", "ENCRYPTION_KEYS", "PUBLIC_URL", "SANDBOX_URL", "LOG_LEVEL")
    ]
    assert list(tmp_path.iterdir()) == []


def test_production_runs_on_what_was_set_and_makes_no_secrets(tmp_path: Path) -> None:
    settings = load(PRODUCTION, data_dir=tmp_path)
    assert (settings.production, settings.secure, len(settings.keys)) == (True, True, 2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("nothing", [",", " ", ", ,"])
def test_a_list_without_a_key_is_refused(tmp_path: Path, nothing: str) -> None:
    [fault] = faults(tmp_path, ENCRYPTION_KEYS=nothing)
    assert fault == "POSTWRIGHT_ENCRYPTION_KEYS: at least one key is needed"


@pytest.mark.parametrize(
    "url",
    [
        *("posts.example.com", "ftp://posts.example.com", "https://", "https://[", "https:///x", "http://h:0"),
        *("https://posts.example.com?x=1", "https://posts.example.com/#x", "https://me:pw@posts.example.com"),
    ],
)
def test_an_address_that_is_none_is_refused(tmp_path: Path, url: str) -> None:
    [fault] = faults(tmp_path, PUBLIC_URL=url)
    assert fault.startswith("POSTWRIGHT_PUBLIC_URL: ")


def test_half_of_the_credentials_is_a_fault_that_names_the_other_half(tmp_path: Path) -> None:
    assert faults(tmp_path, FACEBOOK_CLIENT_ID="1", FACEBOOK_CLIENT_SECRET="") == [
        "POSTWRIGHT_FACEBOOK_CLIENT_SECRET is missing beside its other half"
    ]


def test_credentials_are_found_by_platform_and_the_sandbox_has_its_own(tmp_path: Path) -> None:
    given = {"POSTWRIGHT_FACEBOOK_CLIENT_ID": "1", "POSTWRIGHT_FACEBOOK_CLIENT_SECRET": "2"}
    settings = load(given, data_dir=tmp_path)
    assert settings.app_of("facebook") == Credentials("1", Secret("2"))
    assert settings.app_of("instagram") is None
    against_sandbox = load(given, data_dir=tmp_path, sandbox_url="http://127.0.0.1:8090")
    assert against_sandbox.app_of("facebook") == Credentials("1", Secret("2"))
    assert against_sandbox.app_of("instagram") == Credentials("sandbox-instagram", Secret("sandbox-instagram-secret"))


def test_secrets_are_made_once_and_only_their_owner_can_read_them(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "there"
    first, second = load({}, data_dir=folder), load({}, data_dir=folder)
    assert (first.secret_key, first.keys) == (second.secret_key, second.keys)
    assert load({}, data_dir=tmp_path).secret_key != first.secret_key
    files = sorted(folder.iterdir())
    assert [file.name for file in files] == ["encryption_keys", "secret_key"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_folder_in_which_no_secret_can_be_kept_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found = faults(tmp_path / "file", LOG_LEVEL="loud")
    assert [fault.split(":")[0] for fault in found] == [
        *["POSTWRIGHT_DATA_DIR"] * 2,
        "POSTWRIGHT_LOG_LEVEL",
    ]


def test_threads_that_start_at_once_agree_on_the_secrets(tmp_path: Path) -> None:
    runners = 8
    for attempt in range(20):
        start = threading.Barrier(runners)

        def run(_: int, folder: Path = tmp_path / str(attempt), start: threading.Barrier = start) -> Settings:
            start.wait()
            return load({}, data_dir=folder)

        with ThreadPoolExecutor(runners) as threads:
            found = list(threads.map(run, range(runners)))
        assert len({(one.secret_key, one.encryption_keys) for one in found}) == 1
        assert len(list((tmp_path / str(attempt)).iterdir())) == 2


def test_processes_that_start_at_once_agree_on_the_secrets(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from postwright.settings import load; sys.stdin.readline();"
        "s = load({}, data_dir=Path(sys.argv[1])); print(s.secret_key, *s.encryption_keys)"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    processes = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = {process.communicate()[0] for process in processes}
    settings = load({}, data_dir=tmp_path)
    assert answers == {f"{settings.secret_key} {settings.encryption_keys[0]}\n"}


def test_no_secret_shows_itself_in_the_settings(tmp_path: Path) -> None:
    environment = {
        **PRODUCTION,
        "POSTWRIGHT_DATABASE_URL": "postgresql://ana:hunter2@db/posts",
        "POSTWRIGHT_X_CLIENT_ID": "1",
        "POSTWRIGHT_X_CLIENT_SECRET": "hunter3",
    }
    settings = load(environment, data_dir=tmp_path)
    for shown in (repr(settings), str(settings), f"{settings}", repr(settings.keys), repr([settings.credentials])):
        assert not [one for one in ("hunter", SECRET_KEY, *KEYS.split(", ")) if one in shown]
    assert settings.database_url == "postgresql://ana:hunter2@db/posts"


def test_a_refusal_repeats_no_secret() -> None:
    with pytest.raises(ValueError, match="encryption_keys") as refused:
        Settings.model_validate({"secret_key": "hunter2", "encryption_keys": "hunter3"})
    assert "hunter" not in str(refused.value)


def test_settings_pass_to_a_child_process_whole(tmp_path: Path) -> None:
    settings = load(
        {**PRODUCTION, "POSTWRIGHT_X_CLIENT_ID": "1", "POSTWRIGHT_X_CLIENT_SECRET": "2"},
        data_dir=tmp_path,
        cors_origins="https://a.example https://b.example",
        heartbeat_seconds=0.5,
        database_url="postgresql://ana@db/posts",
    )
    environment = environment_of(settings)
    assert load(environment) == settings
    assert "PATH" in environment
