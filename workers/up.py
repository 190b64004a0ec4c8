"""`qunfa up`: everything on one machine with one command. Servers from wheels where no URL is set, migrations, a demo,
all processes of the Procfile under one supervisor; ends cleanly on Ctrl-C and finds its data again.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

import sqlalchemy as sa

from tenants.accounts import spares
from tenants.core import migrating
from tenants.core.ground import bare_app
from tenants.core.settings import Settings, whole
from workers import demo
from workers.embedded import Postgres, Unusable, Valkey
from workers.embedded.ground import as_root, folder
from workers.supervisor import Supervisor

ROOT = Path(__file__).resolve().parent.parent
PORT, PORT_MAX = 8000, 65_535


@dataclass(frozen=True)
class Place:
    """Where this copy runs."""

    home: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"


def up(environ: Mapping[str, str]) -> int:
    """Run until stopped; Unusable or BadSetting say what keeps it from starting."""
    servers: list[Postgres | Valkey] = []
    try:
        place = Place(home_of(environ), whole("PORT", environ.get("PORT") or str(PORT), PORT_MAX))
        lock = _only_one(place.home)
        _check_port(place.port)
        settings = _settings(environ, place, servers)
        migrate(settings)
        environment = _environment(environ, settings, place)
        with bare_app(settings).app_context():
            supervisor = Supervisor(environment)
            for name, command in procfile():
                supervisor.add(name, command)
            if settings.qunfa_demo:
                demo.prepare(supervisor, settings, place.home, place.url)
        _welcome(place, settings)
        supervisor.run()
        lock.close()
        return 0
    finally:
        for server in reversed(servers):
            server.stop()


def home_of(environ: Mapping[str, str]) -> Path:
    """The data folder: QUNFA_HOME, or one that embedded servers can use."""
    if chosen := environ.get("QUNFA_HOME"):
        return Path(chosen).expanduser().resolve()
    return Path("/var/lib/qunfa") if as_root() else Path(environ.get("HOME", str(ROOT))) / ".local/share/qunfa"


def procfile() -> list[tuple[str, str]]:
    """The processes of the Procfile, by name."""
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    return [(name.strip(), command.strip()) for name, _, command in (line.partition(":") for line in lines) if command]


def _only_one(home: Path) -> IO[str]:
    folder(home)
    file = open(home / "lock", "w")  # noqa: SIM115  # held until the process ends
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise Unusable(f"Another copy runs on {home}: stop it, or set QUNFA_HOME and PORT for a second one.") from error
    return file


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Unusable(f"Port {port} cannot be used ({error.strerror}): set PORT to another one.") from error


def _settings(environ: Mapping[str, str], place: Place, servers: list[Postgres | Valkey]) -> Settings:
    """The settings of this copy; starts what no URL names and remembers it in `servers`."""
    settings = Settings.read(environ)
    settings = replace(
        settings, qunfa_home=str(place.home), qunfa_secret=settings.qunfa_secret or _secret(place.home),
        public_url=environ.get("PUBLIC_URL", place.url),
    )  # fmt: skip
    if not settings.database_url:
        postgres = Postgres(place.home)
        servers.append(postgres)
        postgres.start()
        settings = replace(
            settings, database_url=postgres.url("qunfa_app"), migration_database_url=postgres.url("qunfa_owner"),
            qunfa_demo=environ.get("QUNFA_DEMO", "1") != "0",
        )  # fmt: skip
    if not settings.redis_url:
        valkey = Valkey(place.home)
        servers.append(valkey)
        valkey.start()
        settings = replace(settings, redis_url=valkey.url)
    return settings


def _secret(home: Path) -> str:
    path = home / "secrets" / "master"
    path.parent.mkdir(exist_ok=True, mode=0o700)
    if not path.exists():
        path.write_text(secrets.token_hex(32))
        path.chmod(0o600)
    return path.read_text()


def migrate(settings: Settings) -> None:
    engine = sa.create_engine(settings.migration_dsn)
    try:
        laggards = migrating.migrate(engine)
        for laggard in laggards:
            print(f"qunfa: tenant {laggard.tenant_id} stays at {laggard.version}: {laggard.error}", file=sys.stderr)  # noqa: T201
        spares.top_up(engine, settings.qunfa_secret)
    except sa.exc.OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise Unusable(f"The database cannot be used ({reason}): check DATABASE_URL.") from error
    finally:
        engine.dispose()


def _environment(environ: Mapping[str, str], settings: Settings, place: Place) -> dict[str, str]:
    """What every process is told."""
    return {
        **environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{environ.get('PATH', '')}",
        "PORT": str(place.port),
        "DATABASE_URL": settings.database_url,
        "MIGRATION_DATABASE_URL": settings.migration_database_url,
        "REDIS_URL": settings.redis_url,
        "QUNFA_SECRET": settings.qunfa_secret,
        "QUNFA_HOME": settings.qunfa_home,
        "PUBLIC_URL": settings.public_url,
        "QUNFA_DEMO": "1" if settings.qunfa_demo else "0",
        "PYTHONUNBUFFERED": "1",
    }


def _welcome(place: Place, settings: Settings) -> None:
    lines = ["", f"  Qunfa is starting on {place.url}", f"  Data: {place.home}"]
    if settings.qunfa_demo:
        lines += ["", *(f"  {line}" for line in demo.logins())]
    print("\n".join([*lines, "", "  Ctrl-C stops everything.", ""]), flush=True)  # noqa: T201
