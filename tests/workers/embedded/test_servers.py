"""The embedded servers on a real folder: found again after SIGKILL, data and all."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from workers.embedded import Postgres, Valkey, ground, postgres


@pytest.fixture
def home() -> Iterator[Path]:
    path = Path("/var/tmp/qunfa-embedded-test")
    shutil.rmtree(path, ignore_errors=True)
    yield path
    shutil.rmtree(path, ignore_errors=True)


def test_postgres_keeps_its_data_over_a_kill(home: Path) -> None:
    first = Postgres(home)
    first.start()
    with psycopg.connect(first.url("qunfa_owner")) as connection:
        connection.execute("CREATE TABLE public.kept (n int)")
        connection.execute("INSERT INTO public.kept VALUES (7)")
    assert first.process is not None
    first.process.send_signal(signal.SIGKILL)
    first.process.wait(10)
    again = Postgres(home)
    again.start()
    try:
        with psycopg.connect(again.url("qunfa_owner")) as connection:
            assert connection.execute("SELECT n FROM public.kept").fetchone() == (7,)
    finally:
        again.stop()


def test_valkey_keeps_its_data_over_a_kill(home: Path) -> None:
    first = Valkey(home)
    first.start()
    with redis.Redis.from_url(first.url) as client:
        client.set("kept", "7")
    assert first.process is not None
    first.process.send_signal(signal.SIGKILL)
    first.process.wait(10)
    again = Valkey(home)
    again.start()
    try:
        with redis.Redis.from_url(again.url) as client:
            assert client.get("kept") == b"7"
    finally:
        again.stop()


@pytest.mark.skipif(not ground.as_root(), reason="only root starts the servers as somebody else")
def test_programs_under_a_closed_folder_are_run_from_a_copy(home: Path, tmp_path: Path) -> None:
    package = postgres.wheel().parent
    tmp_path.chmod(0o700)
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, tmp_path / part.name, symlinks=True)
    copy = ground.reachable(tmp_path / package.name / postgres.wheel().name, ground.folder(home))
    assert copy.is_relative_to(home)
    said = subprocess.run(  # type: ignore[call-overload]
        [copy / "bin" / "initdb", "--version"], capture_output=True, text=True, cwd="/", **ground.user_options()
    )
    assert said.stdout.startswith("initdb (PostgreSQL)"), said.stderr


def test_the_passwords_and_sockets_are_private(home: Path) -> None:
    server = Postgres(home)
    server.start()
    try:
        assert (home / "secrets" / "qunfa_app").stat().st_mode & 0o077 == 0
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(server.url("qunfa_app").replace("qunfa_app:", "qunfa_app:not"))
    finally:
        server.stop()


def test_the_folder_of_the_sockets_goes_with_the_last_server(home: Path) -> None:
    postgres, valkey = Postgres(home), Valkey(home)
    postgres.start()
    valkey.start()
    folder = ground.sockets(home)
    valkey.stop()
    assert folder.is_dir(), "PostgreSQL still listens there"
    postgres.stop()
    assert not folder.exists()
