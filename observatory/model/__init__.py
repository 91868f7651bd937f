"""The nouns of the observatory: frozen values that pass between its parts and into JSON.

`Profile` is all that rules, detectors and prompts know of a data set; `ChartSpec` is all that solver, model, renderer,
report and link know of a picture.
"""

from observatory.model.alignment import Alignment, FieldLevels, FieldMatch, Proposal
from observatory.model.bias import BiasOptions, BiasReport, Effect, Finding, Note, Severity
from observatory.model.chart import (
    TIME_UNITS,
    Calculation,
    ChartCheck,
    ChartSpec,
    Choice,
    Filter,
    RankedChart,
    Repair,
    Task,
    Violation,
    Wish,
    WishedField,
)
from observatory.model.conversation import ChartEdit, EditOp, Numbers, Turn
from observatory.model.data import DataCard, Dataset, ImportReport, Reject, Table
from observatory.model.engine import EngineLive
from observatory.model.evaluation import Dimension, DimensionScore, Evaluation, Fault, Further, Plotted
from observatory.model.exploration import Exploration, Grouping, OddRows, RowGroup
from observatory.model.fairness import Fairness, GroupRate
from observatory.model.infographic import BigNumber, Infographic, InfographicStyle, Panel
from observatory.model.insight import (
    Attempt,
    EngineStatus,
    Enrichment,
    Exchange,
    Explanation,
    FieldMeaning,
    Goal,
    Persona,
    Sentence,
    Summary,
    Visualization,
)
from observatory.model.language import ModelChoice
from observatory.model.profile import FieldProfile, FieldType, HistogramBin, Profile, Role, Scalar, TopValue
from observatory.model.record import Record
from observatory.model.report import PinnedChart, Report
from observatory.model.sandbox import CodeRun, SandboxLayer, SandboxStatus
from observatory.model.weights import Changed, Collect, FieldBalance, LevelBalance, Reweighed, Weighting, WhatIf

__all__ = [
    "TIME_UNITS",
    "Alignment",
    "Attempt",
    "BiasOptions",
    "BiasReport",
    "BigNumber",
    "Calculation",
    "Changed",
    "ChartCheck",
    "ChartEdit",
    "ChartSpec",
    "Choice",
    "CodeRun",
    "Collect",
    "DataCard",
    "Dataset",
    "Dimension",
    "DimensionScore",
    "EditOp",
    "Effect",
    "EngineLive",
    "EngineStatus",
    "Enrichment",
    "Evaluation",
    "Exchange",
    "Explanation",
    "Exploration",
    "Fairness",
    "Fault",
    "FieldBalance",
    "FieldLevels",
    "FieldMatch",
    "FieldMeaning",
    "FieldProfile",
    "FieldType",
    "Filter",
    "Finding",
    "Further",
    "Goal",
    "GroupRate",
    "Grouping",
    "HistogramBin",
    "ImportReport",
    "Infographic",
    "InfographicStyle",
    "LevelBalance",
    "ModelChoice",
    "Note",
    "Numbers",
    "OddRows",
    "Panel",
    "Persona",
    "PinnedChart",
    "Plotted",
    "Profile",
    "Proposal",
    "RankedChart",
    "Record",
    "Reject",
    "Repair",
    "Report",
    "Reweighed",
    "Role",
    "RowGroup",
    "SandboxLayer",
    "SandboxStatus",
    "Scalar",
    "Sentence",
    "Severity",
    "Summary",
    "Table",
    "Task",
    "TopValue",
    "Turn",
    "Violation",
    "Visualization",
    "Weighting",
    "WhatIf",
    "Wish",
    "WishedField",
]
