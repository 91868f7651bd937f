"""The bridge to Draco 2: charts and wishes written as its facts, and its facts read as Vega-Lite."""

from observatory.charts.draco.file import read_facts, write_facts
from observatory.charts.draco.reading import from_draco
from observatory.charts.draco.writing import DracoFacts, draco_wish, to_draco

__all__ = ["DracoFacts", "draco_wish", "from_draco", "read_facts", "to_draco", "write_facts"]
