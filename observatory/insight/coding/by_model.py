"""The model's part in chart code: it writes a function, and mends what fails, a bounded number of times."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from observatory.errors import LLMError
from observatory.insight.coding import replies
from observatory.insight.coding.mend import TryCode, mend
from observatory.insight.prompts import fill
from observatory.insight.sheet import Sheet, is_public
from observatory.model import Attempt, Wish

if TYPE_CHECKING:
    from observatory.llm import LLM

MOST_ROUNDS = 2
"""Repairs that a model is asked for, each followed by the sandbox's own suggestions."""
_TOKENS = 700


def written(llm: LLM, known: Sheet, question: str, read: Wish, try_code: TryCode) -> list[Attempt]:
    """The attempts at code that a model writes for a question; raises LLMError where it does not answer at first."""
    slots = {"question": json.dumps(question[:500], ensure_ascii=False), "hint": _hint(read, known)}
    code = replies.code_in(_asked(llm, known, fill("code_task", **slots)), known)
    attempts = mend(code, try_code, "generate", "llm")
    return attempts if attempts[-1].ok else attempts + repaired(llm, known, attempts, try_code)


def repaired(llm: LLM, known: Sheet, failed: list[Attempt], try_code: TryCode) -> list[Attempt]:
    """The attempts at mending what failed; code that comes back as it was ends them, as does a silent model."""
    attempts: list[Attempt] = []
    for _ in range(MOST_ROUNDS):
        last = [*failed, *attempts][-1]
        code, error = last.code or "", last.error or "It gave no chart."
        slots = {"code": replies.for_prompt(code, known), "error": replies.said(error, code, known)}
        try:
            new = replies.code_in(_asked(llm, known, fill("code_repair", **slots)), known)
        except LLMError as exc:
            return [*attempts, Attempt("repair", "llm", False, error=exc.message)]
        if new.strip() in {(a.code or "").strip() for a in (*failed, *attempts)}:
            return [*attempts, Attempt("repair", "llm", False, new, error="The model gave back code that had failed.")]
        attempts += mend(new, try_code, "repair", "llm", "The model wrote the code anew.")
        if attempts[-1].ok:
            break
    return attempts


def _asked(llm: LLM, known: Sheet, task: str) -> str:
    messages = [
        {"role": "system", "content": fill("code_system")},
        {"role": "user", "content": f"{fill('data', data=known.text)}\n{task}"},
    ]
    return llm.complete(messages, max_tokens=_TOKENS)


def _hint(read: Wish, known: Sheet) -> str:
    """What the rules read of the question, by the labels of the sheet."""
    shown = [(known.label(f.field) if f.field else "number of rows", f.aggregate) for f in read.fields]
    parts = [f"{how} of {label}" if how and label != "number of rows" else label for label, how in shown if label]
    kept = [
        f"{label} {f.op} {f.value}"
        for f in read.filters
        if (label := known.label(f.field)) and not isinstance(f.value, list) and is_public(f.value)
    ]
    said = [f"shows {', '.join(parts)}"] if parts else []
    said += [f"keeps rows where {' and '.join(kept)}"] if kept else []
    said += [f"mark {read.mark}"] if read.mark else []
    return f"Rules read it as: {'; '.join(said)}." if said else ""
