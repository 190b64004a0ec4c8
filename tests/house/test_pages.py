"""Templates keep to the content policy, and every sentence has its Chinese."""

from __future__ import annotations

import re
from io import BytesIO

from babel.messages.extract import extract
from babel.messages.pofile import read_po

from tenants.core.languages import TRANSLATIONS, translations
from tests.house.tree import ROOT, modules, templates

FORBIDDEN = {
    "inline style": re.compile(r"\sstyle\s*=", re.I),
    "inline handler": re.compile(r"\son[a-z]+\s*=", re.I),
    "javascript: address": re.compile(r"javascript:", re.I),
    "unescaped output": re.compile(r"\|\s*safe\b"),
}
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\b(?:src=|type=\"application/json\"))[^>]*>", re.I)


def test_templates_hold_no_inline_code() -> None:
    found = [
        f"{path}: {what}" for path, text in templates().items() for what, rule in FORBIDDEN.items() if rule.search(text)
    ]
    found += [f"{path}: inline script" for path, text in templates().items() if INLINE_SCRIPT.search(text)]
    assert not found


def test_every_sentence_is_translated() -> None:
    chinese = translations("zh")
    # Not every Python finds a sentence with a number in it by its first form alone.
    missing = sorted(
        message
        for message in _messages()
        if chinese.gettext(message) == chinese.ngettext(message, message, 1) == message and _needs_words(message)
    )
    assert not missing, f"{len(missing)} sentences have no Chinese, first: {missing[:5]}"


def test_no_translation_is_left_over() -> None:
    everything = "\n".join(modules().values())
    asked = _messages()
    left = [
        f"{path.name}: {message.id}"
        for path in sorted(TRANSLATIONS.rglob("*.po"))
        for message in read_po(BytesIO(path.read_bytes()))
        if message.id and (first := message.id if isinstance(message.id, str) else message.id[0]) not in asked
        if first not in everything
    ]
    assert not left


def _needs_words(message: str) -> bool:
    return bool(re.search(r"[a-z]{2}", re.sub(r"%\(\w+\)s", "", message)))


def _messages() -> set[str]:
    keywords = {
        "_": None,
        "gettext": None,
        "lazy_gettext": None,
        "_l": None,
        "ngettext": (1, 2),
        "pgettext": ((1, "c"), 2),
    }
    sources = [
        ("python", text) for path, text in modules().items() if str(path).startswith(("web", "workers/channels"))
    ]
    sources += [("jinja2.ext:babel_extract", text) for text in templates().values()]
    found = set()
    for method, text in sources:
        for _, message, _, _ in extract(method, BytesIO(text.encode()), keywords, options={"encoding": "utf-8"}):
            found |= {message} if isinstance(message, str) else set(message[:1])
    return {message for message in found if message}


def test_no_template_is_left_unused() -> None:
    everything = "\n".join([*modules().values(), *templates().values()])
    for path in templates():
        name = str(path.relative_to("templates"))
        assert name in everything or name.split("/")[0] in {"mail"}, f"{name} is used nowhere"


def test_every_setting_is_described() -> None:
    from dataclasses import fields

    from tenants.core.settings import Settings

    guide = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    for field in fields(Settings):
        assert f"`{field.name.upper()}`" in guide, f"{field.name.upper()} is not in docs/operations.md"
