"""Changes to any Vega-Lite chart, made on its JSON so that all that a change does not speak of stays as it is."""

from observatory.charts.editing.edits import Edited, edited
from observatory.charts.editing.retitle import retitled

__all__ = ["Edited", "edited", "retitled"]
