"""Attachments of real writers, and the pieces to build what no writer makes."""

from __future__ import annotations

import io
import struct
from binascii import crc32
from typing import Any

from PIL import Image
from pypdf import PdfWriter

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
SOI, EOI = b"\xff\xd8", b"\xff\xd9"
SOF = bytes.fromhex("ffc0000b08000a000a01011100")
SOS = bytes.fromhex("ffda0008010100003f00")


def picture(mode: str = "RGB", width: int = 60, height: int = 40) -> Image.Image:
    pixels = bytes(i * 7 % 251 for i in range(width * height * len(Image.new(mode, (1, 1)).getbands())))
    return Image.frombytes(mode, (width, height), pixels)


def saved(image: Image.Image, name: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, name, **options)
    return file.getvalue()


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc32(kind + data))


def ihdr(width: int = 10, height: int = 10, depth: int = 8, colour: int = 2, rest: bytes = b"\0\0\0") -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBB", width, height, depth, colour) + rest)


def png(*chunks: bytes) -> bytes:
    return PNG_SIGNATURE + b"".join(chunks)


def segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def exif_jpeg() -> bytes:
    """With a thumbnail in it that is a whole JPEG of its own, as cameras write it."""
    exif = Image.Exif()
    exif[0x010F] = "camera"
    thumbnail = saved(picture(width=8, height=8), "JPEG")
    return saved(picture(), "JPEG", exif=exif.tobytes() + thumbnail)


def pdf(object_streams: bool = False) -> bytes:
    writer = PdfWriter()
    for _ in range(3):
        writer.add_blank_page(300, 300)
    if object_streams:
        return xref_stream_pdf(writer)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def xref_stream_pdf(writer: PdfWriter) -> bytes:
    """pypdf writes tables only, so the cross-reference is written again as a stream (ISO 32000, 7.5.8)."""
    file = io.BytesIO()
    writer.write(file)
    body = file.getvalue()
    at = body.index(b"\nxref") + 1
    root = body[body.index(b"/Root") :].split(b"\n")[0]
    offsets = [int(line[:10]) for line in body[at:].splitlines() if line.endswith((b" n", b"n "))]
    rows = [struct.pack(">BIB", 0, 0, 255)] + [struct.pack(">BIB", 1, offset, 0) for offset in [*offsets, at]]
    data, number = b"".join(rows), len(rows) - 1
    head = b"%d 0 obj\n<< /Type /XRef /W [1 4 1] /Size %d %s /Length %d >>\n" % (number, len(rows), root, len(data))
    return body[:at] + head + b"stream\n" + data + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % at


def updated_pdf() -> bytes:
    """An incremental update: a new revision behind the old one, whose bytes stay."""
    writer = PdfWriter(io.BytesIO(pdf()), incremental=True)
    writer.add_blank_page(100, 100)
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def linearized_pdf() -> bytes:
    """As linearizers lay it out: the end points back at a cross-reference near the beginning of the file."""
    head = b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Linearized 1 /L 1000 >>\nendobj\n"
    first = b"xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 1 /Root 1 0 R >>\nstartxref\n0\n%%EOF\n"
    rest = b"2 0 obj\n<< >>\nendobj\nxref\n0 0\ntrailer\n<< /Size 0 >>\n"
    return head + first + rest + b"startxref\n%d\n%%%%EOF\n" % len(head)
