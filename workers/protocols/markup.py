"""Pure: XML of strangers without its traps, and XML of our own.

Read: no document type, so no entities and nothing to fetch; bounded in bytes, depth and elements. Names are local ones,
because carriers disagree about namespaces more than about anything else; `namespace` keeps what was there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final, NoReturn
from xml.parsers import expat

from workers.protocols.errors import RemoteProtocolError

BYTES_MAX: Final = 1 << 20
DEPTH_MAX: Final = 32
ELEMENTS_MAX: Final = 10_000
SEPARATOR: Final = " "  # stands in no name
# What XML 1.0 cannot carry, however it is written.
UNSAYABLE: Final = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF))


@dataclass(slots=True)
class Element:
    """One element. `text` is what stands in it before, between and after its children, without the space around it."""

    name: str
    namespace: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.pieces).strip()

    def all(self, *path: str) -> Iterator[Element]:
        """Every element at a path of local names below this one."""
        if not path:
            yield self
            return
        for child in self.children:
            if child.name == path[0]:
                yield from child.all(*path[1:])

    def find(self, *path: str) -> Element | None:
        return next(self.all(*path), None)

    def said(self, *path: str) -> str:
        """The text at a path; empty when nothing is there."""
        found = self.find(*path)
        return found.text if found else ""


def read(data: bytes) -> Element:
    """The root; RemoteProtocolError for whatever is no plain XML or more of it than we take."""
    if len(data) > BYTES_MAX:
        raise RemoteProtocolError("too much XML")
    tree = _Tree()
    parser = expat.ParserCreate(namespace_separator=SEPARATOR)
    parser.buffer_text = True
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.said
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.ExternalEntityRefHandler = _refuse
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise RemoteProtocolError("not XML") from error
    if tree.root is None:
        raise RemoteProtocolError("not XML")
    return tree.root


def _refuse(*_: Any) -> NoReturn:
    raise RemoteProtocolError("XML with a document type")


class _Tree:
    def __init__(self) -> None:
        self.root: Element | None = None
        self._open: list[Element] = []
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > ELEMENTS_MAX or len(self._open) >= DEPTH_MAX:
            raise RemoteProtocolError("too much XML")
        namespace, _, local = name.rpartition(SEPARATOR)
        found = Element(local, namespace, {key.rpartition(SEPARATOR)[2]: value for key, value in attributes.items()})
        if self._open:
            self._open[-1].children.append(found)
        else:
            self.root = found
        self._open.append(found)

    def end(self, name: str) -> None:
        self._open.pop()

    def said(self, text: str) -> None:
        self._open[-1].pieces.append(text)


def written(name: str, content: str = "", attributes: Mapping[str, str] = {}) -> str:
    """An element around what is markup already."""
    given = "".join(f' {key}="{said(value)}"' for key, value in attributes.items())
    return f"<{name}{given}>{content}</{name}>" if content else f"<{name}{given}/>"


def said(text: str) -> str:
    """A text as it stands in markup; what XML cannot carry is left out."""
    return escape(text.translate(UNSAYABLE))
