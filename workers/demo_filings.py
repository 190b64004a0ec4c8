"""The demo's filings: for China Telecom one channel asks for papers, signature and template, and the demo's business is
led to it. What its prepared campaign stands on is filed; a second draft's template is not, and its check says so.
"""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from tenants import filings
from tenants.campaigns import ways
from tenants.core.db import db
from tenants.filings import Filing, Kind, State, deciding
from tenants.filings.dates import today
from tenants.filings.deciding import Decision
from tenants.routing import rules
from tenants.routing.models import Channel
from tenants.routing.rules import Wish
from tenants.signatures import Upload
from workers.demo_people import COMPANY, REGISTRATION

CHANNEL: Final = "Demo SMPP"
OPERATOR: Final = "telecom"
NEEDS: Final = (Kind.QUALIFICATION, Kind.SIGNATURE, Kind.TEMPLATE)
PAPER: Final = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
ENDS_DAYS: Final = {Kind.SIGNATURE: 20, Kind.TEMPLATE: 25}


def asks(tenant_id: int, *, by: int) -> None:
    """What the carrier asks for, and that the business's texts take this way. Platform scope."""
    channel_id = db.session.scalars(select(Channel.id).where(Channel.name == CHANNEL)).one()
    filings.rules.set_needs(channel_id, {OPERATOR: NEEDS}, by=by)
    way = ((channel_id, 100),)
    rules.add(Wish(country="CN", operator=OPERATOR, product="sms", tenant_id=tenant_id, ways=way), by=by)


def hand_in(signature_id: int, template_id: int, *, by: int) -> None:
    """Papers, signature and template, as the owner does. The tenant's scope."""
    papers = filings.add_papers(
        filings.Papers(COMPANY, REGISTRATION), [Upload("营业执照.pdf", io.BytesIO(PAPER))], by=by
    )  # fmt: skip
    lines = ways.possible()
    filings.ask(Kind.QUALIFICATION, papers.ref_id, None, lines, by=by)
    filings.ask(Kind.SIGNATURE, signature_id, None, lines, by=by)
    filings.ask(Kind.TEMPLATE, template_id, 1, lines, by=by)


def answer(*, by: int) -> None:
    """The carrier files everything that was prepared. Platform scope."""
    wanted = select(Filing).where(Filing.state == State.PREPARED).order_by(Filing.id)
    for filing in db.session.scalars(wanted).all():
        deciding.submit(filing.channel_id, filing.operator, filing.id, by=by)
        days = ENDS_DAYS.get(Kind(filing.kind))
        until = None if days is None else today() + timedelta(days=days)
        deciding.decide(filing.id, Decision(True, carrier_no=f"CT-{filing.id}", valid_until=until), by=by)


def renew(template_id: int, *, by: int) -> None:
    """Ask for the template again before its day: that waits for staff. The tenant's scope."""
    filings.ask(Kind.TEMPLATE, template_id, 1, ways.possible(), by=by)
