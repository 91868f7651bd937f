"""What drawing gives: a chart with its data, what must be said beside it, and the text that stands in for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import altair as alt

from observatory.charts.drawing.palette import LABEL
from observatory.charts.drawing.remarks import Remarks

REMARK = {"subtitleFontSize": 11, "subtitleColor": LABEL, "subtitlePadding": 4}
_ALONE = {"anchor": "start", "fontSize": 11, "fontWeight": "normal", "color": LABEL}


@dataclass(frozen=True)
class Drawing:
    """A chart with its data, what must be said beside it ("" when nothing), and the text that stands in for it.

    `said` is the beginning of the caveat that stands on the chart already, in short.
    """

    chart: Any
    caveat: str
    alt: str
    said: str = ""

    @property
    def is_themed(self) -> bool:
        """Whether the chart names a theme of Altair's, which that of the page is not to be laid over."""
        return getattr(self.chart, "usermeta", alt.Undefined) is not alt.Undefined


def remarked(drawing: Drawing, said: Remarks) -> Drawing:
    """The same with remarks under the title, in the caveat and in the text that stands in for it.

    >>> remarked(Drawing(None, "One row is left out.", "Bars."), Remarks((), "Weighted.")).caveat
    'Weighted. One row is left out.'
    """
    if not said.text:
        return drawing
    chart = drawing.chart.copy(deep=False) if said.lines else drawing.chart
    if said.lines:
        chart.title = _title(chart, said)
    caveat = " ".join(part for part in (said.text, drawing.caveat) if part)
    return replace(drawing, chart=chart, caveat=caveat, alt=f"{drawing.alt} {said.text}", said=said.text)


def _title(chart: Any, said: Remarks) -> Any:
    head = _ALONE | {"text": list(said.lines)}
    if chart.title is not alt.Undefined:
        head = chart.title.to_dict() | REMARK | {"subtitle": list(said.lines)}
    return alt.TitleParams.from_dict(head)
