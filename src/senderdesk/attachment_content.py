"""What an attachment is: PDF, PNG or JPEG, told by its bytes alone, and refused where they are not one whole file.

The structure is walked from offset 0 to the end, so that one file cannot be two (a JPEG that is also a PDF, a PNG with
an archive behind it). Nothing is decoded or inflated, so no content can make this slow or large: lengths are jumped
over, searches are linear, and a file in absurdly many pieces is refused. Sizes in pixels are read from the headers.
"""

from __future__ import annotations

import re
from binascii import crc32
from collections.abc import Callable
from struct import unpack_from
from typing import Literal

Format = Literal["PDF", "PNG", "JPEG"]

# What AttachmentBody holds at most, decoded; the caller compares.
MAX_BYTES = 5 * 1024 * 1024

# ASSUMED: the real service publishes no limit in pixels; 40 megapixels are more than a scanned page at 600 dpi.
_MOST_PIXELS = 40_000_000
# Chunks of a PNG, segments of a JPEG. In a file of MAX_BYTES, pieces of 262 bytes: writers make far larger ones.
_MOST_PIECES = 20_000
# A progressive JPEG is drawn once a scan: writers make about ten, and thousands would hold up whoever looks at it.
_MOST_SCANS = 500

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}

_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
# Start of frame: C0 to CF but for DHT, JPG and DAC (ITU T.81, table B.1).
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SEGMENTS = _FRAMES | {0xC4, 0xCC, 0xFE} | set(range(_SOS, 0xF0))
_MARKER = re.compile(rb"\xff++([^\xff])")
# Within a scan, FF is followed by 00, by a restart marker, or by more FF that fills; anything else ends the scan.
_SCAN_END = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")

_PDF_MARK = b"%PDF-"
# Readers of PDF look for the mark in so many bytes, so an image with the mark there is a PDF to them.
_PDF_SEARCHED = 1024
_PDF_HEADER = re.compile(rb"%PDF-[12]\.\d(?!\d)")
_SPACE = rb"[\0\t\n\f\r ]"
_PDF_ENDS = re.compile(_SPACE + rb"*+\Z")
_PDF_STARTXREF = re.compile(rb"startxref" + _SPACE + rb"++(\d{1,10})" + _SPACE + rb"++\Z")
_PDF_TABLE = re.compile(_SPACE + rb"{0,8}+xref" + _SPACE + rb"{1,8}+\d{1,10} {1,8}+\d{1,10}" + _SPACE)
_PDF_OBJECT = re.compile(_SPACE + rb"{0,8}+\d{1,10}" + _SPACE + rb"{1,8}+\d{1,5}" + _SPACE + rb"{1,8}+obj\b")
_PDF_XREF_TYPE = re.compile(rb"/Type" + _SPACE + rb"*+/XRef\b")


class NotAnAttachment(ValueError):
    """The bytes are not one whole PDF, PNG or JPEG; the sentence goes on from "the attachment"."""


def format_of(body: bytes) -> Format:
    """Which of the three formats `body` is, from its first byte to its last.

    Raises NotAnAttachment with what is wrong. The formats: the service's guide, "PDF, JPEG and PNG".
    """
    for signature, name, check in _FORMATS:
        if body.startswith(signature):
            check(body)
            return name
    if not body:
        raise NotAnAttachment("is empty")
    if _PDF_MARK in body[:_PDF_SEARCHED]:
        raise NotAnAttachment("is a PDF with something before its %PDF- header")
    raise NotAnAttachment(f"is none of PDF, PNG and JPEG: its first bytes are {body[:4].hex(' ')}")


def _check_png(body: bytes) -> None:
    """The PNG specification, section 5: length, type, data and CRC, chunk after chunk."""
    _refuse_hidden_pdf(body, "PNG")
    view = memoryview(body)
    at, has_data = len(_PNG_SIGNATURE), False
    for number in range(_MOST_PIECES):
        if at + 12 > len(body):
            raise NotAnAttachment("is a PNG that breaks off before its IEND chunk")
        length, kind = unpack_from(">I4s", body, at)
        end = at + 12 + length
        if not kind.isalpha():
            raise NotAnAttachment(f"is a PNG with something that is no chunk at byte {at}")
        if end > len(body):
            raise NotAnAttachment(f"is a PNG that breaks off within its {kind.decode()} chunk")
        if crc32(view[at + 4 : end - 4]) != unpack_from(">I", body, end - 4)[0]:
            raise NotAnAttachment(f"is a PNG whose {kind.decode()} chunk at byte {at} has the wrong checksum")
        if (number == 0) != (kind == b"IHDR"):
            raise NotAnAttachment("is a PNG that does not begin with its one IHDR chunk")
        if kind == b"IHDR":
            _check_ihdr(body, at + 8, length)
        has_data = has_data or kind == b"IDAT"
        at = end
        if kind == b"IEND":
            break
    else:
        raise NotAnAttachment(f"is a PNG of more than {_MOST_PIECES} chunks")
    if length:
        raise NotAnAttachment("is a PNG with something in its IEND chunk")
    if at < len(body):
        raise NotAnAttachment("is a PNG that goes on behind its IEND chunk")
    if not has_data:
        raise NotAnAttachment("is a PNG without an image in it")


def _check_ihdr(body: bytes, at: int, length: int) -> None:
    """The PNG specification, section 11.2.1."""
    if length != 13:
        raise NotAnAttachment("is a PNG whose IHDR chunk has the wrong length")
    width, height, depth, colour, compression, filtering, interlace = unpack_from(">IIBBBBB", body, at)
    if depth not in _PNG_DEPTHS.get(colour, ()) or compression or filtering or interlace > 1:
        raise NotAnAttachment("is a PNG whose IHDR chunk says what no PNG can be")
    _check_pixels(width, height, "PNG")


def _check_jpeg(body: bytes) -> None:
    """ITU T.81, annex B: segments, each with its length, and scans, which end at the next marker."""
    _refuse_hidden_pdf(body, "JPEG")
    at, framed, scans = 2, False, 0
    for _ in range(_MOST_PIECES):
        found = _MARKER.match(body, at)
        if not found:
            raise NotAnAttachment(f"is a JPEG that breaks off, or has no marker where one belongs, at byte {at}")
        marker, at = found[1][0], found.end()
        if marker == _EOI:
            break
        end = _segment_end(body, marker, at)
        if marker in _FRAMES:
            if framed:
                raise NotAnAttachment("is a JPEG that says its size twice")
            _check_frame(body, at, end)
            framed = True
        if marker == _SOS:
            scans += 1
            end = _scan_end(body, end, framed, scans)
        at = end
    else:
        raise NotAnAttachment(f"is a JPEG of more than {_MOST_PIECES} segments")
    if at < len(body):
        raise NotAnAttachment("is a JPEG that goes on behind its end-of-image marker")
    if not scans:
        raise NotAnAttachment("is a JPEG without an image in it")


def _segment_end(body: bytes, marker: int, at: int) -> int:
    """Where the segment ends whose length is at `at`."""
    if marker not in _SEGMENTS:
        raise NotAnAttachment(f"is a JPEG with the marker {marker:02X} where a segment belongs")
    length = unpack_from(">H", body, at)[0] if at + 2 <= len(body) else 0
    if length < 2 or at + length > len(body):
        raise NotAnAttachment(f"is a JPEG that breaks off within its {marker:02X} segment")
    return at + int(length)


def _check_frame(body: bytes, at: int, end: int) -> None:
    """T.81, B.2.2. A height that only follows after the first scan (DNL) is refused: it could be any."""
    if end - at < 8 or end - at != 8 + 3 * body[at + 7]:
        raise NotAnAttachment("is a JPEG whose frame header has the wrong length")
    height, width = unpack_from(">HH", body, at + 3)
    _check_pixels(width, height, "JPEG")


def _scan_end(body: bytes, at: int, framed: bool, scans: int) -> int:
    """Where the scan ends whose entropy-coded data begin at `at`."""
    if not framed:
        raise NotAnAttachment("is a JPEG whose image begins before its frame header")
    if scans > _MOST_SCANS:
        raise NotAnAttachment(f"is a JPEG of more than {_MOST_SCANS} scans")
    found = _SCAN_END.search(body, at)
    if not found:
        raise NotAnAttachment("is a JPEG that breaks off before its end-of-image marker")
    return found.start()


def _check_pdf(body: bytes) -> None:
    """ISO 32000, 7.5: header, and from the end backwards %%EOF, startxref, and the cross-reference it points at."""
    if not _PDF_HEADER.match(body):
        raise NotAnAttachment("is a PDF of a version other than 1.x and 2.x")
    end = body.rfind(b"%%EOF")
    if end < 0:
        raise NotAnAttachment("is a PDF that breaks off before its %%EOF")
    if not _PDF_ENDS.match(body, end + 5):
        raise NotAnAttachment("is a PDF that goes on behind its %%EOF")
    start = body.rfind(b"startxref", 0, end)
    pointer = _PDF_STARTXREF.match(body, max(start, 0), end)
    if not pointer:
        raise NotAnAttachment("is a PDF without a startxref before its %%EOF")
    at = int(pointer[1])
    if not _is_cross_reference(body, at, start):
        raise NotAnAttachment(f"is a PDF whose startxref points at byte {at}, where no cross-reference is")


def _is_cross_reference(body: bytes, at: int, before: int) -> bool:
    """True where a table with its trailer (7.5.4), or the object of a cross-reference stream (7.5.8), is at `at`."""
    if _PDF_TABLE.match(body, at, before):
        return body.find(b"trailer", at, before) >= 0
    if _PDF_OBJECT.match(body, at, before):
        stream = body.find(b"stream", at, before)
        return stream >= 0 and bool(_PDF_XREF_TYPE.search(body, at, stream))
    return False


def _check_pixels(width: int, height: int, name: str) -> None:
    """A few kilobytes can say 50,000 by 50,000, and whoever opens them makes room for it."""
    if not width or not height:
        raise NotAnAttachment(f"is a {name} whose header does not say its width and height")
    if width * height > _MOST_PIXELS:
        raise NotAnAttachment(f"is a {name} of {width} by {height} pixels, more than {_MOST_PIXELS:,}")


def _refuse_hidden_pdf(body: bytes, name: str) -> None:
    if body.find(_PDF_MARK, 0, _PDF_SEARCHED) >= 0:
        raise NotAnAttachment(f"is a {name} and a PDF at once")


_FORMATS: tuple[tuple[bytes, Format, Callable[[bytes], None]], ...] = (
    (_PDF_MARK, "PDF", _check_pdf),
    (_PNG_SIGNATURE, "PNG", _check_png),
    (bytes((0xFF, _SOI)), "JPEG", _check_jpeg),
)
