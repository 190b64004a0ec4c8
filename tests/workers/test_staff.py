"""`qunfa staff`: the first of our own people, from the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from tenants import accounts
from tenants.core.errors import Invalid
from tenants.core.settings import Settings
from tests.web import signed_in
from workers import staff
from workers.embedded import Postgres

PASSWORD = "seven tall trees 7"


def environment(ground: Settings) -> dict[str, str]:
    return {"DATABASE_URL": ground.database_url, "REDIS_URL": ground.redis_url, "PUBLIC_URL": "http://localhost"}


def command(ground: Settings, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from workers.cli import main; main()", "staff", *words],
        env={**os.environ, **environment(ground)}, input=given, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def sign_in(email: str, password: str) -> bool:
    try:
        return accounts.sign_in(email, password, ip="192.0.2.7", user_agent="").is_staff
    except Invalid:
        return False


def test_who_is_added_with_a_password_signs_in_as_staff(app: Flask, ground: Settings) -> None:
    done = command(ground, "add", " Kai@Example.com", "--name", "Kai", given=f"{PASSWORD}\n")
    assert (done.returncode, "kai@example.com is staff" in done.stdout) == (0, True), done.stderr
    assert sign_in("kai@example.com", PASSWORD)
    assert command(ground, "remove", "kai@example.com").returncode == 0
    assert not sign_in("kai@example.com", PASSWORD)
    assert command(ground, "remove", "kai@example.com").returncode == 1


def test_a_bad_address_or_password_is_named_and_makes_nobody(app: Flask, ground: Settings) -> None:
    done = command(ground, "add", "nobody", given="short\n")
    assert done.returncode == 1
    assert "no e-mail address" in done.stderr
    assert "12 characters" in done.stderr


def test_a_link_chooses_the_password(app: Flask, ground: Settings) -> None:
    said = staff.add("lin@example.com", "", link=True, environ=environment(ground))
    assert not sign_in("lin@example.com", "")
    answer = signed_in.visitor(app).post(said.rpartition("http://localhost")[2], data={"new": PASSWORD})
    assert answer.status_code == 303
    assert sign_in("lin@example.com", PASSWORD)


def test_with_a_mail_server_the_link_is_mailed_and_not_shown(app: Flask, ground: Settings) -> None:
    said = staff.add("mo@example.com", "Mo", link=True, environ={**environment(ground), "SMTP_URL": "smtp://localhost"})
    assert "/reset/" not in said
    assert "on its way" in said


def test_the_copy_on_this_machine_is_found_by_its_folder(ground: Settings, tmp_path: Path) -> None:
    assert Postgres(Path(ground.qunfa_home)).found("qunfa_app") == ground.database_url
    with pytest.raises(SystemExit, match=r"\./run"):
        staff.remove("kai@example.com", environ={"QUNFA_HOME": str(tmp_path)})
