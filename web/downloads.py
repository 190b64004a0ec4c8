"""Files of a tenant on their way to a browser: always as a download, so that nothing in them runs on our pages."""

from __future__ import annotations

from flask import Response, send_file

from tenants.core import files
from tenants.core.files import File


def attachment(file: File) -> Response:
    """The file's bytes, in the scope of the tenant it belongs to."""
    return send_file(files.path(file), mimetype=file.mime, as_attachment=True, download_name=file.name, max_age=0)
