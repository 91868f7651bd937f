"""The JSON in what a model said: all of it, in a code fence, or with words around it; checked against a schema."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

from observatory.errors import LLMInvalidReply

_FENCE = re.compile(r"```[\w-]*\n?(.*?)```", re.DOTALL)
_THOUGHTS = re.compile(r"<think>.*?</think>", re.DOTALL)
_OPENING = re.compile(r"[\[{]")
_MOST_TRIES, _LONGEST_LITERAL = 100, 20_000
_HINT = "Ask again, or use a larger model."


def extract(text: str, schema: Mapping[str, Any], ended: str | None = None) -> str:
    """The first JSON value in a text that is valid under the schema, as JSON text; `ended` is why the text ends.

    Raises LLMInvalidReply, whose cause says what is wrong.

    >>> extract("Sure! ```json\\n{'mark': 'bar',}\\n```", {"type": "object", "required": ["mark"]})
    '{"mark": "bar"}'
    """
    from jsonschema.exceptions import best_match
    from jsonschema.validators import Draft202012Validator, validator_for

    validator = validator_for(schema, default=Draft202012Validator)(schema)
    problem: Exception | None = None
    for value in _values(_THOUGHTS.sub("", text)):
        error = best_match(validator.iter_errors(value))
        if error is None:
            return json.dumps(value, ensure_ascii=False)
        problem = problem or ValueError(f"{error.json_path}: {error.message[:200]}")
    if ended == "length":
        raise LLMInvalidReply("The model's answer was cut off.", _HINT) from problem
    what = "lacks what was asked for" if problem else "is not the JSON that was asked for"
    raise LLMInvalidReply(f"The model's answer {what}.", _HINT) from problem or ValueError("there is no JSON in it")


def _values(text: str) -> Iterator[Any]:
    """The values in a text, likeliest first; Python's spelling (single quotes, True) is read after JSON's."""
    wholes = [text, *_FENCE.findall(text)]
    for whole in wholes:
        yield from _json(whole)
    yield from _inside(text)
    for whole in [*wholes, text[text.find("{") : text.rfind("}") + 1]]:
        yield from _literal(whole)


def _json(text: str) -> list[Any]:
    try:
        return [_decoder.decode(text.strip())]
    except (ValueError, RecursionError):
        return []


def _inside(text: str) -> Iterator[Any]:
    """Objects and arrays wherever one begins, but for those within others."""
    position = 0
    for _ in range(_MOST_TRIES):
        opening = _OPENING.search(text, position)
        if opening is None:
            return
        try:
            value, position = _decoder.raw_decode(text, opening.start())
        except (ValueError, RecursionError):
            position = opening.end()
        else:
            yield value


def _literal(text: str) -> list[Any]:
    if len(text) > _LONGEST_LITERAL or "\\" in text:
        return []
    try:
        return [_decoder.decode(json.dumps(ast.literal_eval(text.strip())))]
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return []


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_decoder = json.JSONDecoder(parse_constant=_no_constant)
