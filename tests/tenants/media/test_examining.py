"""What a file is, from its bytes: honest files are known, hostile ones refused in bounded time."""

from __future__ import annotations

import contextlib
import random
import time

import pytest

from tenants.media import Facts, Unfit, examine
from tests.tenants.media import samples

HONEST = {
    "png": (samples.png(4, 3), Facts("image", "image/png", 4, 3)),
    "jpeg": (samples.jpeg(640, 360), Facts("image", "image/jpeg", 640, 360)),
    "a camera's tail": (samples.jpeg(640, 360) + bytes(200), Facts("image", "image/jpeg", 640, 360)),
    "gif": (samples.gif(2, 2, 3), Facts("image", "image/gif", 2, 2, 300)),
    "mp4": (samples.mp4(3), Facts("video", "video/mp4", 320, 240, 3_000)),
    "3gp": (samples.mp4(2, brand=b"3gp4"), Facts("video", "video/3gpp", 320, 240, 2_000)),
    "amr": (samples.amr(50), Facts("audio", "audio/amr", duration_ms=1_000)),
    "mp3": (samples.mp3(10), Facts("audio", "audio/mpeg", duration_ms=261)),
    "mp3 without a tag": (samples.mp3(10, tagged=False), Facts("audio", "audio/mpeg", duration_ms=261)),
}
HOSTILE = {
    "nothing": (b"", "medium_unknown"),
    "a page": (b"<!doctype html><script>alert(1)</script>", "medium_unknown"),
    "a drawing with script": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>', "medium_unknown"),
    "a program": (b"MZ\x90\x00" + bytes(60), "medium_unknown"),
    "a web picture": (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "medium_unknown"),
    "a page behind a picture": (samples.png() + b"<script>", "medium_broken"),
    "an archive behind a picture": (samples.gif() + b"PK\x03\x04", "medium_broken"),
    "a picture of a billion points": (samples.png(100_000, 100_000), "medium_too_wide"),
    "a picture of many points": (samples.png(7_000, 7_000), "medium_too_wide"),
    "a picture without sides": (samples.png(0, 0), "medium_broken"),
    "a picture that ends": (samples.jpeg()[:-30], "medium_broken"),
    "a film of an hour": (samples.mp4(3_600), "medium_too_long"),
    "a film without a picture": (samples.mp4(1, 0, 0), "medium_broken"),
    "a film without content": (samples.mp4()[:-12], "medium_broken"),
    "boxes of no length": (samples.box(b"ftyp", b"isom") + b"\0\0\0\1moov" + bytes(8), "medium_broken"),
    "a box beyond the end": (samples.box(b"ftyp", b"isom") + b"\xff\xff\xff\xffmoov", "medium_broken"),
    "a sound that ends": (samples.amr()[:-1], "medium_broken"),
    "a page behind a sound": (samples.mp3() + b"<script>alert(1)</script>", "medium_broken"),
    "a tag without a sound": (b"ID3\x03\x00\x00\x00\x00\x00\x05title", "medium_broken"),
}


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_file_is_known_by_its_bytes(name: str) -> None:
    data, facts = HONEST[name]
    assert examine(data) == facts


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused(name: str) -> None:
    data, code = HOSTILE[name]
    with pytest.raises(Unfit) as refused:
        examine(data)
    assert refused.value.code == code


def test_damage_raises_nothing_but_unfit_and_ends_soon() -> None:
    chance, began = random.Random(5), time.monotonic()
    for data, _facts in HONEST.values():
        for _ in range(300):
            damaged = bytearray(data[: chance.randint(1, len(data))])
            for _ in range(chance.randint(0, 4)):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            with contextlib.suppress(Unfit):
                examine(bytes(damaged))
    assert time.monotonic() - began < 5


def test_ten_megabytes_of_blocks_are_walked_in_bounded_time() -> None:
    began = time.monotonic()
    for data in (
        b"\x89PNG\r\n\x1a\n" + samples.png()[8:33] + b"\0\0\0\0tEXt\0\0\0\0" * 830_000,
        samples.box(b"ftyp", b"isom") + samples.box(b"free", b"") * 1_200_000,
        b"\xff\xd8" + b"\xff" * 10_000_000,
    ):
        with pytest.raises(Unfit):
            examine(data)
    assert time.monotonic() - began < 2
