"""The process that draws pictures: a chart that uses up the memory of its JavaScript ends it, and nothing else.

It is started as a script, reads requests from its input and writes pictures to its output, each after its length.
"""

from __future__ import annotations

import json
import re
import struct
import sys
from typing import IO, Any

LENGTH = struct.Struct(">Q")
DRAWN, FAILED = b"+", b"-"
MEMORY = 3 * 2**30
MOST_PIXELS = 50_000_000
_SIZE = re.compile(r'<svg[^>]*?\swidth="([0-9.]+)"[^>]*?\sheight="([0-9.]+)"')


def send(pipe: IO[bytes], message: bytes) -> None:
    """Write a message after its length."""
    pipe.write(LENGTH.pack(len(message)))
    pipe.write(message)
    pipe.flush()


def receive(pipe: IO[bytes]) -> bytes | None:
    """The next message, None at the end; one that breaks off is the end too."""
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    length = LENGTH.unpack(head)[0]
    message = pipe.read(length)
    return message if len(message) == length else None


def convert(spec: dict[str, Any], scale: float | None) -> bytes:
    """A chart as SVG, or as PNG with `scale` pixels for each of its own; ValueError for one that cannot be drawn.

    >>> convert({"data": {"values": [{"a": 1}]}, "mark": "point"}, None)[:4]
    b'<svg'
    """
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    _demand_fit(svg, scale or 1)
    if scale is None:
        return svg.encode()
    if "<image" in svg:
        raise ValueError("It shows images, which would be fetched.")
    png: bytes = vl_convert.svg_to_png(svg, scale=scale)
    return png


def rasterize(svg: str, scale: float) -> bytes:
    """A picture that is SVG already as PNG; ValueError for one with images, which would be fetched.

    >>> rasterize('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>', 1)[1:4]
    b'PNG'
    """
    import vl_convert

    _demand_fit(svg, scale)
    if "<image" in svg:
        raise ValueError("It shows images, which would be fetched.")
    png: bytes = vl_convert.svg_to_png(svg, scale=scale)
    return png


def _demand_fit(svg: str, scale: float) -> None:
    """Raise ValueError for a picture of more pixels than any screen or page has."""
    found = _SIZE.match(svg)
    width, height = (scale * float(size) for size in found.groups()) if found else (0.0, 0.0)
    if not width * height <= MOST_PIXELS:
        raise ValueError(f"It would be {width:,.0f} by {height:,.0f} pixels: set the ends of its scales closer.")


def main() -> None:
    """Draw until the input ends."""
    _hold_to_memory()
    while (asked := receive(sys.stdin.buffer)) is not None:
        try:
            request = json.loads(asked)
            answer = DRAWN + (rasterize if "svg" in request else convert)(**request)
        except ValueError as exc:
            answer = FAILED + str(exc).encode(errors="replace")
        send(sys.stdout.buffer, answer)


def _hold_to_memory() -> None:
    """No more memory than a large picture takes, where the system can be told so."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))


if __name__ == "__main__":
    main()
