"""Which rows of a table have the target: the positive class of any kind of field."""

from __future__ import annotations

from dataclasses import dataclass

from observatory.bias.axis import family
from observatory.bias.describe import number
from observatory.bias.run import Run
from observatory.model import FieldProfile
from observatory.quoting import sql_literal, sql_name

COMMON = 0.05
_YES = ("yes", "true", "y", "t", "1", "positive", "pos")
_MAX_LEVELS = 50
_MAX_LABEL = 60


@dataclass(frozen=True)
class Positive:
    """The positive class: a predicate over rows, the class in words (“income above 42”), and why it was chosen."""

    where: str
    level: str
    words: str
    why: str = ""


def positive_class(run: Run, field: FieldProfile) -> Positive | str:
    """The positive class of a target, or a sentence that says why there is none.

    Of two values: true, yes or the larger number, else the rarer one. A number or time of more values: above its
    median. Of more levels: the rarest one that at least 5 % of the known rows have.
    """
    kind, known = family(field.storage), run.n_rows - field.missing
    if not known:
        return f"{field.name} holds no value in any row, so nothing is said of how it is spread over groups."
    if kind == "other" or field.role in ("identifier", "text"):
        return f"The values of {field.name} do not make classes, so nothing is said of how it is spread over groups."
    if kind in ("number", "time") and field.distinct > 2:
        return _above_median(run, field)
    levels = _levels(run, field)
    if len(levels) < 2:
        return f"{field.name} has one value only, so nothing is said of how it is spread over groups."
    if len(levels) > _MAX_LEVELS or max(n for _, n in levels) == 1:
        return f"{field.name} has too many values to make classes, so nothing is said of its spread over groups."
    if len(levels) == 2:
        return _level(field, _of_two(field, [v for v, _ in levels]))
    common = [v for v, n in levels if n >= COMMON * known]
    chosen = common[-1] if common else levels[0][0]
    return _level(field, chosen, f"the rarest value of {field.name} that at least 5 % of the rows have")


def _levels(run: Run, field: FieldProfile) -> list[tuple[str, int]]:
    """Levels as text with their rows, commonest first."""
    name = sql_name(field.name)
    sql = f"SELECT CAST({name} AS VARCHAR) AS v, count(*) AS n FROM t WHERE {name} IS NOT NULL GROUP BY 1"
    frame = run.table.query(f"{sql} ORDER BY 2 DESC, 1 LIMIT {_MAX_LEVELS + 1}")
    return list(zip(frame["v"].tolist(), frame["n"].tolist()))


def _of_two(field: FieldProfile, levels: list[str]) -> str:
    if family(field.storage) == "number":
        return max(levels, key=float)
    said_yes = [v for v in levels if v.strip().lower() in _YES]
    return said_yes[0] if len(said_yes) == 1 else levels[-1]


def _level(field: FieldProfile, level: str, why: str = "") -> Positive:
    name, is_number = sql_name(field.name), family(field.storage) == "number"
    where = f"{name} = {sql_literal(level)}::DOUBLE" if is_number else f"CAST({name} AS VARCHAR) = {sql_literal(level)}"
    shown = number(float(level)) if is_number else " ".join(level.split()) or "(empty)"
    shown = shown if len(shown) <= _MAX_LABEL else shown[: _MAX_LABEL - 1] + "…"
    return Positive(where, shown, f"{field.name} = {shown}", why)


def _above_median(run: Run, field: FieldProfile) -> Positive | str:
    name = sql_name(field.name)
    finite = f"CASE WHEN isfinite({name}::DOUBLE) THEN {name} END" if family(field.storage) == "number" else name
    row = run.table.query(f"SELECT quantile_disc({finite}, 0.5)::VARCHAR AS m, max({finite})::VARCHAR AS top FROM t")
    middle, top = row.iloc[0].tolist()
    if not isinstance(middle, str):
        return f"{field.name} holds no finite value, so nothing is said of how it is spread over groups."
    sign, said = (">=", "at least") if middle == top else (">", "above")
    is_number = family(field.storage) == "number"
    literal = f"({middle})" if is_number else f"{sql_literal(middle)}::{field.storage}"
    shown = number(float(middle)) if is_number else middle.removesuffix(" 00:00:00")
    return Positive(f"{name} {sign} {literal}", f"{said} {shown}", f"{field.name} {said} {shown}", "its median")
