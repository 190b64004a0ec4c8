"""`qunfa up` says in one sentence what keeps it from starting; `qunfa doctor` says it of any set-up."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
import structlog

from tenants.core.jobs import Lane
from tenants.core.settings import Settings
from workers import cli, doctor, up

STARTS_S = 90


@pytest.fixture
def screen(capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    """What is written to it; a log that was set up to write there does so no longer than it is there."""
    yield capsys
    structlog.reset_defaults()


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    """One real `qunfa up` that is expected to give up."""
    return subprocess.run(
        [sys.executable, "-c", "from workers.cli import main; main()", "up"],
        env={**os.environ, **environment}, capture_output=True, text=True, timeout=STARTS_S,
    )  # fmt: skip


def test_a_taken_port_is_named_with_the_way_out(tmp_path_factory: pytest.TempPathFactory) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = start(PORT=str(port), QUNFA_HOME=f"/var/tmp/qunfa-up-{port}")
    assert done.returncode == 1
    assert (
        done.stderr.strip() == f"qunfa: Port {port} cannot be used (Address already in use): set PORT to another one."
    )


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    done = start(PORT="0", QUNFA_HOME=str(file / "below"))
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "QUNFA_HOME" in done.stderr


def test_an_unreachable_database_is_named() -> None:
    home = f"/var/tmp/qunfa-up-{os.getpid()}"
    done = start(PORT="0", QUNFA_HOME=home, DATABASE_URL="postgresql://nobody@127.0.0.1:1/none", REDIS_URL="redis://x")
    assert done.returncode == 1
    assert "The database cannot be used" in done.stderr
    assert "DATABASE_URL" in done.stderr


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that is not there yet, where PostgreSQL's user may follow."""
    path = Path("/var/tmp") / f"qunfa-up-{uuid.uuid4().hex}"
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("PORT", "abc", "PORT is 'abc': it must be a whole number of at most 65535."),
        ("PORT", "99999", "PORT is '99999': it must be a whole number of at most 65535."),
        ("QUNFA_HEALTH_S", "-1", "QUNFA_HEALTH_S is '-1': it must be a whole number of at most 1000000000."),
        ("DATABASE_URL", "mysql://u:secret@h/x", "DATABASE_URL cannot be read: it must be an address that begins with"),
        ("DATABASE_URL", "postgresql://u:secret@h:port/x", "DATABASE_URL cannot be read: it must be an address that"),
        ("REDIS_URL", "localhost", "REDIS_URL cannot be read: it must be an address that begins with redis://."),
    ],
)
def test_a_variable_that_cannot_be_used_is_named_and_no_password_told(
    variable: str, value: str, sentence: str, home: Path, monkeypatch: pytest.MonkeyPatch,
    screen: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    for name, given in {"PORT": "0", "QUNFA_HOME": str(home), variable: value}.items():
        monkeypatch.setenv(name, given)
    for command in ("up", "doctor") if variable != "PORT" else ("up",):
        monkeypatch.setattr(sys, "argv", ["qunfa", command])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        told = screen.readouterr().err
        assert ended.value.code == 1 and told.startswith(f"qunfa: {sentence}"), told
        assert told.count("\n") == 1 and "secret" not in told


def test_every_lane_has_its_worker_in_the_procfile() -> None:
    commands = [command for _, command in up.procfile()]
    assert all(f"python -m workers {lane}" in commands for lane in Lane)


def test_the_doctor_finds_a_good_set_up_good_once_somebody_is_staff(ground: Settings, owner: sa.Engine) -> None:
    row = "nextval('shared.ids'), 'doctor@example.com', 'Nan', '', true, 'en', now()"
    columns = "id, email, name, password_hash, is_staff, locale, created_at"
    with owner.begin() as connection:
        connection.exec_driver_sql("UPDATE shared.identities SET is_staff = false")
    assert ["Nobody is staff" in finding.sentence for finding in doctor.examine(ground) if finding.bad] == [True]
    with owner.begin() as connection:
        connection.exec_driver_sql(f"INSERT INTO shared.identities ({columns}) VALUES ({row})")
    assert [finding for finding in doctor.examine(ground) if finding.bad] == []


def test_the_doctor_refuses_a_superuser_a_short_secret_and_a_lost_valkey(ground: Settings) -> None:
    superuser = ground.database_url.replace("qunfa_app", "postgres")
    password = (Path(ground.qunfa_home) / "secrets" / "postgres").read_text()
    own = (Path(ground.qunfa_home) / "secrets" / "qunfa_app").read_text()
    settings = replace(
        ground, database_url=superuser.replace(own, password), qunfa_secret="short", redis_url="redis://127.0.0.1:1/0"
    )
    bad = " ".join(finding.sentence for finding in doctor.examine(settings) if finding.bad)
    assert "superuser" in bad
    assert "QUNFA_SECRET" in bad
    assert "Valkey cannot be used" in bad
