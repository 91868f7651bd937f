"""What chart code raised, as a plain sentence with the line of the code where it happened."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from types import TracebackType
from typing import Any

from altair.utils.schemapi import SchemaValidationError

from observatory.errors import ChartCodeError, ChartCodeFailed, ChartCodeRejected
from observatory.sandbox.allowed import ATTRIBUTES, BUILTINS, MODULES
from observatory.sandbox.fixes import suggest
from observatory.sandbox.fixes.columns import summed
from observatory.sandbox.reading import FILENAME
from observatory.sandbox.sealing import frame_of

_LONGEST = 300
_LONGEST_READ = 4_000
_UNTYPED = re.compile(r"Unable to determine data type for the field \"(.*?)\"", re.DOTALL)
_NO_ATTRIBUTE = re.compile(r"^(?:'(\w+)' object|module '([\w.]+)'|type object '(\w+)') has no attribute '(\w+)'")
_DEFINE = "Define it before this line; the table of the data set is called data."
_NO_PARAMETER = re.compile(r"`(\w+)` has no parameter named '(.*?)'", re.DOTALL)


def described(error: BaseException, code: str, columns: Sequence[str]) -> dict[str, Any]:
    """The error as `{"type", "message", "hint", "line", "fix"}`, whatever it is and whatever it does when asked.

    >>> described(KeyError("Clas"), "data['Clas']", ["class"])["hint"]
    'Did you mean “class”?'
    """
    try:
        found = _plainly(error, code, columns)
    except BaseException:  # an exception of the code's own making may raise when it is read
        found = ChartCodeFailed("The code failed, and its error cannot be read.", "Write it more plainly.")
    shown = found.to_dict()
    shown |= {"message": _short(shown["message"], 600), "hint": _short(shown["hint"], 600)}
    shown["line"] = found.line if found.line is not None else line_of(error)
    shown["fix"] = _fix(code, error, columns)
    return shown


def _fix(code: str, error: BaseException, columns: Sequence[str]) -> str | None:
    try:
        return suggest(code, error, columns) if len(_text(error)) < _LONGEST_READ else None
    except BaseException:  # as above
        return None


def line_of(error: BaseException) -> int | None:
    """The line of the chart code that was running when the error arose, the innermost where functions call others."""
    line, step = None, _trace(error)
    while step is not None:
        if frame_of(step).f_code.co_filename == FILENAME:
            line = step.tb_lineno
        step = step.tb_next
    return line


def _trace(error: BaseException) -> TracebackType | None:
    return BaseException.__dict__["__traceback__"].__get__(error)  # type: ignore[no-any-return]


def _short(text: str, most: int = _LONGEST) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= most else plain[: most - 1] + "…"


def _text(error: BaseException) -> str:
    try:
        return str(error)[:_LONGEST_READ]
    except BaseException:
        return ""


def _plainly(error: BaseException, code: str, columns: Sequence[str]) -> ChartCodeError:
    if isinstance(error, ChartCodeError):
        return error
    if isinstance(error, SchemaValidationError):
        return _schema(error, code)
    text = _text(error)
    if isinstance(error, KeyError):
        return _missing(error, columns)
    if found := _UNTYPED.search(text):
        name = summed(found[1])
        return _no_column(name, columns, line=_only_line(rf"(?<!\w){re.escape(name)}(?!\w)", code))
    if isinstance(error, NameError):
        return _undefined(error, code, columns)
    if isinstance(error, AttributeError) and (gone := _NO_ATTRIBUTE.match(text)):
        return _no_attribute(gone, columns)
    if isinstance(error, (ImportError, PermissionError)):
        return ChartCodeRejected(_sentence(text) or "This cannot be imported in chart code.", "Leave it out.")
    for kind, message, hint in _KINDS:
        if isinstance(error, kind):
            return ChartCodeFailed(message, hint)
    name = type(error).__name__[:60]
    said = f"The code failed with {name}: {_sentence(_short(text))}" if text else f"The code failed with {name}."
    return ChartCodeFailed(said, "Check the values on this line.")


_KINDS: tuple[tuple[type[BaseException], str, str], ...] = (
    (MemoryError, "The code needs more memory than chart code has.", "Use fewer rows, or aggregate them first."),
    (RecursionError, "A function calls itself too many times.", "Use a loop, or pandas."),
    (SystemExit, "The code ends itself before it gives a chart.", "Leave exit() out."),
    (KeyboardInterrupt, "The code interrupts itself before it gives a chart.", "Leave that out."),
    (GeneratorExit, "The code ends itself before it gives a chart.", "Leave that out."),
)


def _sentence(text: str) -> str:
    plain = _short(text).rstrip()
    return plain if not plain or plain[-1] in ".!?…" else f"{plain}."


def _closest(name: str, known: Iterable[str]) -> str:
    names = list(dict.fromkeys(known))
    lowered = {each.casefold(): each for each in names}
    if same := lowered.get(name.casefold()):
        return same
    close = get_close_matches(name, names, n=1, cutoff=0.6) or get_close_matches(
        name.casefold(), lowered, n=1, cutoff=0.6
    )
    return lowered.get(close[0], close[0]) if close else ""


def _did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    close = _closest(name, known)
    return f"Did you mean “{close}”?" if close else otherwise


def _no_column(name: str, columns: Sequence[str], line: int | None = None) -> ChartCodeFailed:
    listed = ", ".join(columns[:12]) + (" …" if len(columns) > 12 else "")
    hint = _did_you_mean(name, columns, f"The columns are {listed}." if columns else "The table has no columns.")
    return ChartCodeFailed(f"There is no column “{name[:60]}”.", hint, line=line)


_LISTED = ("not in index", "are in the", "are not present", "labels are not columns")
_ELSEWHERE = (
    r"Column\(s\) \['(.*?)'",
    r"Column not found: (.+)",
    r"The grouper name (.+) is not found",
    r"^'(.+)' not in",
)


def _missing(error: KeyError, columns: Sequence[str]) -> ChartCodeFailed:
    key = error.args[0] if error.args else ""
    if isinstance(key, list) and key and all(isinstance(name, str) for name in key):
        return _no_column(key[0], columns)
    if not isinstance(key, str):
        return ChartCodeFailed(f"There is no “{_short(repr(key), 60)}” here.", "Check the name or number.")
    listed = re.findall(r"'((?:[^'\\]|\\.)*)'", key) if any(sign in key for sign in _LISTED) else []
    listed = [name for name in listed if name not in ("str", "object")]
    if listed:
        return _no_column(next((name for name in listed if name not in columns), listed[0]), columns)
    for pattern in _ELSEWHERE:
        if found := re.search(pattern, key):
            return _no_column(found[1], columns)
    return _no_column(key, columns)


def _undefined(error: NameError, code: str, columns: Sequence[str]) -> ChartCodeFailed:
    name = str(error.name or "") or (re.findall(r"'(\w+)'", _text(error)) or [""])[0]
    if name in columns:
        return ChartCodeFailed(f"The name “{name[:60]}” is not defined.", f'Write data["{name}"] for the column.')
    words = [word for word in re.findall(r"[A-Za-z]\w*", code) if word != name]
    hint = _did_you_mean(name, ["data", "alt", "pd", "np", *BUILTINS, *words], _DEFINE)
    return ChartCodeFailed(f"The name “{name[:60]}” is not defined.", hint)


def _no_attribute(gone: re.Match[str], columns: Sequence[str]) -> ChartCodeFailed:
    kind, module, cls, name = gone.groups()
    if module:
        hint = _did_you_mean(name, MODULES.get(module, ()), "Use what is in its documentation.")
        return ChartCodeFailed(f"“{module}” has no “{name[:60]}” in chart code.", hint)
    if kind == "DataFrame":
        hint = _did_you_mean(name, [*columns, *ATTRIBUTES], "Use a column or a method of pandas.")
        return ChartCodeFailed(f"There is no column or method “{name[:60]}”.", hint)
    hint = _did_you_mean(name, ATTRIBUTES, "Use what is in its documentation.")
    return ChartCodeFailed(f"A {kind or cls} has no “{name[:60]}”.", hint)


def _schema(error: SchemaValidationError, code: str) -> ChartCodeFailed:
    """The first of Altair's findings, without its tables."""
    text = _text(error).removeprefix("Multiple errors were found.").strip()
    first = re.split(r"\n\s*\n(?=Error \d+:)", text)[0]
    first = re.sub(r"^Error \d+:\s*", "", first)
    if found := _NO_PARAMETER.search(first):
        owner, name = found[1], found[2][:60]
        known = re.findall(r"\b[a-z]\w*\b", first.partition("names are:")[2].partition("See the help")[0])
        hint = _did_you_mean(name, known, f"It has {', '.join(sorted(known)[:20])}.")
        return ChartCodeFailed(f"{owner} has no parameter “{name}”.", hint, line=_line_with(name, code))
    said, _, rest = first.partition("Valid values are")
    named = re.search(r"for `(\w+)`", said)
    hint = f"Valid are {_short(rest.lstrip(':'))}" if rest else "Look its values up in Altair's documentation."
    return ChartCodeFailed(_sentence(said.replace("`", "")), hint, line=_line_with(named[1], code) if named else None)


def _line_with(name: str, code: str) -> int | None:
    """The only line on which a parameter is named."""
    return _only_line(rf"\b{re.escape(name)}\b\s*[=(]", code)


def _only_line(pattern: str, code: str) -> int | None:
    lines = [number for number, line in enumerate(code.splitlines(), 1) if re.search(pattern, line)]
    return lines[0] if len(lines) == 1 else None
