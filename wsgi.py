"""The WSGI entry: `gunicorn wsgi:app`."""

from web import create_app
from workers import logs

logs.set_up("web")
app = create_app()
