"""Pure: what a medium is, read from its bytes and never from its name, without decoding a single pixel.

JPEG, PNG, GIF, MP4, 3GP, AMR and MP3 are walked block by block from the first byte to the last: a file that ends too
soon, goes on after its end, or claims a size no telephone shows, is refused before anybody opens it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

SIDE_MAX = 8_000
PIXELS_MAX = 25_000_000
DURATION_MAX_S = 300
# Walks are bounded by these, whatever a file claims of itself.
BLOCKS_MAX = 20_000
TAIL_MAX = 64 * 1024  # what cameras write after a picture's end


@dataclass(frozen=True, slots=True)
class Facts:
    """`kind`: image, audio or video. Sides in pixels, 0 where there are none; `duration_ms` 0 where it is not known."""

    kind: str
    mime: str
    width: int = 0
    height: int = 0
    duration_ms: int = 0


class Unfit(Exception):
    """A file that is not taken. `code`: medium_unknown, medium_broken, medium_too_wide or medium_too_long."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def examine(data: bytes) -> Facts:
    """What the file is; Unfit when it is none of ours, damaged, or beyond the limits."""
    try:
        facts = _read(data)
    except (struct.error, IndexError) as error:
        raise Unfit("medium_broken") from error
    if facts.kind != "audio" and not (facts.width and facts.height):
        raise Unfit("medium_broken")
    if max(facts.width, facts.height) > SIDE_MAX or facts.width * facts.height > PIXELS_MAX:
        raise Unfit("medium_too_wide")
    if facts.duration_ms > DURATION_MAX_S * 1_000:
        raise Unfit("medium_too_long")
    return facts


def _read(data: bytes) -> Facts:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _png(data)
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    if data.startswith((b"GIF87a", b"GIF89a")):
        return _gif(data)
    if data.startswith(b"#!AMR\n"):
        return _amr(data)
    if data[4:8] == b"ftyp":
        return _mp4(data)
    if data.startswith(b"ID3") or (data[:1] == b"\xff" and len(data) > 1 and data[1] & 0xE0 == 0xE0):
        return _mp3(data)
    raise Unfit("medium_unknown")


def _png(data: bytes) -> Facts:
    width, height = struct.unpack_from(">II", data, 16)
    at = 8
    for _ in range(BLOCKS_MAX):
        length, name = struct.unpack_from(">I4s", data, at)
        if at == 8 and (name, length) != (b"IHDR", 13):
            break
        at += 12 + length
        if at > len(data):
            break
        if name == b"IEND":
            if at != len(data):
                break  # something rides along behind the picture
            return Facts("image", "image/png", width, height)
    raise Unfit("medium_broken")


def _jpeg(data: bytes) -> Facts:
    at, width, height = 2, 0, 0
    for _ in range(BLOCKS_MAX):
        if data[at] != 0xFF:
            break
        marker = data[at + 1]
        if marker == 0xFF:  # a filling byte
            at += 1
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        if length < 2:
            break
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # a frame header
            height, width = struct.unpack_from(">HH", data, at + 5)
        if marker == 0xDA:  # the picture itself, up to its end marker
            end = data.rfind(b"\xff\xd9", at)
            if end < 0 or len(data) - end - 2 > TAIL_MAX:
                break
            return Facts("image", "image/jpeg", width, height)
        at += 2 + length
    raise Unfit("medium_broken")


def _gif(data: bytes) -> Facts:
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at = 13 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0)
    duration, pictures = 0, 0
    for _ in range(BLOCKS_MAX):
        block = data[at]
        if block == 0x3B:
            if at + 1 != len(data) or not pictures:
                break
            return Facts("image", "image/gif", width, height, duration * 10)
        if block == 0x21:
            if data[at + 1] == 0xF9:
                duration += struct.unpack_from("<H", data, at + 4)[0]
            at = _after_sub_blocks(data, at + 2)
        elif block == 0x2C:
            pictures += 1
            local = data[at + 9]
            at = _after_sub_blocks(data, at + 11 + (3 << ((local & 7) + 1) if local & 0x80 else 0))
        else:
            break
    raise Unfit("medium_broken")


def _after_sub_blocks(data: bytes, at: int) -> int:
    while data[at]:
        at += data[at] + 1
    return at + 1


# Octets of a speech frame by its type (3GPP TS 26.101), the byte before it included; 20 ms each.
_AMR_FRAMES = (13, 14, 16, 18, 20, 21, 27, 32, 6, 6, 6, 6, 1, 1, 1, 1)


def _amr(data: bytes) -> Facts:
    at, frames = 6, 0
    while at < len(data):
        at += _AMR_FRAMES[data[at] >> 3 & 15]
        frames += 1
    if not frames or at != len(data):
        raise Unfit("medium_broken")
    return Facts("audio", "audio/amr", duration_ms=frames * 20)


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(name, where its content begins, where it ends) of each box of ISO 14496-12 in a stretch."""
    for _ in range(BLOCKS_MAX):
        if at == end:
            return
        size, name = struct.unpack_from(">I4s", data, at)
        begins = at + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, begins)
            begins += 8
        size = size or end - at  # 0: to the end of the file
        if size < begins - at or at + size > end:
            raise Unfit("medium_broken")
        yield name, begins, at + size
        at += size
    raise Unfit("medium_broken")


def _mp4(data: bytes) -> Facts:
    brand, width, height, duration_ms, has_data = data[8:12], 0, 0, 0, False
    for name, begins, ends in _boxes(data, 0, len(data)):
        has_data = has_data or name == b"mdat"
        if name != b"moov":
            continue
        for inner, inner_at, inner_end in _boxes(data, begins, ends):
            if inner == b"mvhd":
                duration_ms = _movie_ms(data, inner_at)
            elif inner == b"trak":
                sides = _track_sides(data, inner_at, inner_end)
                width, height = max(width, sides[0]), max(height, sides[1])
    if not has_data:
        raise Unfit("medium_broken")
    mime = "video/3gpp" if brand[:2] == b"3g" else "video/mp4"
    return Facts("video", mime, width, height, duration_ms)


def _movie_ms(data: bytes, at: int) -> int:
    scale, length = struct.unpack_from(">IQ", data, at + 20) if data[at] else struct.unpack_from(">II", data, at + 12)
    return int(length * 1_000 // scale) if scale else 0


def _track_sides(data: bytes, at: int, end: int) -> tuple[int, int]:
    for name, begins, _ends in _boxes(data, at, end):
        if name == b"tkhd":
            width, height = struct.unpack_from(">II", data, begins + (88 if data[begins] else 76))
            return width >> 16, height >> 16
    return 0, 0


_KBPS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBPS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_HERTZ = (44_100, 48_000, 32_000)


def _mp3(data: bytes) -> Facts:
    at = 0
    if data.startswith(b"ID3"):
        a, b, c, d = data[6:10]
        at = 10 + (a << 21 | b << 14 | c << 7 | d)
    end = len(data) - 128 if data[-128:-125] == b"TAG" else len(data)
    frames, samples, hertz = 0, 0, 1
    while at < end:
        found = _mp3_frame(data, at)
        # What follows the last whole frame is padding at most, never another file.
        if found is None:
            if frames and not data[at:end].strip(b"\0"):
                break
            raise Unfit("medium_broken")
        size, per_frame, hertz = found
        at, frames, samples = at + size, frames + 1, samples + per_frame
    if not frames:
        raise Unfit("medium_broken")
    return Facts("audio", "audio/mpeg", duration_ms=samples * 1_000 // hertz)


def _mp3_frame(data: bytes, at: int) -> tuple[int, int, int] | None:
    """(octets, samples, samples a second) of the layer III frame that begins here."""
    if at + 4 > len(data) or data[at] != 0xFF or data[at + 1] & 0xE6 != 0xE2:
        return None
    version, rate, speed = data[at + 1] >> 3 & 3, data[at + 2] >> 4, data[at + 2] >> 2 & 3
    if version == 1 or rate in (0, 15) or speed == 3:
        return None
    first = version == 3
    hertz = _HERTZ[speed] >> (0 if first else 1 if version == 2 else 2)
    bits = (_KBPS_1 if first else _KBPS_2)[rate] * 1_000
    return (144 if first else 72) * bits // hertz + (data[at + 2] >> 1 & 1), 1152 if first else 576, hertz
