"""Which bytes are an attachment: files of real writers pass, everything else is refused, in linear time."""

from __future__ import annotations

import io
import os
import time
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from senderdesk.attachment_content import MAX_BYTES, NotAnAttachment, format_of
from tests.attachment_samples import (
    EOI,
    PNG_SIGNATURE,
    SOF,
    SOI,
    SOS,
    chunk,
    exif_jpeg,
    ihdr,
    linearized_pdf,
    pdf,
    picture,
    png,
    saved,
    segment,
    updated_pdf,
)

GOOD: dict[str, tuple[str, Callable[[], bytes]]] = {
    "png": ("PNG", lambda: saved(picture(), "PNG")),
    "png with alpha": ("PNG", lambda: saved(picture("RGBA"), "PNG")),
    "png palette": ("PNG", lambda: saved(picture().quantize(16), "PNG")),
    "png one bit": ("PNG", lambda: saved(picture().convert("1"), "PNG")),
    "png 16 bit": ("PNG", lambda: saved(Image.new("I;16", (9, 9)), "PNG")),
    "png with dpi": ("PNG", lambda: saved(picture(), "PNG", dpi=(300, 300))),
    # Pillow writes no Adam7; the pixels are the same here, and only the header tells.
    "png interlaced": ("PNG", lambda: png(ihdr(1, 1, rest=b"\0\0\1"), chunk(b"IDAT", b"\x78\x9c"), chunk(b"IEND"))),
    "apng": ("PNG", lambda: saved(picture(), "PNG", save_all=True, append_images=[picture().rotate(180)])),
    "jpeg": ("JPEG", lambda: saved(picture(), "JPEG")),
    "jpeg progressive": ("JPEG", lambda: saved(picture(), "JPEG", progressive=True, optimize=True)),
    "jpeg grey": ("JPEG", lambda: saved(picture("L"), "JPEG")),
    "jpeg cmyk": ("JPEG", lambda: saved(picture("CMYK"), "JPEG")),
    "jpeg exif": ("JPEG", exif_jpeg),
    "jpeg comment": ("JPEG", lambda: saved(picture(), "JPEG", comment=b"a form, scanned")),
    "jpeg restarts": ("JPEG", lambda: saved(picture(), "JPEG", restart_marker_blocks=1)),
    "jpeg fill bytes": ("JPEG", lambda: SOI + b"\xff\xff\xff" + SOF + SOS + b"\1\xff\0\2\xff\xff\xd0\3\xff\xff" + EOI),
    "pdf": ("PDF", pdf),
    "pdf xref stream": ("PDF", lambda: pdf(object_streams=True)),
    "pdf updated": ("PDF", updated_pdf),
    "pdf linearized": ("PDF", linearized_pdf),
    "pdf of pillow": ("PDF", lambda: saved(picture(), "PDF")),
    "pdf 2.0": ("PDF", lambda: pdf().replace(b"%PDF-1.3", b"%PDF-2.0")),
    "pdf padded": ("PDF", lambda: pdf() + b"\r\n\0\0 \n"),
    "pdf crlf": ("PDF", lambda: b"%PDF-1.4\r\nxref\r\n0 0\r\ntrailer\r\n<<>>\r\nstartxref\r\n10\r\n%%EOF\r\n"),
}


@pytest.mark.parametrize("name", GOOD)
def test_files_of_real_writers_pass(name: str) -> None:
    expected, make = GOOD[name]
    assert format_of(make()) == expected


def test_the_samples_are_what_they_say() -> None:
    assert len(PdfReader(io.BytesIO(updated_pdf()), strict=True).pages) == 4
    assert updated_pdf().startswith(pdf()) and updated_pdf().count(b"%%EOF") == 2
    assert len(PdfReader(io.BytesIO(pdf(object_streams=True)), strict=True).pages) == 3
    assert b"acTL" in GOOD["apng"][1]()
    assert exif_jpeg().count(SOI) == 2
    assert b"\xff\xd3" in GOOD["jpeg restarts"][1]()


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("a.txt", "a")
    return file.getvalue()


IDAT, IEND = chunk(b"IDAT", b"\x78\x9c"), chunk(b"IEND")
A_PNG, A_JPEG, A_PDF = saved(picture(), "PNG"), saved(picture(), "JPEG"), pdf()

# By the threat list: not what it claims to be (B56), and more than it claims to be (B57).
BAD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "is empty"),
    "html": (b"<!doctype html><script>alert(1)</script>", "is none of"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "is none of"),
    "gif": (saved(picture(), "GIF"), "is none of PDF, PNG and JPEG: its first bytes are 47 49 46 38"),
    "bmp": (saved(picture(), "BMP"), "is none of"),
    "webp": (b"RIFF\0\0\0\0WEBPVP8 ", "is none of"),
    "executable": (b"MZ\x90\0", "is none of"),
    "zip": (archive(), "is none of"),
    "pdf at 512": (b"\0" * 512 + A_PDF, "before its %PDF- header"),
    "pdf behind a newline": (b"\n" + A_PDF, "before its %PDF- header"),
    "png at 1": (b"\0" + A_PNG, "is none of"),
    "jpeg and pdf": (SOI + segment(0xFE, A_PDF) + A_JPEG[2:], "a JPEG and a PDF at once"),
    "jpeg, then pdf": (A_JPEG + A_PDF, "behind its end-of-image"),
    "png and pdf": (png(ihdr(), chunk(b"tEXt", A_PDF), IDAT, IEND), "a PNG and a PDF at once"),
    "png and zip": (A_PNG + archive(), "behind its IEND"),
    "png and html": (A_PNG + b"<script>", "behind its IEND"),
    "pdf and zip": (A_PDF + archive(), "behind its %%EOF"),
    "pdf and html, ended again": (A_PDF + b"<script>%%EOF", "without a startxref"),
    "jpeg twice": (A_JPEG + A_JPEG, "behind its end-of-image"),
    "png bomb": (png(ihdr(50_000, 50_000), IDAT, IEND), "50000 by 50000 pixels"),
    "png just over": (png(ihdr(40_000_001, 1), IDAT, IEND), "40000001 by 1 pixels"),
    "jpeg bomb": (SOI + segment(0xC2, b"\x08\xff\xff\xff\xff\1\1\x11\0") + SOS + EOI, "65535 by 65535 pixels"),
    "jpeg bomb behind a small frame": (
        SOI + SOF + segment(0xC0, b"\x08\xff\xff\xff\xff\1\1\x11\0") + SOS + EOI,
        "twice",
    ),
    "jpeg of a height to come": (SOI + segment(0xC0, b"\x08\0\0\0\x0a\1\1\x11\0") + SOS + EOI, "width and height"),
    "png of no width": (png(ihdr(0, 5), IDAT, IEND), "width and height"),
    "png without ihdr": (png(IDAT, IEND), "does not begin with its one IHDR"),
    "png with two": (png(ihdr(), ihdr(), IDAT, IEND), "does not begin with its one IHDR"),
    "png with a short ihdr": (png(chunk(b"IHDR", b"\0" * 12), IDAT, IEND), "wrong length"),
    "png of depth 3": (png(ihdr(depth=3), IDAT, IEND), "what no PNG can be"),
    "png of colour 5": (png(ihdr(colour=5), IDAT, IEND), "what no PNG can be"),
    "png of compression 1": (png(ihdr(rest=b"\1\0\0"), IDAT, IEND), "what no PNG can be"),
    "png of interlace 2": (png(ihdr(rest=b"\0\0\2"), IDAT, IEND), "what no PNG can be"),
    "png without image": (png(ihdr(), IEND), "without an image"),
    "png with a full iend": (png(ihdr(), IDAT, chunk(b"IEND", b"x")), "something in its IEND"),
    "png of a chunk past the end": (png(ihdr(), b"\xff\xff\xff\xffIDAT", b"1234"), "breaks off within its IDAT"),
    "png of no chunk": (png(ihdr(), IDAT, b"\0\0\0\0I<A>" + b"\0" * 9), "no chunk at byte"),
    "png of a wrong checksum": (A_PNG.replace(b"IDATx", b"IDATy"), "wrong checksum"),
    "png of tiny chunks": (png(ihdr(), chunk(b"tEXt") * 20_000, IDAT, IEND), "more than 20000 chunks"),
    "jpeg without image": (SOI + SOF + EOI, "without an image"),
    "jpeg without frame": (SOI + SOS + EOI, "before its frame header"),
    "jpeg of a wrong frame length": (SOI + segment(0xC0, b"\x08\0\1\0\1\3\1\x11\0") + SOS + EOI, "frame header"),
    "jpeg of a length of 1": (SOI + b"\xff\xfe\0\1" + SOF + SOS + EOI, "within its FE"),
    "jpeg of a length past the end": (SOI + SOF + b"\xff\xfe\xff\xff" + EOI, "within its FE"),
    "jpeg with a restart outside": (SOI + b"\xff\xd0" + SOF + SOS + EOI, "marker D0"),
    "jpeg in a jpeg": (SOI + SOI + SOF + SOS + EOI + EOI, "marker D8"),
    "jpeg of junk between segments": (SOI + b"junk" + SOF + SOS + EOI, "no marker where one belongs"),
    "jpeg of 501 scans": (SOI + SOF + SOS * 501 + EOI, "more than 500 scans"),
    "jpeg of tiny segments": (SOI + b"\xff\xfe\0\2" * 20_000 + SOF + SOS + EOI, "more than 20000 segments"),
    "mpo": (saved(picture(), "MPO", save_all=True, append_images=[picture()]), "behind its end-of-image"),
    "pdf 3": (A_PDF.replace(b"%PDF-1.3", b"%PDF-3.0"), "version"),
    "pdf 1.10": (b"%PDF-1.10" + A_PDF[8:], "version"),
    "pdf without end": (A_PDF.replace(b"%%EOF", b""), "breaks off"),
    "pdf without startxref": (A_PDF.replace(b"startxref", b"startxrev"), "without a startxref"),
    "pdf that points nowhere": (A_PDF.replace(b"startxref\n", b"startxref\n9"), "no cross-reference"),
    "pdf that points at its object": (A_PDF[: A_PDF.rindex(b"startxref")] + b"startxref\n15\n%%EOF", "byte 15"),
    "pdf without trailer": (A_PDF.replace(b"trailer", b"trailed"), "no cross-reference"),
    "pdf with the wrong stream": (pdf(object_streams=True).replace(b"/XRef", b"/XObj"), "no cross-reference"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_refused_and_why(name: str) -> None:
    body, sentence = BAD[name]
    with pytest.raises(NotAnAttachment) as refusal:
        format_of(body)
    assert sentence in str(refusal.value)


def test_forty_megapixels_are_allowed() -> None:
    assert format_of(png(ihdr(40_000_000, 1), IDAT, IEND)) == "PNG"


def is_refused(body: bytes) -> bool:
    try:
        format_of(body)
    except NotAnAttachment:
        return True
    return False


@pytest.mark.parametrize("name", [name for name in GOOD if name not in ("pdf padded", "pdf updated", "pdf linearized")])
def test_no_truncation_passes(name: str) -> None:
    """Of a PDF, those that cut into its %%EOF or more. A first revision is a whole PDF, so files with one are out."""
    body = GOOD[name][1]()
    end = len(body.rstrip()) if name.startswith("pdf") else len(body)
    assert all(is_refused(body[:length]) for length in range(end))


@pytest.mark.parametrize("name", GOOD)
def test_no_appended_byte_passes(name: str) -> None:
    body = GOOD[name][1]()
    blank = b"\0\t\n\f\r " if name.startswith("pdf") else b""
    assert all(is_refused(body + bytes((byte,))) for byte in range(256) if byte not in blank)


@given(st.sampled_from([b"", PNG_SIGNATURE, PNG_SIGNATURE + ihdr(), SOI, SOI + SOF, b"%PDF-1.4\n"]), st.binary())
def test_random_bytes_never_pass(start: bytes, rest: bytes) -> None:
    assert is_refused(start + rest)


@given(st.sampled_from([A_PNG, A_JPEG, A_PDF, exif_jpeg(), updated_pdf()]), st.data())
def test_damage_raises_nothing_else(body: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(len(body), start + 8)))
    is_refused(body[:start] + data.draw(st.binary(max_size=8)) + body[end:])


def filled(start: bytes, pattern: bytes, end: bytes = b"") -> bytes:
    return (start + pattern * (MAX_BYTES // len(pattern) + 1))[: MAX_BYTES - len(end)] + end


POINTS_AT_9 = b" startxref 9\n%%EOF"
SLOW: dict[str, Callable[[], bytes]] = {
    "ff": lambda: filled(b"", b"\xff"),
    "jpeg of fill bytes": lambda: filled(SOI, b"\xff"),
    "jpeg of markers": lambda: filled(SOI, b"\xff\xfe\0\2"),
    "jpeg of scans": lambda: filled(SOI + SOF, SOS),
    "scan of ff": lambda: filled(SOI + SOF + SOS, b"\xff"),
    "scan of stuffed bytes": lambda: filled(SOI + SOF + SOS, b"\xff\0"),
    "scan of restarts": lambda: filled(SOI + SOF + SOS, b"\xff\xd0"),
    "500 scans of restarts": lambda: SOI + SOF + (SOS + b"\xff\xd0" * 5_000) * 500 + EOI,
    "png of tiny chunks": lambda: filled(png(ihdr()), chunk(b"tEXt")),
    "png of small chunks": lambda: png(ihdr(), chunk(b"IDAT", bytes(250)) * 19_990, IEND),
    "png of one chunk": lambda: png(ihdr(), chunk(b"IDAT", bytes(MAX_BYTES - 100)), IEND),
    "pdf of space behind": lambda: filled(b"%PDF-1.4\n%%EOF", b" "),
    "pdf of ends": lambda: filled(b"%PDF-1.4\n", b"%%EOF"),
    "pdf of half ends": lambda: filled(b"%PDF-1.4\n", b"%%EO"),
    "pdf of space before the end": lambda: filled(b"%PDF-1.4\nstartxref", b" ", b"%%EOF"),
    "pdf of half startxrefs": lambda: filled(b"%PDF-1.4\n", b"tartxref", b"%%EOF"),
    "pdf of digits": lambda: filled(b"%PDF-1.4\nxref ", b"9", POINTS_AT_9),
    "pdf of space in its xref": lambda: filled(b"%PDF-1.4\nxref", b" ", POINTS_AT_9),
    "pdf of half trailers": lambda: filled(b"%PDF-1.4\nxref 0 1\n", b"traile", POINTS_AT_9),
    "pdf of types": lambda: filled(b"%PDF-1.4\n1 0 obj ", b"/Type ", b"stream" + POINTS_AT_9),
    "pdf of space behind a type": lambda: filled(b"%PDF-1.4\n1 0 obj /Type", b" ", b"stream" + POINTS_AT_9),
}


@pytest.mark.parametrize("name", SLOW)
def test_the_worst_of_5_mib_costs_little(name: str) -> None:
    """Nothing takes 60 ms of processor time where nothing else runs. The bound leaves room for a crowded machine, and
    is far from what a walk byte by byte, or back and forth, would take. And there is no copy of the body.
    """
    body = SLOW[name]()
    spent = []
    for _ in range(3):
        before = time.thread_time()
        is_refused(body)
        spent.append(time.thread_time() - before)
    tracemalloc.start()
    is_refused(body)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert min(spent) < 0.25
    assert peak < 16_384


def test_noise_is_refused_at_full_size() -> None:
    noise = os.urandom(MAX_BYTES)
    assert all(is_refused(start + noise) for start in (b"", SOI + SOF + SOS, png(ihdr()), b"%PDF-1.7\n"))
