"""The library of a business: kept, named, deleted; another business's is not there."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from flask import Flask

from tenants import media
from tenants.core import files, scopes
from tenants.core.errors import Invalid, NotFound, QuotaReached
from tenants.media import library
from tests import factories
from tests.factories import Business
from tests.tenants.media import samples


@pytest.fixture
def acme(app: Flask) -> Iterator[Business]:
    made = factories.business()
    with scopes.tenant(made.id):
        yield made


def test_a_picture_is_kept_with_what_was_found_in_it(acme: Business) -> None:
    data = samples.jpeg(1280, 720)
    kept = media.add(io.BytesIO(data), "C:\\photos\\latte.txt", by=acme.owner_id)
    assert (kept.name, kept.mime, kept.size_bytes, kept.purpose) == ("latte.txt", "image/jpeg", len(data), "media")
    assert media.facts_of(kept) == media.Facts("image", "image/jpeg", 1280, 720)
    assert media.contents([kept.id]) == {kept.id: data}
    assert [file.id for file in media.listed("image")] == [kept.id]
    assert media.listed("video") == []


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"<html>", ("medium_unknown", {})),
        (samples.png(9_000, 10), ("medium_too_wide", {"side": 8_000, "megapixels": 25})),
        (bytes(library.BYTES_MAX + 1), ("medium_too_large", {"megabytes": 10})),
    ],
)
def test_what_is_not_taken_leaves_nothing_behind(acme: Business, data: bytes, fault: object) -> None:
    with pytest.raises(Invalid) as refused:
        media.add(io.BytesIO(data), "a.png", by=acme.owner_id)
    assert refused.value.fields == {"file": fault}
    assert media.listed() == []


def test_the_library_is_bounded(acme: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "FILES_MAX", 1)
    media.add(io.BytesIO(samples.png()), "one", by=acme.owner_id)
    with pytest.raises(QuotaReached, match="media_full"):
        media.add(io.BytesIO(samples.png()), "two", by=acme.owner_id)


def test_a_name_is_changed_and_a_file_deleted_with_its_bytes(acme: Business) -> None:
    kept = media.add(io.BytesIO(samples.gif()), "", by=acme.owner_id)
    assert kept.name == "image"
    assert media.rename(kept.id, "  coffee\n cup ", by=acme.owner_id).name == "coffee cup"
    with pytest.raises(Invalid):
        media.rename(kept.id, " ", by=acme.owner_id)
    path = files.path(kept)
    media.discard(kept.id, by=acme.owner_id)
    assert not path.exists()
    with pytest.raises(NotFound):
        media.get(kept.id)


def test_another_purpose_or_another_business_is_not_found(acme: Business) -> None:
    paper = files.store(io.BytesIO(b"%PDF-1"), name="a", mime="x", purpose="signature", by=1, bytes_max=10)
    kept = media.add(io.BytesIO(samples.png()), "a", by=acme.owner_id)
    with pytest.raises(NotFound):
        media.get(paper.id)
    with scopes.tenant(factories.business().id):
        assert media.some([kept.id]) == {}
        with pytest.raises(NotFound):
            media.get(kept.id)
