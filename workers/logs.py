"""Logs of all processes: one line an event, readable on a terminal, JSON with LOG_FORMAT=json."""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

import structlog


def set_up(name: str) -> None:
    """Begin logging in this process under `name`."""
    logging.basicConfig(format="%(message)s", stream=sys.stderr, level=logging.WARNING)
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if os.environ.get("LOG_FORMAT") == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S" if not os.environ.get("LOG_FORMAT") else "iso"),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    structlog.contextvars.bind_contextvars(process=name)
