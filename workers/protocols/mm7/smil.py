"""Pure: frames as a multimedia presentation: one SMIL page after the other, and the files they name.

https://www.w3.org/TR/smil/ and the MMS Conformance Document of the Open Mobile Alliance: a picture above, a text below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from workers.protocols.errors import LocalProtocolError
from workers.protocols.markup import written
from workers.protocols.mm7.mime import Part

NAME: Final = "index.smil"
TYPE: Final = "application/smil"
TEXT_TYPE: Final = "text/plain; charset=utf-8"
PAGE_MS: Final = 5_000
LAYOUT: Final = written(
    "layout",
    written("root-layout", "", {"width": "100%", "height": "100%"})
    + written("region", "", {"id": "Image", "left": "0", "top": "0", "width": "100%", "height": "60%", "fit": "meet"})
    + written(
        "region", "", {"id": "Text", "left": "0", "top": "60%", "width": "100%", "height": "40%", "fit": "scroll"}
    ),
)
ELEMENTS: Final = {"image": "img", "video": "video", "audio": "audio"}
ENDINGS: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "video/mp4": "mp4",
    "video/3gpp": "3gp",
    "audio/amr": "amr",
    "audio/mpeg": "mp3",
    "audio/midi": "mid",
}


@dataclass(frozen=True, slots=True)
class File:
    """A picture, a film or a sound."""

    type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Page:
    text: str = ""
    file: File | None = None


def presentation(pages: Sequence[Page]) -> list[Part]:
    """The parts of a message: its SMIL, then what the pages show, each file once."""
    parts: list[Part] = []
    names: dict[File, str] = {}
    body = "".join(_page(page, number, parts, names) for number, page in enumerate(pages, start=1))
    smil = written("smil", written("head", LAYOUT) + written("body", body))
    return [Part(f"{TYPE}; charset=utf-8", smil.encode(), NAME, NAME), *parts]


def _page(page: Page, number: int, parts: list[Part], names: dict[File, str]) -> str:
    shown = ""
    if page.file is not None:
        if page.file not in names:
            names[page.file] = name = f"{number}.{_ending(page.file)}"
            parts.append(Part(page.file.type, page.file.content, name, name))
        shown += _shown(page.file, names[page.file])
    if page.text:
        name = f"{number}.txt"
        parts.append(Part(TEXT_TYPE, page.text.encode(), name, name))
        shown += written("text", "", {"src": name, "region": "Text"})
    if not shown:
        raise LocalProtocolError("an empty page")
    return written("par", shown, {"dur": f"{PAGE_MS}ms"})


def _ending(file: File) -> str:
    if file.type not in ENDINGS:
        raise LocalProtocolError("a file phones do not show")
    return ENDINGS[file.type]


def _shown(file: File, name: str) -> str:
    element = ELEMENTS[file.type.partition("/")[0]]
    return written(element, "", {"src": name} | ({} if element == "audio" else {"region": "Image"}))
