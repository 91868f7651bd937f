"""Charts as pictures, drawn offline: nothing that a chart names is fetched."""

from __future__ import annotations

import re
from typing import Any

from observatory.charts.drawing.palette import LOOK
from observatory.charts.drawing.panels import ROOM, widened
from observatory.charts.drawing.press import Press
from observatory.errors import ChartInvalidSpec

WIDTH = 640
_ALTAIR = 300
"""The width that Altair writes into every chart; a chart that is drawn as it is written has another one."""
_ILLEGIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_PRESS = Press()


def svg(chart: Any, width: int = WIDTH) -> str:
    """An Altair chart as SVG text; a width that is the container's, or of panels together, becomes `width` pixels.

    Raises ChartInvalidSpec for a chart that cannot be drawn, such as one with data at an address.

    >>> import altair
    >>> svg(altair.Chart(altair.Data(values=[{"a": 1}])).mark_point().encode(x="a:Q"))[:4]
    '<svg'
    """
    return _drawn(_sized(chart, width)).decode()


def png(chart: Any, scale: float = 2, width: int = WIDTH) -> bytes:
    """An Altair chart as PNG on white, with `scale` pixels for each of the chart's; as `svg` else.

    >>> import altair
    >>> png(altair.Chart(altair.Data(values=[{"a": 1}])).mark_point().encode(x="a:Q"))[1:4]
    b'PNG'
    """
    spec = _sized(chart, width)
    return _drawn(spec if "usermeta" in spec else {"background": "white"} | spec, scale)


def rasterized(svg: str, scale: float = 2) -> bytes:
    """A page that is SVG already, such as an infographic, as PNG.

    >>> rasterized('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>')[1:4]
    b'PNG'
    """
    try:
        return _PRESS.rasterize(svg, scale)
    except ValueError as exc:
        raise ChartInvalidSpec("The page cannot be drawn as a picture.", str(exc)) from exc


def _sized(chart: Any, width: int) -> dict[str, Any]:
    spec: dict[str, Any] = chart.to_dict()
    config = spec.get("config", {})
    is_themed = "usermeta" in spec
    spec |= {"config": config if is_themed else LOOK | config}
    if "legend" in config and not is_themed:
        spec["config"]["legend"] = LOOK["legend"] | config["legend"]
    if spec.get("width") == "container":
        return spec | {"width": width}
    view = spec["config"].get("view", {})
    if view.get("continuousWidth", _ALTAIR) == _ALTAIR:
        return widened(spec, width)
    grown = {key: view[key] * width // ROOM for key in view if key.startswith("continuous")}
    return spec | {"config": spec["config"] | {"view": view | grown}}


def _drawn(spec: dict[str, Any], scale: float | None = None) -> bytes:
    if _has_image(spec):
        raise ChartInvalidSpec("Charts with images are not drawn as pictures.", "Leave the images out.")
    try:
        return _PRESS.draw(legible(spec), scale)
    except ValueError as exc:
        told = [line.strip() for line in str(exc).splitlines() if line.strip() and not line.strip().startswith("at ")]
        raise ChartInvalidSpec("The chart cannot be drawn as a picture.", told[-1] if told else "") from exc


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


def _has_image(node: Any) -> bool:
    """Whether a chart shows images, which a PNG would fetch from their addresses; its rows are not looked into."""
    if isinstance(node, list):
        return any(map(_has_image, node))
    if not isinstance(node, dict):
        return False
    mark = node.get("mark")
    kind = mark.get("type") if isinstance(mark, dict) else mark
    return kind == "image" or any(_has_image(v) for k, v in node.items() if k not in ("data", "datasets"))
