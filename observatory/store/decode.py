"""Bytes to clean UTF-8 text: unpack, find the encoding, say what was guessed."""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import charset_normalizer

from observatory.errors import TableTooLarge, UnreadableFile
from observatory.store.formats import looks_utf16

_CHUNK = 1 << 20
_CANDIDATES = ["cp1252", "gb18030", "big5", "shift_jis", "euc_kr"]
_LANGUAGES = {"cp1252": "Western European", "gb18030": "Simplified Chinese", "big5": "Traditional Chinese"}
_LANGUAGES |= {"shift_jis": "Japanese", "euc_kr": "Korean", "latin-1": "Western European"}
_ESCAPED = re.compile("[\udc80-\udcff]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]{2,}")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Text:
    """A file of UTF-8 text without byte order mark and without NUL, and the encoding it came in."""

    path: Path
    encoding: str
    warnings: tuple[str, ...] = ()


def gunzip(path: Path, target: Path, max_bytes: int) -> None:
    """Unpack gzip into `target`; more than `max_bytes` raises TableTooLarge before it fills the disk."""
    n = 0
    try:
        with gzip.open(path) as packed, target.open("wb") as out:
            while chunk := packed.read(_CHUNK):
                n += len(chunk)
                if n > max_bytes:
                    raise TableTooLarge(
                        f"Unpacked, the file is larger than the limit of {max_bytes:,} bytes.",
                        "Choose a smaller file, or raise OBSERVATORY_MAX_BYTES.",
                    )
                out.write(chunk)
    except (EOFError, gzip.BadGzipFile, zlib.error) as exc:
        raise UnreadableFile("The gzip file is damaged or cut off.", "Copy or download the file again.") from exc


def decode(path: Path, target: Path) -> Text:
    """The text of a file: the file itself when it is clean UTF-8, else a copy in `target`.

    Tried are UTF-8, UTF-16 and UTF-32 by their marks, then cp1252, gb18030, big5, shift_jis and euc_kr. A UTF-8
    file with a few foreign bytes stays UTF-8; those bytes are read as cp1252 and counted in a warning.
    """
    with path.open("rb") as file:
        head = file.read(_CHUNK)
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return _marked(path, target, encoding)
    if looks_utf16(head):
        return _marked(path, target, "utf-16-le" if head[1] == 0 else "utf-16-be")
    try:
        n_nul = sum(text.count("\x00") for text in _decoded(path, "utf-8"))
    except UnicodeDecodeError:
        return _foreign(path, target)
    return Text(path, "utf-8") if n_nul == 0 else _write(path, target, "utf-8")


def _marked(path: Path, target: Path, encoding: str) -> Text:
    try:
        return _write(path, target, encoding)
    except UnicodeDecodeError as exc:
        raise UnreadableFile(
            f"The file says that it is {encoding.upper()} text, but it is not.", "Save it as UTF-8."
        ) from exc


def _foreign(path: Path, target: Path) -> Text:
    n_good = n_bad = 0
    for text in _decoded(path, "utf-8", "surrogateescape"):
        n_escaped = len(_ESCAPED.findall(text))
        n_bad += n_escaped
        n_good += len(text) - len(text.encode("ascii", "ignore")) - n_escaped
    if n_good > n_bad:
        note = f"{n_bad:,} bytes are not UTF-8 as the rest of the file is; they were read as cp1252 (Western European)."
        return _write(path, target, "utf-8", "surrogateescape", note)
    return _guessed(path, target)


def _guessed(path: Path, target: Path) -> Text:
    for encoding in _guesses(path):
        note = f"The text is not UTF-8; it was read as {encoding} ({_LANGUAGES[encoding]}), which is a guess."
        try:
            return _write(path, target, encoding, note=note)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile("The text of the file has no encoding that is known here.", "Save it as UTF-8.")


def _guesses(path: Path) -> list[str]:
    """Candidate encodings, likeliest first; single accented letters among ASCII are Western, pairs may be anything."""
    sample = b"".join(
        line for chunk in _chunks(path, 8 * _CHUNK) for line in chunk.splitlines(True) if not line.isascii()
    )
    sample = sample[:65_536]
    sample = sample[: sample.rfind(b"\n") + 1] or sample
    if not _HIGH_RUN.search(sample):
        return ["cp1252", "latin-1"]
    found = [match.encoding for match in charset_normalizer.from_bytes(sample, cp_isolation=list(_CANDIDATES))]
    return [*dict.fromkeys([*found, *_CANDIDATES, "latin-1"])]


def _write(path: Path, target: Path, encoding: str, errors: str = "strict", note: str = "") -> Text:
    n_nul = 0
    with target.open("w", encoding="utf-8", newline="") as out:
        for text in _decoded(path, encoding, errors):
            n_nul += text.count("\x00")
            out.write(_ESCAPED.sub(_western, text.replace("\x00", "")))
    notes = [note] if note else []
    if n_nul:
        notes.append(f"{n_nul:,} NUL characters were removed from the text.")
    return Text(target, encoding.removesuffix("-sig"), tuple(notes))


def _western(match: re.Match[str]) -> str:
    byte = match.group().encode("utf-8", "surrogateescape")
    try:
        return byte.decode("cp1252")
    except UnicodeDecodeError:
        return byte.decode("latin-1")


def _decoded(path: Path, encoding: str, errors: str = "strict") -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    for chunk in _chunks(path):
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _chunks(path: Path, limit: int = 0) -> Iterator[bytes]:
    n = 0
    with path.open("rb") as file:
        while (chunk := file.read(_CHUNK)) and (not limit or n < limit):
            n += len(chunk)
            yield chunk
