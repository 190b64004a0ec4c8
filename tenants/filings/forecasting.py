"""Whether a text under a signature will pass, operator by operator, and what is missing when it will not."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tenants.core import scopes
from tenants.filings import subjects
from tenants.filings.rules import Line, needs
from tenants.filings.standing import NOTHING, Ref, Standings, chain, standings
from tenants.filings.states import FILED, NOT_NEEDED, Kind, State, code

Chain = Mapping[Kind, Sequence[Ref]]
# The worst first: of several links the one that is furthest from filed speaks for all.
_WORST = (State.MISSING, State.REJECTED, State.EXPIRED, State.PREPARED, State.SUBMITTED, State.CODELESS, State.FILED)


@dataclass(frozen=True)
class Piece:
    """One thing a line asks for, and how far it is."""

    kind: Kind
    state: State
    title: str = ""
    reply: str = ""  # what the carrier said

    @property
    def filed(self) -> bool:
        return self.state == State.FILED


@dataclass(frozen=True)
class Forecast:
    """Whether an operator lets the text through; `reason` is a code: not_needed, filed, template_not_filed, …

    `detail` is what the code speaks of (which link) or the carrier's reply; `pieces` everything that was asked for.
    """

    ready: bool
    reason: str
    detail: str = ""
    pieces: tuple[Piece, ...] = field(default=(), compare=False)


def forecast(
    tenant_id: int, signature_id: int, template_id: int, version: int, lines: Mapping[str, Collection[int]]
) -> dict[str, Forecast]:
    """For each operator what will happen to this text: `lines` are the channels that may take it there.

    One channel that is ready is enough. Of several that are not, the nearest speaks. In the tenant's scope a signature
    and a template not seen before are taken over, so that routing finds them.
    """
    if scopes.current().tenant_id is not None:
        subjects.adopt(signature_id, template_id, version)
    channel_ids = {id for ids in lines.values() for id in ids}
    needed = needs(channel_ids, list(lines))
    if not needed:
        return {operator: Forecast(True, NOT_NEEDED) for operator in lines}
    of, found = _loaded(tenant_id, signature_id, template_id, version, needed)
    return {
        operator: _nearest({id: list(_pieces((id, operator), needed, of, found)) for id in sorted(ids)})
        for operator, ids in lines.items()
    }


def ready(
    channel_ids: Collection[int],
    signature_id: int,
    template_id: int,
    version: int,
    operator: str,
    *,
    tenant_id: int | None = None,
) -> set[int]:
    """Those of the channels on which nothing is missing. `tenant_id` where the scope is the platform's."""
    needed = needs(channel_ids, [operator])
    if not needed:
        return set(channel_ids)
    owner = scopes.tenant_id() if tenant_id is None else tenant_id
    of, found = _loaded(owner, signature_id, template_id, version, needed)
    return {id for id in channel_ids if all(piece.filed for piece in _pieces((id, operator), needed, of, found))}


def _loaded(
    tenant_id: int, signature_id: int, template_id: int, version: int, needed: Mapping[Line, Collection[Kind]]
) -> tuple[Chain, Standings]:
    of = chain(tenant_id, signature_id, template_id, version)
    kinds = {kind for asked in needed.values() for kind in asked}
    refs = [ref for kind in kinds for ref in of[kind]]
    return of, standings(tenant_id, refs, {id for id, _ in needed}, {operator for _, operator in needed})


def _pieces(line: Line, needed: Mapping[Line, Collection[Kind]], of: Chain, found: Standings) -> Iterator[Piece]:
    """What a line asks for; a template without links has none to file."""
    for kind in needed.get(line, ()):
        each = [(found.get((line, kind, ref.ref_id, ref.edition), NOTHING), ref) for ref in of[kind]]
        if each:
            worst, ref = min(each, key=lambda one: _WORST.index(one[0].state))
            yield Piece(kind, worst.state, ref.title, worst.filing.reason if worst.filing else "")


def _nearest(by_channel: Mapping[int, Sequence[Piece]]) -> Forecast:
    """The verdict of an operator from those of its channels; nobody serves it: nothing is asked."""
    if not by_channel or any(not pieces for pieces in by_channel.values()):
        return Forecast(True, NOT_NEEDED)
    pieces = min(by_channel.values(), key=lambda each: sum(not piece.filed for piece in each))
    missing = next((piece for piece in pieces if not piece.filed), None)
    if missing is None:
        return Forecast(True, FILED, pieces=tuple(pieces))
    detail = missing.reply or (missing.title if missing.kind == Kind.LINK else "")
    return Forecast(False, code(missing.kind, missing.state), detail, tuple(pieces))
