"""What a file really is, told from its bytes and never from its name."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Literal

from observatory.errors import EmptyTable, UnreadableFile

Format = Literal["text", "json", "ndjson", "parquet", "xlsx", "gzip"]

_HINT = "Save the table as CSV, JSON, Parquet or XLSX and choose that file."
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "an RTF document"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document (such as .xls)"),
    (b"ARROW1", "an Arrow (Feather) file"),
    (b"\x89HDF", "an HDF5 file"),
    (b"RDX", "an R data file"),
    (b"Obj\x01", "an Avro file"),
    (b"ORC", "an ORC file"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"(\xb5/\xfd", "a Zstandard archive"),
    (b"7z\xbc\xaf'\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a Windows program"),
)
_OFFSET: tuple[tuple[int, bytes, str], ...] = (
    (8, b"DUCK", "a DuckDB database"),
    (8, b"WEBP", "a WebP image"),
    (257, b"ustar", "a tar archive"),
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a]")
_HTML = re.compile(rb"\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|script|table)\b", re.IGNORECASE | re.DOTALL)
_XML = re.compile(rb"\s*<(\?xml|!doctype|svg|[a-z]+[^<>\n]*xmlns)", re.IGNORECASE)
_JSON = re.compile(rb'\s*(\[\s*([\[{"\]0-9-]|true|false|null)|\{\s*["}])')
_JSON_LINE = re.compile(rb"\s*\{[^\n]*\}[ \t\r]*\n\s*\{")
_TEXT_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def recognise(path: Path) -> Format:
    """The format of a file by its content; one that holds no table raises UnreadableFile, saying what it is.

    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile(suffix=".csv") as file:
    ...     _ = file.write(b'[{"a": 1}]')
    ...     file.flush()
    ...     recognise(Path(file.name))
    'json'
    """
    with path.open("rb") as file:
        head = file.read(65_536)
        file.seek(max(0, path.stat().st_size - 8))
        tail = file.read(8)
    if not head.strip(b"\x00 \t\r\n") or head in _TEXT_BOMS:
        raise EmptyTable("The file is empty.", "Choose a file that has a table in it.")
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head.startswith(b"PAR1"):
        return _parquet(tail)
    if head.startswith(b"PK"):
        return _zip(path)
    _refuse_foreign(head)
    return _text(head)


def _parquet(tail: bytes) -> Format:
    if tail.endswith(b"PAR1"):
        return "parquet"
    raise UnreadableFile("The Parquet file is cut off: its end is missing.", "Copy or download the file again.")


def _zip(path: Path) -> Format:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError) as exc:
        raise UnreadableFile(
            "The file is a damaged zip archive or workbook.", "Copy or download the file again."
        ) from exc
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    raise UnreadableFile("The file is a zip archive, not a table.", "Unpack it and choose the table inside.")


def _refuse_foreign(head: bytes) -> None:
    binary = _CONTROL.search(head) is not None
    for magic, what in _FOREIGN:
        if head.startswith(magic) and (binary or len(magic) > 3):
            raise UnreadableFile(f"The file is {what}, not a table.", _HINT)
    for offset, magic, what in _OFFSET:
        if head[offset : offset + len(magic)] == magic and binary:
            raise UnreadableFile(f"The file is {what}, not a table.", _HINT)
    if head[0] == 0x80 and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        raise UnreadableFile("The file is a Python pickle, which can run code and is never opened.", _HINT)


def _text(head: bytes) -> Format:
    plain = head.removeprefix(b"\xef\xbb\xbf")
    wide = head.startswith(_TEXT_BOMS[1:]) or looks_utf16(head)
    if not wide:
        if _HTML.match(plain):
            raise UnreadableFile("The file is a web page (HTML), not a table.", "Download the data, not its page.")
        if _XML.match(plain):
            raise UnreadableFile("The file is XML, not a table.", _HINT)
        n_control = sum(head.count(bytes([code])) for code in range(32) if code not in (9, 10, 12, 13))
        if n_control > max(8, len(head) // 50):
            raise UnreadableFile("The file is binary data of an unknown kind, not a table.", _HINT)
    narrow = head.replace(b"\x00", b"") if wide else plain
    if not _JSON.match(narrow.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")):
        return "text"
    return "ndjson" if _JSON_LINE.match(narrow.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")) else "json"


def looks_utf16(head: bytes) -> bool:
    """Whether nearly every second byte is zero, as in UTF-16 of Western text without its byte order mark."""
    pairs = head[:4096]
    even, odd = pairs[0::2].count(0), pairs[1::2].count(0)
    return len(pairs) >= 4 and max(even, odd) > 0.35 * len(pairs) and min(even, odd) < 0.05 * len(pairs)
