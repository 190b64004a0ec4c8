"""python -m workers.simulators.together FILE: several simulators in one process, for each a line of the file, as after
`python -m workers.simulators.`:

    carrier --port 8090 --journal carrier.jsonl
    links --protocol cmpp --port 7890
    providers --kind aliyun --port 8095
"""

from __future__ import annotations

import asyncio
import shlex
import sys
from collections.abc import Coroutine
from importlib import import_module
from pathlib import Path
from typing import Any, Final

TOGETHER: Final = ("carrier", "links", "providers")


def serving(line: str) -> Coroutine[Any, Any, None]:
    """The simulator of one line."""
    name, *arguments = shlex.split(line)
    if name not in TOGETHER:
        raise SystemExit(f"{name} is none of {', '.join(TOGETHER)}")
    found: Coroutine[Any, Any, None] = import_module(f"workers.simulators.{name}.__main__").serving(arguments)
    return found


async def run(lines: list[str]) -> None:
    """Serves all of them until a signal comes; one that cannot be served ends all."""
    tasks = [asyncio.create_task(serving(line)) for line in lines]
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()))
