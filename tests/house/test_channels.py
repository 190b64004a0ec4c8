"""Every kind of channel has its folder, its table of codes, its test, its words and its section in the documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenants.core.languages import translations
from tests.house.tree import ROOT
from workers import channels
from workers.channels import LinkAdapter

GUIDE = (ROOT / "docs" / "channels.md").read_text(encoding="utf-8")


def folders() -> set[str]:
    return {path.parent.name for path in (ROOT / "workers" / "channels").glob("*/adapter.py")}


def test_every_folder_is_registered_and_every_kind_has_a_folder() -> None:
    assert folders() == set(channels.KINDS)


@pytest.mark.parametrize("kind", channels.KINDS)
def test_a_kind_is_named_as_its_folder(kind: str) -> None:
    adapter = channels.adapter(kind)
    assert adapter.kind == kind
    assert type(adapter).__module__ == f"workers.channels.{kind}.adapter"
    assert isinstance(adapter, LinkAdapter) == (kind in channels.LINK_KINDS)
    assert isinstance(adapter, LinkAdapter) or adapter.batch_max >= 1


@pytest.mark.parametrize("kind", channels.KINDS)
def test_a_kind_has_codes_a_test_and_a_section(kind: str) -> None:
    for path in (Path("workers/channels") / kind / "codes.py", Path("tests/workers/channels") / f"test_{kind}.py"):
        assert (ROOT / path).is_file(), f"{path} is missing"
    assert f"\n## {kind}\n" in GUIDE, f"docs/channels.md has no section {kind}"


@pytest.mark.parametrize("kind", channels.KINDS)
def test_every_field_of_a_kind_is_documented_and_worded(kind: str) -> None:
    section = GUIDE.partition(f"\n## {kind}\n")[2].partition("\n## ")[0]
    chinese = translations("zh")
    for field in channels.fields(kind):
        assert f"`{field.name}`" in section, f"{field.name} is not in the section of {kind}"
        for text in (field.label, field.help):
            assert not text or chinese.gettext(text) != text, f"{text!r} has no Chinese"


@pytest.mark.parametrize("kind", channels.KINDS)
def test_fields_are_sound(kind: str) -> None:
    names = [field.name for field in channels.fields(kind)]
    assert len(names) == len(set(names))
    for field in channels.fields(kind):
        assert (field.type == "choice") == bool(field.choices), field.name
        assert not (field.secret and field.default), f"{field.name}: a secret has no default"
        assert field.default is None or not channels.faults([field], {}), field.name
