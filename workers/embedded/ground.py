"""What both embedded servers stand on: a folder they can use, a short socket path, a user that is not root."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import pwd
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

SOCKET_PATH_MAX = 100
# PostgreSQL refuses to run as root, so both servers run as this user then.
UNPRIVILEGED = "nobody"
# From <linux/prctl.h>.
PR_SET_PDEATHSIG = 1


class Unusable(RuntimeError):
    """This machine or folder cannot be used; the message says why and what helps, in one sentence."""


def as_root() -> bool:
    return os.geteuid() == 0


def user_options() -> dict[str, object]:
    """Popen's options for the user the servers run as."""
    if not as_root():
        return {}
    account = pwd.getpwnam(UNPRIVILEGED)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def dying_with_us(number: int) -> Callable[[], None]:
    """For Popen's preexec_fn: the child gets signal `number` when this process dies, however it dies (Linux only)."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def ask() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, number)

    return ask


def own(path: Path) -> None:
    """Give a folder to the user the servers run as."""
    if as_root():
        account = pwd.getpwnam(UNPRIVILEGED)
        os.chown(path, account.pw_uid, account.pw_gid)


def folder(path: Path) -> Path:
    """`path` as a private folder the servers can use; Unusable otherwise."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        own(path)
    except OSError as error:
        raise Unusable(
            f"The folder {path} cannot be written ({error.strerror}): set QUNFA_HOME to one that can."
        ) from error
    if as_root() and (closed := _closed_parent(path)):
        raise Unusable(f"{closed} is closed to PostgreSQL's user: set QUNFA_HOME to a folder under /var/lib.")
    return path


def _closed_parent(path: Path) -> Path | None:
    return next((parent for parent in path.parents if not parent.stat().st_mode & 0o001), None)


def sockets(home: Path) -> Path:
    """The short path of the folder for the sockets of the servers of `home`."""
    name = hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:10]
    path = Path(tempfile.gettempdir()) / f"qunfa-{os.geteuid()}-{name}"
    if len(str(path)) > SOCKET_PATH_MAX - 30:
        path = Path("/tmp") / path.name  # nosec B108  # its owner is looked at
    return path


def open_sockets(home: Path) -> Path:
    """That folder, made where it is missing."""
    path = sockets(home)
    path.mkdir(mode=0o711, exist_ok=True)
    if path.stat().st_uid not in {os.geteuid(), pwd.getpwnam(UNPRIVILEGED).pw_uid}:
        raise Unusable(f"{path} belongs to another user: remove it or set TMPDIR to a folder of your own.")
    own(path)
    return path


def close_sockets(home: Path) -> None:
    """Remove the folder, unless another server of `home` still has its socket there."""
    with contextlib.suppress(OSError):
        sockets(home).rmdir()


def reachable(binaries: Path, home: Path) -> Path:
    """A copy of `binaries` the unprivileged user can execute when the original lies under a closed folder.

    A wheel keeps the libraries its programs are linked with beside its package, in `<package>.libs`, and the programs
    look for them from where they are: the copy has both, as far from each other.
    """
    if not as_root() or not _closed_parent(binaries / "bin"):
        return binaries
    package = binaries.parent
    libraries = package.with_name(f"{package.name}.libs")
    software = home / "software"
    copy = software / package.name / binaries.name
    if not copy.exists():
        fresh = software.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(binaries, fresh / package.name / binaries.name, symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        for parent in (fresh, fresh / package.name):
            parent.chmod(0o755)
        shutil.rmtree(software, ignore_errors=True)
        fresh.rename(software)
    return copy
