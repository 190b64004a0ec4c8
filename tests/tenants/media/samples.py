"""Media made by hand: the smallest honest files of each kind, and what can be done to them."""

from __future__ import annotations

import struct
import zlib


def png(width: int = 4, height: int = 3) -> bytes:
    def block(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    rows = b"".join(b"\0" + b"\xd2\x8a\x3c" * width for _ in range(height)) if width * height < 1_000_000 else b""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    blocks = block(b"IHDR", head) + block(b"IDAT", zlib.compress(rows)) + block(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + blocks


def jpeg(width: int = 640, height: int = 360) -> bytes:
    frame = b"\xff\xc0\x00\x0b\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\x00"
    return b"\xff\xd8\xff\xe0\x00\x04\x00\x00" + frame + b"\xff\xda\x00\x03\x01" + b"\x12\x34" * 20 + b"\xff\xd9"


def gif(width: int = 2, height: int = 2, pictures: int = 2) -> bytes:
    head = b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\x00\x00" + b"\x00\x00\x00\xff\xff\xff"
    one = b"\x21\xf9\x04\x00\x0a\x00\x00\x00" + b"\x2c" + struct.pack("<HHHH", 0, 0, width, height) + b"\x00"
    return head + (one + b"\x02\x02\x44\x01\x00") * pictures + b"\x3b"


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, name) + content


def mp4(seconds: int = 3, width: int = 320, height: int = 240, brand: bytes = b"isom") -> bytes:
    movie = box(b"mvhd", bytes(12) + struct.pack(">II", 1_000, seconds * 1_000) + bytes(80))
    track = box(b"tkhd", bytes(76) + struct.pack(">II", width << 16, height << 16))
    return box(b"ftyp", brand + bytes(4)) + box(b"moov", movie + box(b"trak", track)) + box(b"mdat", b"film")


def amr(frames: int = 50) -> bytes:
    return b"#!AMR\n" + (b"\x3c" + bytes(31)) * frames


def mp3(frames: int = 10, tagged: bool = True) -> bytes:
    tag = b"ID3\x03\x00\x00\x00\x00\x00\x05" + b"title" if tagged else b""
    return tag + (b"\xff\xfb\x90\x00" + bytes(413)) * frames
