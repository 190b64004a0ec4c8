"""The demo: a business with money, contacts and an approved template, a member of staff, and local stand-ins for the
outside (a simulated carrier, a small Stripe). Everything is made through the doors of the domain.
"""

from __future__ import annotations

import json
import secrets
import socket
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert, select, update

from tenants import accounts, campaigns, contacts, ledger, message_templates, moderation, resellers, signatures
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.core.settings import Settings
from tenants.routing.models import Channel
from workers.channels.settings import seal
from workers.supervisor import Supervisor

OWNER = ("demo@example.com", "demo-qunfa-2026")
STAFF = ("staff@example.com", "staff-qunfa-2026")
OPERATORS = ("mobile", "unicom", "telecom", "broadnet")
PEOPLE = 10_000
CREDIT_MICRO = 5_000_000_000
WAIT = timedelta(minutes=5)


def logins() -> list[str]:
    return [f"Business: {OWNER[0]} / {OWNER[1]}", f"Staff:    {STAFF[0]} / {STAFF[1]}"]


def prepare(supervisor: Supervisor, settings: Settings, home: Path, url: str) -> None:
    """Seed what is missing, and add the stand-ins to the processes to be run."""
    keys = _keys(home)
    carrier, stripe = _free_port(), _free_port()
    channel_ids = _channels(f"http://127.0.0.1:{carrier}", url, keys)
    supervisor.add("carrier", f"python -m workers.simulators.carrier --port {carrier} --journal {home}/carrier.jsonl"
                   f" --key {keys['carrier_key']} --secret {keys['carrier_secret']}"
                   f" --callback {url}/hooks/receipts/{channel_ids[0]}")
    if not settings.stripe_api_key:
        hook = f"{url}/hooks/stripe"
        supervisor.add("stripe", f"python -m workers.simulators.stripe --port {stripe} --state {home}/stripe"
                       f" --webhook-url {hook} --webhook-secret {keys['stripe_webhook']}")
        supervisor.environment |= {
            "STRIPE_API_KEY": "sk_test_local", "STRIPE_API_BASE": f"http://127.0.0.1:{stripe}",
            "STRIPE_WEBHOOK_SECRET": keys["stripe_webhook"],
        }
