"""Charts as pictures, drawn offline."""

from __future__ import annotations

from typing import Any

import vl_convert

WIDTH = 640


def svg(chart: Any, width: int = WIDTH) -> str:
    """An Altair chart as SVG text; a width that is the container's becomes `width` pixels.

    >>> import altair
    >>> svg(altair.Chart(altair.Data(values=[{"a": 1}])).mark_point().encode(x="a:Q"))[:4]
    '<svg'
    """
    spec = chart.to_dict()
    if spec.get("width") == "container":
        spec["width"] = width
    return str(vl_convert.vegalite_to_svg(spec))
