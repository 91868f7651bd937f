"""The nouns of the observatory: frozen values that pass between its parts and into JSON.

`Profile` is all that rules, detectors and prompts know of a data set; `ChartSpec` is all that solver, model, renderer,
report and link know of a picture.
"""

from observatory.model.bias import BiasReport, Effect, Finding, Note, Severity
from observatory.model.chart import TIME_UNITS, ChartSpec, Filter, RankedChart, Task, Violation, Wish, WishedField
from observatory.model.data import DataCard, Dataset, ImportReport, Reject, Table
from observatory.model.insight import Attempt, EngineStatus, Goal, Sentence, Summary, Visualization
from observatory.model.profile import FieldProfile, FieldType, HistogramBin, Profile, Role, Scalar, TopValue
from observatory.model.record import Record
from observatory.model.report import Report

__all__ = [
    "TIME_UNITS",
    "Attempt",
    "BiasReport",
    "ChartSpec",
    "DataCard",
    "Dataset",
    "Effect",
    "EngineStatus",
    "FieldProfile",
    "FieldType",
    "Filter",
    "Finding",
    "Goal",
    "HistogramBin",
    "ImportReport",
    "Note",
    "Profile",
    "RankedChart",
    "Record",
    "Reject",
    "Report",
    "Role",
    "Scalar",
    "Sentence",
    "Severity",
    "Summary",
    "Table",
    "Task",
    "TopValue",
    "Violation",
    "Visualization",
    "Wish",
    "WishedField",
]
