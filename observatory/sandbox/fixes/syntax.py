"""Cures for code that is no Python yet: fences, quotes, brackets, colons, commas, indentation."""

from __future__ import annotations

import io
import keyword
import re
import tokenize
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice

from observatory.sandbox.fixes.code import parsed
from observatory.sandbox.fixes.cut import uncut

_STEPS = 10
_TRIED = 40
_LONG = 12_000
_MOST_READ = 1_500_000
"""Characters that are read at most, over all attempts: about a second's work."""
_SIGNS = {
    **dict.fromkeys("“”„‟«»＂", '"'),
    **dict.fromkeys("‘’‚‛′＇`", "'"),
    **dict.fromkeys("\u00a0\u2002\u2003\u2009\u202f\u3000", " "),
    **dict.fromkeys("\u200b\u200c\u200d\ufeff\u00ad", ""),
    **dict(zip("，（）：；＝－–—−×", ",():;=----*")),
    **dict(zip("≤≥≠…", ("<=", ">=", "!=", "..."))),
}
_CLOSES = {"(": ")", "[": "]", "{": "}"}
_Cure = Callable[[str, SyntaxError], Iterator[str]]


def mended(text: str) -> str | None:
    """Code that parses, made of code that does not by a few changes, or None.

    >>> mended("def plot(data)\\n    return (1")
    'def plot(data):\\n    return (1)'
    """
    whole = text = _unfenced(text)
    first = _error(text)
    if first is not None and "unterminated string" in first.msg and re.search(r"[^)\]}'\"\s]\s*\Z", text):
        text = _uncut(text, first) or text
    room = _MOST_READ // (len(text) + 1)
    for _ in range(_STEPS):
        error = _error(text)
        if error is None:
            return text
        tried = list(islice((new for cure in _CURES for new in cure(text, error)), min(_TRIED, room)))
        room -= len(tried)
        better = [(_reach(_error(new)), -at, new) for at, new in enumerate(tried) if new != text]
        best = max(better, default=None)
        if best is None or best[0] <= _reach(error):
            break
        text = best[2]
    return None if first is None else _uncut(whole, first)


def _uncut(text: str, error: SyntaxError) -> str | None:
    """The code that was cut off, without what was begun last."""
    open_ended = re.search(r"never closed|unterminated|EOF|unexpected EOF", error.msg)
    return uncut(text.rstrip(), lambda part: _error(part) is None) if open_ended else None


def _error(text: str) -> SyntaxError | None:
    try:
        parsed(text)
    except SyntaxError as error:
        return error
    except ValueError:
        return SyntaxError("source code cannot contain null bytes")
    return None


def _reach(error: SyntaxError | None) -> tuple[int, int]:
    """How far the code is understood: what is whole reaches furthest."""
    if error is None:
        return (10**9, 0)
    return (error.lineno or 0, error.offset or 0)


def _unfenced(text: str) -> str:
    """The code between Markdown fences, without prompts and commands of notebooks."""
    fenced = re.findall(
        r"^[ \t]*(?:```|~~~)[ \t]*\w*[ \t]*\n(.*?)(?:^[ \t]*(?:```|~~~)|\Z)", text, re.DOTALL | re.MULTILINE
    )
    text = max(fenced, key=len) if fenced else text
    if re.search(r"^>>> ", text, re.MULTILINE):
        text = re.sub(r"^(?:>>>|\.\.\.) ?", "", text, flags=re.MULTILINE)
    text = re.sub(r"^[ \t]*</?\w+>[ \t]*$\n?", "", text, flags=re.MULTILINE)
    return re.sub(
        r"^[ \t]*(?:[%!](?:matplotlib|pip|conda|load_ext|config)\b.*|```\w*)\n?", "", text, flags=re.MULTILINE
    )


def _line(text: str, error: SyntaxError) -> tuple[list[str], int]:
    lines = text.split("\n")
    return lines, min(max((error.lineno or 1) - 1, 0), len(lines) - 1)


def _with(lines: list[str], at: int, new: str) -> str:
    return "\n".join([*lines[:at], new, *lines[at + 1 :]])


def _signs(text: str, error: SyntaxError) -> Iterator[str]:
    """Signs of word processors, on the line of the error or everywhere."""
    table = str.maketrans(_SIGNS)
    lines, at = _line(text, error)
    if lines[at].translate(table) != lines[at]:
        yield _with(lines, at, lines[at].translate(table))
        yield text.translate(table)


def _colon(text: str, error: SyntaxError) -> Iterator[str]:
    """A line that opens a block without a colon."""
    lines, at = _line(text, error)
    if re.match(r"\s*(def|if|elif|else|for|while|with|try|class|except|finally)\b", lines[at]):
        bare, hash_, comment = lines[at].partition("#")
        yield _with(lines, at, f"{bare.rstrip()}:{'  #' + comment if hash_ else ''}")
        yield _with(lines, at, re.sub(r"(?<![=!<>:])=(?!=)", "==", lines[at]))


def _equals(text: str, error: SyntaxError) -> Iterator[str]:
    """A comparison with one sign."""
    if "==" in error.msg:
        lines, at = _line(text, error)
        for found in re.finditer(r"(?<![=!<>])=(?!=)", lines[at]):
            if found.start() >= (error.offset or 1) - 1:
                yield _with(lines, at, f"{lines[at][: found.start()]}=={lines[at][found.end() :]}")


@lru_cache(maxsize=1)
def _tokens(text: str) -> list[tokenize.TokenInfo]:
    """The tokens as far as they can be read; none of a text that would take long."""
    found: list[tokenize.TokenInfo] = []
    if len(text) > _LONG:
        return found
    try:
        found.extend(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return found
    return found


def _brackets(text: str, error: SyntaxError) -> Iterator[str]:
    """Brackets that are not closed, closed twice, or closed by another kind."""
    lines, at = _line(text, error)
    column = (error.offset or 1) - 1
    if "unmatched" in error.msg or "does not match" in error.msg:
        wanted = re.search(r"opening parenthesis '(.)'", error.msg)
        if wanted:
            yield _with(lines, at, lines[at][:column] + _CLOSES[wanted.group(1)] + lines[at][column + 1 :])
            yield _with(lines, at, lines[at][:column] + _CLOSES[wanted.group(1)] + lines[at][column:])
        yield _with(lines, at, lines[at][:column] + lines[at][column + 1 :])
    opened = [token for token in _tokens(text) if token.type == tokenize.OP and token.string in "()[]{}"]
    stack: list[tokenize.TokenInfo] = []
    for token in opened:
        if token.string in _CLOSES:
            stack.append(token)
        elif stack and _CLOSES[stack[-1].string] == token.string:
            stack.pop()
    for first in stack[:2]:
        closers = "".join(_CLOSES[token.string] for token in reversed(stack[stack.index(first) :]))
        yield from _closed(lines, first.start[0] - 1, closers)


def _closed(lines: list[str], opened: int, closers: str) -> Iterator[str]:
    """The closing brackets at the ends of lines where a statement may end."""
    indent = len(lines[opened]) - len(lines[opened].lstrip())
    ends = []
    for at in range(opened, len(lines)):
        if not lines[at].strip():
            continue
        below = next((line for line in lines[at + 1 :] if line.strip()), None)
        if below is None or len(below) - len(below.lstrip()) <= indent:
            ends.append(at)
    for at in ends[:12]:
        bare, hash_, comment = lines[at].partition("  #")
        yield _with(lines, at, bare.rstrip() + closers + hash_ + comment)
        if bare.rstrip().endswith(","):
            yield _with(lines, at, bare.rstrip()[:-1] + closers + hash_ + comment)


def _string(text: str, error: SyntaxError) -> Iterator[str]:
    """A string whose quote is missing at its end."""
    if "unterminated" not in error.msg and "EOL" not in error.msg:
        return
    lines, at = _line(text, error)
    column = (error.offset or 1) - 1
    quote = lines[at][column : column + 1]
    if quote not in ("'", '"'):
        return
    tail = re.search(r"[\])},:]*\s*$", lines[at])
    places = {tail.start() if tail else len(lines[at]), len(lines[at].rstrip())}
    others = [found.start() for found in re.finditer(r"[),\]]", lines[at][:column])]
    places |= {found.start() for found in re.finditer(r"[),\]]", lines[at]) if found.start() > column}
    for place in [*sorted(places, reverse=True)[:12], *others[:12]]:
        yield _with(lines, at, lines[at][:place] + quote + lines[at][place:])


def _comma(text: str, error: SyntaxError) -> Iterator[str]:
    """Two values side by side without a comma."""
    lines, _ = _line(text, error)
    last = error.end_lineno or error.lineno or 1
    before: tokenize.TokenInfo | None = None
    for token in _tokens(text):
        if token.type in (tokenize.NL, tokenize.COMMENT):
            continue
        near = (error.lineno or 1) - 1 <= token.start[0] <= last + 1
        ends = before is not None and (before.type in (1, 2, 3) or before.string in (")", "]", "}"))
        begins = token.type in (1, 2, 3) or token.string in ("{", "[")
        if (
            near
            and ends
            and begins
            and before is not None
            and before.string not in ("return", "in", "lambda", "def", "for")
        ):
            row, column = before.end
            yield _with(lines, row - 1, lines[row - 1][:column] + "," + lines[row - 1][column:])
        before = token


def _indentation(text: str, error: SyntaxError) -> Iterator[str]:
    """Tabs and spaces, a line too far in or out, a block that is not indented."""
    lines, at = _line(text, error)
    if "\t" in text:
        for width in (4, 8):
            yield "\n".join(re.sub(r"^[ \t]+", lambda found: found.group().expandtabs(width), line) for line in lines)  # noqa: B023
    if not isinstance(error, IndentationError):
        return
    own = len(lines[at]) - len(lines[at].lstrip())
    others = {len(line) - len(line.lstrip()) for line in lines[:at] if line.strip()} | {0}
    if "expected an indented block" in error.msg:
        yield "\n".join([*lines[:at], *(f"    {line}" if line.strip() else line for line in lines[at:])])
    for indent in sorted(others, key=lambda other: abs(other - own)):
        yield _with(lines, at, " " * indent + lines[at].lstrip())
        moved = [line[own - indent :] if line[: own - indent].isspace() else line for line in lines[at:]]
        if indent < own:
            yield "\n".join([*lines[:at], *moved])


def _keywords(text: str, error: SyntaxError) -> Iterator[str]:
    """A column that is called as a word of Python is: `x=class`, `data.class`; and `as=`, which is `as_=`."""
    lines, at = _line(text, error)
    if found := re.search(r"(?<=[(, ])(as|from)(?=\s*=(?!=))", lines[at]):
        yield _with(lines, at, f"{lines[at][: found.end()]}_{lines[at][found.end() :]}")
    for found in re.finditer(r"(?<=[=(,\[ ])\w+(?=\s*[,)\]]|$)|\.\w+", lines[at]):
        word = found.group().removeprefix(".")
        if keyword.iskeyword(word) and word not in ("True", "False", "None"):
            new = f"['{word}']" if found.group().startswith(".") else f"'{word}'"
            yield _with(lines, at, lines[at][: found.start()] + new + lines[at][found.end() :])


def _words(text: str, error: SyntaxError) -> Iterator[str]:
    """A line of words that is no code, and a continuation with a space behind it."""
    lines, at = _line(text, error)
    if re.search(r"\\[ \t]+$", lines[at]):
        yield "\n".join(re.sub(r"\\[ \t]+$", r"\\", line) for line in lines)
    if re.fullmatch(r"\s*[A-Z][\w’']*([ ,][\w’'`,-]+){2,}[.:!]?\s*", lines[at]):
        yield "\n".join([*lines[:at], *lines[at + 1 :]])
        yield _with(lines, at, f"# {lines[at].strip()}")


def _continued(text: str, error: SyntaxError) -> Iterator[str]:
    """A statement over several lines that no bracket holds: a sign at the end of a line, a method at the beginning."""
    lines, at = _line(text, error)
    for first in (at, at - 1):
        if first < 0 or "#" in lines[first]:
            continue
        whole, last = lines[first].rstrip(), first
        for number, line in enumerate(lines[first + 1 :], first + 1):
            is_method = re.match(r"\.\w+\(", line.strip()) is not None
            if not is_method and not re.search(r"[-+*/&|]$", whole):
                break
            whole, last = f"{whole}{'' if is_method else ' '}{line.strip()}", number
        if last > first:
            yield "\n".join([*lines[:first], whole, *lines[last + 1 :]])


_CURES: tuple[_Cure, ...] = (
    *(_signs, _colon, _equals, _string, _brackets, _comma, _continued, _indentation, _keywords, _words),
)
