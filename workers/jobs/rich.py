"""What channels need besides a text: media, the provider's name of a template, whether a number takes RCS at all."""

from __future__ import annotations

import time
from collections.abc import Sequence

import structlog
from flask import current_app

from tenants import filings, media, messages, routing
from tenants.core import scopes
from tenants.core.scopes import Reason
from tenants.media import addresses
from tenants.message_templates import Product
from tenants.message_templates.rich import Medium
from tenants.messages import Claim, Picked, Writer, capability, fallback
from workers import channels
from workers.channels import Outgoing
from workers.channels.settings import opened

log = structlog.get_logger()

NO_RCS = "no_rcs"


def attached(claim: Claim, writer: Writer, settings: dict[str, object]) -> tuple[Medium, ...]:
    """The media of a run with the address each is fetched from. The tenant's scope."""
    config = current_app.config["SETTINGS"]
    base = "" if settings.get("media_url") else config.public_url.rstrip("/")
    ids = [] if claim.product == Product.SMS else writer.media_ids
    found, contents = media.some(ids), media.contents(ids)
    return tuple(
        Medium(
            id, found[id].name, found[id].mime, contents[id],
            f"{base}/hooks/media/{addresses.token(config.qunfa_secret, claim.tenant_id, id, time.time())}",
        )
        for id in ids
        if id in found
    )  # fmt: skip


def outgoing(claim: Claim, way: routing.Way, writer: Writer, picked: Sequence[Picked]) -> list[Outgoing]:
    """A slice as its channel sends it."""
    secret = current_app.config["SETTINGS"].qunfa_secret
    attachments: tuple[Medium, ...] = ()
    if claim.product != Product.SMS:
        with scopes.tenant(claim.tenant_id):
            attachments = attached(claim, writer, way.settings)
    named = template_name(claim, way, writer)
    sent = []
    for each in picked:
        written = writer.write_whole(each.id, each.sealed, as_sms=claim.product == Product.SMS)
        reference = messages.reference(secret, claim.tenant_id, each.id, each.attempt)
        sent.append(
            Outgoing(
                reference, written.number, written.text, signature=writer.text["signature"], template=named,
                values=written.values, rich=written.rich, media=attachments,
            )
        )  # fmt: skip
    return sent


def template_name(claim: Claim, way: routing.Way, writer: Writer) -> str:
    """What a provider that sends its own templates calls the run's: it said so when it filed it."""
    id, version = writer.template
    if not id or not any(field.name == "template" for field in channels.fields(way.kind)):
        return ""
    with scopes.tenant(claim.tenant_id):
        return filings.template_code(id, version, way.channel_id, claim.operator)


def tidy_capabilities() -> None:
    """Forget what is too old to be known."""
    with scopes.platform(Reason.SWEEPS):
        capability.tidy()


def sort_out(claim: Claim, way: routing.Way, writer: Writer) -> None:
    """Before a slice of RCS leaves: let those go as SMS whose numbers are known, or now said, not to take it.

    Numbers nobody knows about stay: the carrier refuses them, and then they go as SMS too.
    """
    if claim.product != Product.RCS:
        return
    with scopes.tenant(claim.tenant_id):
        ahead = fallback.upcoming(claim.campaign_id, claim.batch_no, messages.SLICE_MAX)
    if not ahead:
        return
    numbers = {id: writer.number(id, sealed) for id, sealed in ahead}
    indexes = {number: writer.vault.platform_index(number) for number in set(numbers.values())}
    with scopes.platform(Reason.DISPATCH):
        known = capability.known(way.channel_id, sorted(indexes.values()))
    asked = [number for number, index in indexes.items() if index not in known]
    if asked:
        # No transaction is open here: this asks the carrier.
        said = channels.capabilities(way.kind, opened(way.channel_id, way.settings, way.secrets), asked)
        learnt = {indexes[number]: capable for number, capable in said.items() if number in indexes}
        with scopes.platform(Reason.DISPATCH):
            capability.remember(way.channel_id, learnt)
        known |= learnt
    without = [id for id, number in numbers.items() if known.get(indexes[number]) is False]
    if without:
        with scopes.tenant(claim.tenant_id):
            fallback.go(sorted(fallback.reachable(without)), NO_RCS)
