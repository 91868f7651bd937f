"""Vega expressions that say which rows stay, read as filters; nothing is ever evaluated."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from observatory.model import Filter

LONGEST, DEEPEST = 2_000, 20
Op = Literal["equal", "lt", "lte", "gt", "gte"]
_DATUM = r"""datum\s*(?:\.\s*(?P<name>[A-Za-z_$][\w$]*)|\[\s*(?P<quoted>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*\])"""
_LITERAL = (
    r"""(?P<literal>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|true|false|null)"""
)
_FORWARD = re.compile(rf"{_DATUM}\s*(?P<op>===?|!==?|<=|>=|<|>)\s*{_LITERAL}$")
_BACKWARD = re.compile(rf"{_LITERAL}\s*(?P<op>===?|!==?|<=|>=|<|>)\s*{_DATUM}$")
_VALID = re.compile(rf"(?:isValid|isFinite)\s*\(\s*{_DATUM}\s*\)$")
_OPS: dict[str, Op] = {"==": "equal", "===": "equal", "<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
_TURNED: dict[Op, Op] = {"equal": "equal", "lt": "gt", "lte": "gte", "gt": "lt", "gte": "lte"}
_TOKEN = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|&&|\|\||[()\[\]]|[^'"&|()\[\]]+|.""", re.DOTALL)


@dataclass(frozen=True)
class Condition:
    """What is known of a condition on rows: filters, whether all of it is understood, and whether they say it all."""

    filters: tuple[Filter, ...] = ()
    understood: bool = True
    exact: bool = True


def condition_of(expression: str) -> Condition:
    """The comparisons with constants that an expression joins by `&&`; values of a field may be joined by `||`.

    >>> condition_of("datum.year > 2000 && datum['x'] === 'a'").filters[1]
    Filter(field='x', op='equal', value='a', negated=False)
    >>> condition_of("year(datum.date) == 2000").understood
    False
    """
    read = [_comparison(part) for part in _conjuncts(expression)]
    filters = tuple(item for item in read if item is not None)
    return Condition(filters, None not in read, None not in read)


def negated(filter: Filter) -> Filter:
    """All other rows, those without a value among them.

    >>> negated(Filter("a", "valid", True))
    Filter(field='a', op='valid', value=False, negated=False)
    """
    if filter.op == "valid":
        return replace(filter, value=not filter.value)
    return replace(filter, negated=not filter.negated)


def _conjuncts(expression: str, deep: int = 0) -> list[str]:
    """The operands of `&&` outside all brackets, or alternatives as one; an empty one for what is too long or deep."""
    if len(expression) > LONGEST or deep > DEEPEST:
        return [""]
    if len(_split(expression, "||")) > 1:
        return [expression.strip()]
    return [inner for part in _split(expression, "&&") for inner in _opened(part, deep)]


def _split(expression: str, operator: str) -> list[str]:
    """The operands of an operator outside all brackets."""
    parts, depth = [""], 0
    for piece in _TOKEN.findall(expression):
        depth += (piece in "([") - (piece in ")]") if len(piece) == 1 else 0
        if piece == operator and depth == 0:
            parts.append("")
        else:
            parts[-1] += piece
    return [part.strip() for part in parts]


def _opened(part: str, deep: int) -> list[str]:
    """What stands in a pair of brackets around a whole operand."""
    if part.startswith("(") and part.endswith(")") and _closes(part) == len(part) - 1:
        return _conjuncts(part[1:-1], deep + 1)
    return [part]


def _closes(part: str) -> int:
    """The place of the bracket that closes the first one, or -1."""
    depth = place = 0
    for piece in _TOKEN.findall(part):
        depth += (piece in "([") - (piece in ")]") if len(piece) == 1 else 0
        place += len(piece)
        if depth == 0:
            return place - 1
    return -1


def _comparison(part: str) -> Filter | None:
    """The filter that a comparison or its negation says, None for what is not understood."""
    alternatives = _split(part, "||")
    if len(alternatives) > 1:
        opened = [_opened(one, 1) for one in alternatives]
        return _one_of([_comparison(parts[0]) if len(parts) == 1 else None for parts in opened])
    if not part.startswith("!"):
        return _compared(part)
    inner = _conjuncts(part[1:].strip(), 1)
    said = _compared(inner[0]) if len(inner) == 1 and _is_whole(part[1:].strip()) else None
    return None if said is None else negated(said)


def _one_of(alternatives: list[Filter | None]) -> Filter | None:
    """Values of one field, any of which will do."""
    known = [one for one in alternatives if one is not None and one.op in ("equal", "oneOf") and not one.negated]
    if len(known) < len(alternatives) or len({one.field for one in known}) > 1:
        return None
    values = [value for one in known for value in (one.value if one.op == "oneOf" else [one.value])]
    return Filter(known[0].field, "oneOf", values)


def _is_whole(operand: str) -> bool:
    """Whether `!` before an operand negates all of it: brackets, or the call of a function."""
    return _closes(operand[operand.find("(") :]) == len(operand) - operand.find("(") - 1 if "(" in operand else False


def _compared(part: str) -> Filter | None:
    valid = _VALID.match(part)
    if valid is not None:
        return Filter(valid["name"] or _text(valid["quoted"]), "valid", True)
    found, turned = _FORWARD.match(part), False
    if found is None:
        found, turned = _BACKWARD.match(part), True
    if found is None:
        return None
    name = found["name"] or _text(found["quoted"])
    different, value = found["op"].startswith("!"), _value(found["literal"])
    op: Op = "equal" if different else _OPS[found["op"]]
    if value is None:
        return Filter(name, "valid", different) if op == "equal" else None
    return Filter(name, _TURNED[op] if turned else op, value, different)


def _value(literal: str) -> Any:
    if literal[0] in "'\"":
        return _text(literal)
    if literal in ("true", "false", "null"):
        return {"true": True, "false": False, "null": None}[literal]
    number = float(literal)
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _text(quoted: str) -> str:
    return re.sub(r"\\(.)", r"\1", quoted[1:-1])


OPS = (*get_args(Op), "range", "oneOf")
"""The comparisons of Vega-Lite's field predicates that a Filter can hold."""
