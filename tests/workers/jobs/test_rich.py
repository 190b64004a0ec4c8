"""Campaigns of MMS and RCS against the providers' simulators as processes: media, cards, and RCS that goes as SMS."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from flask import Flask, current_app
from sqlalchemy import delete, func, insert, select, update

from tenants import campaigns, ledger, media
from tenants.accounts.vaults import vault
from tenants.contacts.models import Contact, ListMember
from tenants.core import scopes
from tenants.core.clock import now
from tenants.core.db import db
from tenants.core.scopes import Reason
from tenants.core.secrets import platform_index
from tenants.message_templates.models import TemplateVersion
from tenants.message_templates.rich import Act, Card, Frame, Mms, Rcs, Rich, Suggestion, to_json
from tenants.messages import capability
from tenants.messages.models import Attempt, Capability
from tenants.routing.models import Channel
from tests import pipeline
from tests.tenants.campaigns import arrange
from tests.tenants.media import samples
from tests.tenants.messages.test_fallback import LONG, MMS_MICRO, RCS_MICRO, SMS_MICRO, rich_ready
from tests.web.signed_in import visitor
from tests.workers.simulators.processes import RunningCarrier, carrier, process
from workers.channels.settings import seal

NAME, SECRET, TOKEN = "account-1", "provider-test-secret", "token-of-receipts"
PHOTO = samples.jpeg(640, 360)
NO_RCS, TAKEN_BACK = "902", "905"  # endings of numbers, see the scripts of the simulators


@pytest.fixture(scope="module")
def pem() -> str:
    key = generate_private_key(65537, 2048)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return key.private_bytes(*form).decode()


@contextmanager
def provider(
    kind: str, address: str, folder: Path, product: str, channel_kind: str, **own: Any
) -> Iterator[RunningCarrier]:
    """A provider's simulator, and the channel that leads to it; its receipts come to our own hook."""
    with scopes.platform(Reason.SWEEPS):
        row = {"name": f"{kind} {folder.name}", "kind": channel_kind, "settings": {}, "created_at": now()}
        made = insert(Channel).values(row | {"products": [product]}).returning(Channel.id)
        channel_id = db.session.scalars(made).one()
    path = folder / f"{kind}.jsonl"
    callback = f"{address}/hooks/receipts/{channel_id}?token={TOKEN}"
    known = ("--kind", kind, "--name", NAME, "--secret", SECRET, "--journal", str(path), "--callback", callback)
    more = ("--delay", "0", "--jitter", "0", *own.get("arguments", ()))
    try:
        with process("workers.simulators.providers", *known, *more) as url:
            settings = {key: value.format(url=url) for key, value in own["settings"].items()}
            columns = {"settings": settings, "secrets": seal(channel_id, own["secrets"])}
            with scopes.platform(Reason.SWEEPS):
                db.session.execute(update(Channel).where(Channel.id == channel_id).values(columns))
            yield RunningCarrier(url, path)
    finally:
        with scopes.platform(Reason.SWEEPS):
            db.session.execute(delete(Channel).where(Channel.id == channel_id))


def with_picture(ready: arrange.Ready, rich: Rich) -> int:
    """Put a picture into the library, and the content that shows it into the approved template."""
    with scopes.tenant(ready.tenant_id):
        id = media.add(io.BytesIO(PHOTO), "latte.jpg", by=ready.owner_id).id
        if isinstance(rich, Mms):
            shown: Rich = Mms(rich.subject, tuple(Frame(frame.text, id) for frame in rich.frames))
        else:
            shown = Rcs(cards=tuple(Card(each.title, each.text, id, each.suggestions) for each in rich.cards),
                        fallback=rich.fallback)  # fmt: skip
        db.session.execute(update(TemplateVersion).values(rich=to_json(shown)))
        return id


def numbers(list_id: int) -> list[str]:
    """Of everybody on a list. The tenant's scope."""
    on_it = select(Contact.phone_index, Contact.sealed).join(ListMember, ListMember.contact_id == Contact.id)
    rows = db.session.execute(on_it.where(ListMember.list_id == list_id))
    return [vault().open("contacts", index, sealed)["n"] for index, sealed in rows]


def learn(numbers: Sequence[str], *, capable: bool, ago: timedelta) -> None:
    """So long ago the channel said of these numbers whether they take RCS."""
    with scopes.platform(Reason.SWEEPS):
        channel_id = db.session.scalars(select(Channel.id).where(Channel.kind == "rcs_google")).one()
        secret = current_app.config["SETTINGS"].qunfa_secret
        indexes = [platform_index(secret, number) for number in numbers]
        capability.remember(channel_id, dict.fromkeys(indexes, capable))
        said = update(Capability).where(Capability.phone_index.in_(indexes))
        db.session.execute(said.values(checked_at=func.now() - ago))


def test_an_rcs_reaches_who_has_it_and_everybody_else_by_sms(app: Flask, tmp_path: Path, pem: str) -> None:
    tap = Suggestion(Act.OPEN, "附近门店", "https://hemu.example/near")
    card = Rcs(cards=(Card("桂花拿铁", "{name}，今日上市", None, (tap,)),), fallback=LONG)
    ready = rich_ready(card, people=6)
    with_picture(ready, card)
    with scopes.tenant(ready.tenant_id):
        lists = [ready.list_id, arrange.contact_list(5, NO_RCS), arrange.contact_list(4, TAKEN_BACK)]
        draft = campaigns.get(ready.campaign_id)
        draft.audience = {"source": "lists", "list_ids": lists}
        everybody = {number for list_id in lists for number in numbers(list_id)}
        (known, *_), (outdated, *_) = numbers(lists[1]), numbers(lists[0])
    secrets = {"private_key": pem, "client_token": SECRET}
    settings = {"url": "{url}", "token_url": "{url}/token", "agent_id": "hemu", "email": NAME}
    with (
        pipeline.served(app) as address,
        carrier(tmp_path, "--plain") as sms,
        provider("rcs", address, tmp_path, "rcs", "rcs_google", settings=settings, secrets=secrets) as rcs,
    ):
        line = pipeline.add_channel(sms, address, {})
        learn([known], capable=False, ago=capability.INCAPABLE_FOR / 2)
        learn([outdated], capable=False, ago=capability.INCAPABLE_FOR)
        try:
            ready.launch()
            assert ready.preflight()["cost_micro"] == 15 * RCS_MICRO
            pipeline.until(lambda: ready.state() == "finished")
        finally:
            with scopes.platform(Reason.SWEEPS):
                db.session.execute(delete(Channel).where(Channel.id == line))
        asked = Counter(entry["to"] for entry in rcs.entries("asked"))
        assert asked == Counter(everybody - {known}), "each was asked about once, but for whom an answer still holds"
        cards = rcs.entries("submit")
        assert {entry["to"][-3:] for entry in cards} == {"000", TAKEN_BACK}, "who has no RCS was not even tried"
        assert len(cards) == 10
        assert cards[0]["text"] == "桂花拿铁\n陈晨，今日上市"
        picture = cards[0]["files"][0].partition("/hooks/")[2]
        assert visitor(app).get(f"/hooks/{picture}").data == PHOTO
        texts = sms.entries("submit")
        assert sorted(entry["to"][-3:] for entry in texts) == [NO_RCS] * 5 + [TAKEN_BACK] * 4
        assert texts[0]["text"].startswith("【Acme】陈晨，桂花")
    assert (ready.progress().delivered, ready.progress().total) == (15, 15)
    assert ready.balance() == ledger.Balance(arrange.CREDIT_MICRO - 6 * RCS_MICRO - 9 * 2 * SMS_MICRO, 0)
    with scopes.tenant(ready.tenant_id):
        assert len(db.session.scalars(select(Attempt)).all()) == 4
    with scopes.platform(Reason.SWEEPS):
        assert sorted(db.session.scalars(select(Capability.capable))) == [False] * 5 + [True] * 10
        db.session.execute(delete(Capability))


def test_an_mms_arrives_with_its_frames_and_media(app: Flask, tmp_path: Path) -> None:
    frames = Mms("{name}好", (Frame("{name}，今日上市"), Frame("到店即享")))
    ready = rich_ready(frames, people=3)
    with_picture(ready, frames)
    settings = {"url": "{url}/mm7", "user": NAME, "vasp_id": "9200", "source": "1069"}
    secrets = {"secret": SECRET, "token": TOKEN}
    with (
        pipeline.served(app) as address,
        provider("mm7", address, tmp_path, "mms", "mm7", settings=settings, secrets=secrets) as relay,
    ):
        ready.launch()
        pipeline.until(lambda: ready.state() == "finished")
        sent = relay.entries("submit")
        assert [each["text"] for each in sent] == ["【Acme】陈晨，今日上市\n到店即享"] * 3
        assert sent[0]["files"] == [f"image/jpeg {len(PHOTO)}"]
    assert ready.progress().delivered == 3
    assert ready.balance() == ledger.Balance(arrange.CREDIT_MICRO - 3 * MMS_MICRO, 0)
