"""Files on their way to a browser, as downloads or as media to be looked at: nothing in them runs on our pages."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Sequence

from flask import Response, send_file

from tenants.core import files
from tenants.core.files import File

SHOWN_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
# A sheet stays in memory up to this size, then goes to disk.
MEMORY_BYTES = 2 * 1024 * 1024
# A cell that begins so would be worked out as a formula by a spreadsheet.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def attachment(file: File) -> Response:
    """The file's bytes, in the scope of the tenant it belongs to."""
    return send_file(files.path(file), mimetype=file.mime, as_attachment=True, download_name=file.name, max_age=0)


def sheet(name: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Response:
    """Rows as CSV that a spreadsheet opens as it is: UTF-8 with its mark, no cell taken for a formula."""
    made = tempfile.SpooledTemporaryFile(MEMORY_BYTES)  # noqa: SIM115 — closed with the response
    text = io.TextIOWrapper(made, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([_plain(cell) for cell in row] for row in rows)
    text.detach()
    made.seek(0)
    return send_file(made, mimetype="text/csv", as_attachment=True, download_name=name, max_age=0)


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULAS) and not NUMBER.fullmatch(cell) else cell


def inline(file: File) -> Response:
    """A medium's bytes to be looked at: as the kind that was found in them, and nothing in them may run or load."""
    answer = send_file(files.path(file), mimetype=file.mime, download_name=file.name, max_age=0)
    answer.headers["Content-Security-Policy"] = SHOWN_POLICY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
