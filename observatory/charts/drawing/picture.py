"""Charts as pictures, drawn offline."""

from __future__ import annotations

import re
from typing import Any

import vl_convert

WIDTH = 640
_ILLEGIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def svg(chart: Any, width: int = WIDTH) -> str:
    """An Altair chart as SVG text; a width that is the container's becomes `width` pixels.

    >>> import altair
    >>> svg(altair.Chart(altair.Data(values=[{"a": 1}])).mark_point().encode(x="a:Q"))[:4]
    '<svg'
    """
    spec = chart.to_dict()
    if spec.get("width") == "container":
        spec["width"] = width
    return str(vl_convert.vegalite_to_svg(legible(spec)))


def legible(node: Any) -> Any:
    r"""A chart with “\ufffd” for each character that no XML may hold: one of them ends the process that draws it.

    >>> legible({"title": ["a\x1bb", 1]})
    {'title': ['a\ufffdb', 1]}
    """
    if isinstance(node, str):
        return _ILLEGIBLE.sub("\ufffd", node)
    if isinstance(node, dict):
        return {legible(key): legible(value) for key, value in node.items()}
    return [legible(item) for item in node] if isinstance(node, list) else node
