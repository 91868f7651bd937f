"""Free code first: a larger model's own chart, kept only where it shows what the question says outright."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from observatory.errors import LLMError
from observatory.insight.coding.by_model import written
from observatory.insight.coding.mend import TryCode
from observatory.insight.coding.salvage import aggregates_in
from observatory.insight.sheet import sheet
from observatory.insight.wording import mark_of
from observatory.model import Attempt, Profile, Wish

if TYPE_CHECKING:
    from observatory.llm import LLM


def free_code(llm: LLM, profile: Profile, question: str, read: Wish, try_code: TryCode) -> list[Attempt]:
    """The attempts at a chart that the model codes itself; the last one is `ok` if it shows what was asked for.

    A chart that lacks what the question says outright is not `ok`, and its error says what is missing. A model that
    does not answer gives one attempt that says so.
    """
    known = sheet(profile, question)
    try:
        attempts = written(llm, known, question, read, try_code)
    except LLMError as exc:
        return [Attempt("generate", "llm", False, error=exc.message)]
    last = attempts[-1]
    if last.ok and last.spec is not None:
        lacks = missing(read, last.spec, last.code or "")
        if lacks:
            said = f"The chart lacks what the question says: {', '.join(lacks)}."
            attempts[-1] = replace(last, ok=False, error=said)
    return attempts


def missing(read: Wish, spec: Mapping[str, Any], code: str) -> list[str]:
    """What the question says outright and a chart does not show: fields, aggregates, conditions, the mark.

    >>> from observatory.model import Filter, WishedField
    >>> asked = Wish((WishedField("age", "mean"), WishedField("sex")), "bar", None, (Filter("class", "equal", "1st"),))
    >>> missing(asked, {"mark": "bar"}, "encode(x='sex', y='mean(age)')")
    ['rows by class']
    """
    text = f"{code}\n{json.dumps(dict(spec, datasets={}), ensure_ascii=False)}"
    lacks = [f"the field {f.field}" for f in read.fields if f.field is not None and f.field not in text]
    summed = aggregates_in(text)
    lacks += [f"the {f.aggregate} of {f.field}" for f in read.fields if f.field and _is_lost(f.aggregate, summed)]
    for condition in read.filters:
        values = condition.value if isinstance(condition.value, list) else [condition.value]
        said = condition.op == "valid" or any(str(value)[:4] in text for value in values)
        if condition.field not in text or not said:
            lacks.append(f"rows by {condition.field}")
    wanted = {"point": ("point", "circle", "square")}.get(read.mark or "", (read.mark,))
    if read.mark is not None and read.mark != "histogram" and mark_of(spec) not in wanted:
        lacks.append(f"the mark {read.mark}")
    return list(dict.fromkeys(lacks))


def _is_lost(aggregate: str | None, summed: set[str]) -> bool:
    return aggregate in ("mean", "sum", "median", "max", "min") and aggregate not in summed
