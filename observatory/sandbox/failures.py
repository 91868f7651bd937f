"""What chart code raised, as a plain sentence with the line of the code where it happened."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches
from types import TracebackType
from typing import Any

from altair.utils.schemapi import SchemaValidationError

from observatory.errors import ChartCodeError, ChartCodeFailed, ChartCodeRejected
from observatory.sandbox.allowed import ATTRIBUTES, BUILTINS, MODULES
from observatory.sandbox.fixes import suggest
from observatory.sandbox.fixes.at_hand import AtHand, at_hand
from observatory.sandbox.fixes.columns import summed
from observatory.sandbox.fixes.said import said, syntax_hint
from observatory.sandbox.fixes.told import changed_line, told
from observatory.sandbox.fixes.words import useful
from observatory.sandbox.hints import import_hint, member_hint
from observatory.sandbox.reading import FILENAME
from observatory.sandbox.sealing import frame_of

_LONGEST = 300
_LONGEST_READ = 4_000
_LONGEST_MENDED = 20_000
_UNTYPED = re.compile(r"Unable to determine data type for the field \"(.*?)\"; verify", re.DOTALL)
_NO_ATTRIBUTE = re.compile(r"^(?:'(\w+)' object|module '([\w.]+)'|type object '(\w+)') has no attribute '(\w+)'")
_DEFINE = "Define it before this line; the table of the data set is called data."
_NO_PARAMETER = re.compile(r"`(\w+)` has no parameter named '(.*?)'", re.DOTALL)
_LOOK = "Check the values on this line."
_LOOK_UP = "Look its values up in Altair's documentation."
_DOCUMENTED = "Use what is in its documentation; what reads or writes files is left out of it here."
_PLAIN = frozenset(
    (_LOOK, _LOOK_UP, _DOCUMENTED, _DEFINE, "Leave it out.", "Give it in the brackets.", "Mend the line.")
)
_LISTS = ("It has ", "It may be ", "It takes ", "The columns are ")
"""Hints that say less than a suggested change does, and how others of them begin."""


def described(error: BaseException, code: str, columns: Sequence[str], numbers: Collection[str] = ()) -> dict[str, Any]:
    """The error as `{"type", "message", "hint", "line", "fix"}`, whatever it is and whatever it does when asked.

    >>> described(KeyError("Clas"), "data['Clas']", ["class"])["hint"]
    'Did you mean “class”?'
    """
    try:
        found = _plainly(error, code, columns)
    except BaseException:  # an exception of the code's own making may raise when it is read
        found = ChartCodeFailed("The code failed, and its error cannot be read.", "Write it more plainly.")
    shown = found.to_dict()
    shown["fix"] = fix = _fix(code, error, columns, numbers)
    shown["hint"] = _hint(shown["message"], shown["hint"], code, fix)
    shown |= {"message": _short(shown["message"], 600), "hint": _short(shown["hint"], 600)}
    shown["line"] = found.line if found.line is not None else line_of(error)
    if shown["line"] is None and fix is not None and not isinstance(found, ChartCodeRejected):
        shown["line"] = changed_line(code, fix)
    return shown


def _fix(code: str, error: BaseException, columns: Sequence[str], numbers: Collection[str]) -> str | None:
    try:
        return suggest(code, error, columns, numbers) if len(str(error)) < _LONGEST_MENDED else None
    except BaseException:  # as above
        return None


def _hint(message: str, hint: str, code: str, fix: str | None) -> str:
    """The hint, or what the suggested change does where the hint says less or something else."""
    meant = re.fullmatch(r"Did you mean “(.*)”\?", hint)
    known = fix is not None and meant is not None and fix.count(meant[1]) > code.count(meant[1])
    if fix is not None and not known and (meant or hint in _PLAIN or hint.startswith(_LISTS)):
        hint = told(code, fix) or ("" if meant else hint)
    if hint == "Mend the line.":
        hint = syntax_hint(message)
    return hint


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
    """What an error says; of a long text, its beginning and its end."""
    try:
        text = str(error)
    except BaseException:
        return ""
    return text if len(text) <= _LONGEST_READ else f"{text[: _LONGEST_READ // 2]} … {text[-_LONGEST_READ // 2 :]}"


def _plainly(error: BaseException, code: str, columns: Sequence[str]) -> ChartCodeError:
    if isinstance(error, ChartCodeError):
        return error
    text, hand = _text(error), at_hand(error)
    if isinstance(error, KeyError):
        return _missing(error, columns, hand)
    if found := _UNTYPED.search(text):
        return _untyped(found[1], code, columns, hand)
    if isinstance(error, NameError):
        return _undefined(error, code, columns)
    if known := said(text, hand):
        return ChartCodeFailed(*known, line=_line_said(text, code))
    if isinstance(error, SchemaValidationError):
        return _schema(text, code)
    if isinstance(error, AttributeError) and (gone := _NO_ATTRIBUTE.match(text)):
        return _no_attribute(error, gone, columns)
    if isinstance(error, (ImportError, PermissionError)):
        return ChartCodeRejected(_sentence(text) or "This cannot be imported in chart code.", "Leave it out.")
    for kind, message, hint in _KINDS:
        if isinstance(error, kind):
            return ChartCodeFailed(message, hint)
    name = type(error).__name__[:60]
    message = f"The code failed with {name}: {_sentence(_short(text))}" if text else f"The code failed with {name}."
    return ChartCodeFailed(message, _LOOK)


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
    """The known name that differs from a name and is near it."""
    names = [each for each in dict.fromkeys(known) if each != name]
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


def _no_column(name: str, columns: Sequence[str], hand: AtHand, line: int | None = None) -> ChartCodeFailed:
    known = hand.columns or columns
    listed = ", ".join(known[:12]) + (" …" if len(known) > 12 else "")
    hint = _did_you_mean(name, known, f"The columns are {listed}." if known else "The table has no columns.")
    if name in hand.index:
        hint = f"“{name[:60]}” is the index of this table. Add .reset_index() to make it a column."
    where = " in this table" if name in columns and name not in known else ""
    return ChartCodeFailed(f"There is no column “{name[:60]}”{where}.", hint, line=line)


def _untyped(name: str, code: str, columns: Sequence[str], hand: AtHand) -> ChartCodeFailed:
    """A column of a chart of which nothing is known."""
    name = summed(name)
    line = _line_of_text(name, code)
    if re.search(rf"['\"]count\(\s*{re.escape(name)}\s*\)(:\w+)?['\"]", code):
        return ChartCodeFailed("count() takes no column: it counts rows.", "Write count().", line=line)
    return _no_column(name, columns, hand, line)


def _line_of_text(name: str, code: str) -> int | None:
    """The line on which a name stands in quotes, alone or in a shorthand; else the only one on which it stands."""
    written = "|".join({re.escape(name), re.escape(repr(name)[1:-1]), re.escape(name.replace("'", "\\'"))})
    quoted = re.compile(rf"(['\"])(?:\w+\()?(?:{written})\)?(?::\w+)?\1")
    lines = [number for number, line in enumerate(code.splitlines(), 1) if quoted.search(line)]
    return lines[0] if lines else _only_line(rf"(?<!\w)(?:{written})(?!\w)", code)


def _line_said(text: str, code: str) -> int | None:
    """The line of a type that is none, or of a column without a type, which Altair finds after the code has run."""
    if found := re.search(r"^\"(.*?)\" is not one of the valid encoding", text):
        return _only_line(rf":{re.escape(found[1])}\b", code)
    if found := re.search(r"^(.+?) encoding field is specified without", text):
        return _line_of_text(found[1], code)
    return None


_LISTED = ("not in index", "are in the", "are not present", "labels are not columns")
_ELSEWHERE = (
    r"Column\(s\) \['(.*?)'",
    r"Column not found: (.+)",
    r"The grouper name (.+) is not found",
    r"^'(.+)' not in",
    r"^\['(.+?)'.*\] not found in axis",
)


def _missing(error: KeyError, columns: Sequence[str], hand: AtHand) -> ChartCodeFailed:
    key = error.args[0] if error.args else ""
    if hand.is_plain and isinstance(key, str):
        return ChartCodeFailed(f"There is no “{key[:60]}” in this dictionary.", "Check the name.")
    if isinstance(key, list) and key and all(isinstance(name, str) for name in key):
        return _no_column(key[0], columns, hand)
    if not isinstance(key, str):
        return ChartCodeFailed(f"There is no “{_short(repr(key), 60)}” here.", "Check the name or number.")
    listed = re.findall(r"'((?:[^'\\]|\\.)*)'", key) if any(sign in key for sign in _LISTED) else []
    listed = [name for name in listed if name not in ("str", "object")]
    known = hand.columns or columns
    if listed:
        return _no_column(next((name for name in listed if name not in known), listed[0]), columns, hand)
    for pattern in _ELSEWHERE:
        if found := re.search(pattern, key):
            return _no_column(found[1], columns, hand)
    return _no_column(key, columns, hand)


def _undefined(error: NameError, code: str, columns: Sequence[str]) -> ChartCodeFailed:
    name = str(error.name or "") or (re.findall(r"'(\w+)'", _text(error)) or [""])[0]
    if name in ("plt", "sns", "px", "go"):
        return ChartCodeFailed(f"The name “{name}” is not defined.", import_hint("matplotlib"))
    if name in columns:
        return ChartCodeFailed(f"The name “{name[:60]}” is not defined.", f'Write data["{name}"] for the column.')
    words = [word for word in re.findall(r"[A-Za-z]\w*", code) if word != name]
    hint = _did_you_mean(name, ["data", "alt", "pd", "np", *BUILTINS, *words], _DEFINE)
    return ChartCodeFailed(f"The name “{name[:60]}” is not defined.", hint)


def _no_attribute(error: AttributeError, gone: re.Match[str], columns: Sequence[str]) -> ChartCodeFailed:
    kind, module, cls, name = gone.groups()
    if module:
        hint = member_hint(name) or _did_you_mean(name, MODULES.get(module, ()), _DOCUMENTED)
        return ChartCodeFailed(f"“{module}” has no “{name[:60]}” in chart code.", hint)
    has = ATTRIBUTES.intersection(useful(error.obj)) if error.obj is not None else ATTRIBUTES
    if kind == "DataFrame":
        names = [str(column) for column in error.obj.columns[:5000]] if hasattr(error.obj, "columns") else columns
        hint = member_hint(name) or _did_you_mean(name, [*names, *has], "Use a column or a method of pandas.")
        return ChartCodeFailed(f"There is no column or method “{name[:60]}”.", hint)
    hint = member_hint(name) or _did_you_mean(name, has, _DOCUMENTED)
    what = _KINDS_OF.get(kind or cls, f"{'An' if (kind or cls)[0] in 'AEIOU' else 'A'} {kind or cls}")
    return ChartCodeFailed(f"{what} has no “{name[:60]}”.", hint)


_KINDS_OF = {
    **dict.fromkeys(("DatetimeProperties", "DatetimeArray", "DatetimeIndex"), "A column of dates"),
    **dict.fromkeys(("StringMethods", "ArrowStringArray"), "A column of text"),
    **dict.fromkeys(("Timestamp", "datetime"), "A date"),
    **dict.fromkeys(("GetAttrExpression", "GetItemExpression"), "A column of alt.datum"),
}


def _schema(text: str, code: str) -> ChartCodeFailed:
    """The first of Altair's findings, without its tables."""
    text = text.removeprefix("Multiple errors were found.").strip()
    first = re.split(r"\n\s*\n(?=Error \d+:)", text)[0]
    first = re.sub(r"^Error \d+:\s*", "", first)
    if found := _NO_PARAMETER.search(first):
        owner, name = found[1], found[2][:60]
        known = re.findall(r"\b[a-z]\w*\b", first.partition("names are:")[2].partition("See the help")[0])
        hint = _did_you_mean(name, known, f"It has {', '.join(sorted(known)[:20])}.")
        return ChartCodeFailed(f"{owner} has no parameter “{name}”.", hint, line=_line_with(name, code))
    message, _, rest = first.partition("Valid values are")
    if found := re.search(r"invalid value for `(\w+)`[\s\S]*\('(\w+)' was unexpected\)", first):
        return ChartCodeFailed(f"{found[1]} has no “{found[2][:60]}”.", _LOOK_UP, line=_line_with(found[2], code))
    named = re.search(r"for `(\w+)`", message)
    line = _line_with(named[1], code) if named else None
    wrong = re.match(r"'([\s\S]*?)' is an invalid value for `(\w+)`", message)
    if wrong is None:
        return ChartCodeFailed(_sentence(message.replace("`", "")), _valid("", rest), line=line)
    shown = f"“{_short(wrong[1], 40)}” is not a value of {wrong[2]}."
    return ChartCodeFailed(shown, _valid(wrong[1], rest), line=line)


def _valid(value: str, listed: str) -> str:
    """What may stand in a place, of Altair's list of it: the nearest word, or the first dozen."""
    words = list(dict.fromkeys(re.findall(r"'([\w.-]+)'", listed)))
    if words:
        shown = ", ".join(words[:12]) + (" …" if len(words) > 12 else "")
        return _did_you_mean(value, words, f"It may be {shown}.")
    kinds = re.search(r"[Oo]f type `(.*?)`", listed)
    names = [_TYPES[kind] for kind in re.findall(r"\w+", kinds[1]) if kind in _TYPES] if kinds else []
    return f"It takes {' or '.join(dict.fromkeys(names))}." if names else _LOOK_UP


_TYPES = {
    "str": "text",
    "float": "a number",
    "int": "a number",
    "bool": "True or False",
    "None": "None",
    "Sequence": "a list",
    "Mapping": "a dictionary",
}


def _line_with(name: str, code: str) -> int | None:
    """The only line on which a parameter is named."""
    return _only_line(rf"\b{re.escape(name)}\b\s*[=(]", code)


def _only_line(pattern: str, code: str) -> int | None:
    lines = [number for number, line in enumerate(code.splitlines(), 1) if re.search(pattern, line)]
    return lines[0] if len(lines) == 1 else None
