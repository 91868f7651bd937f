"""The JSON round trip that all nouns share."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any, Self


class Record:
    """JSON round trip for the dataclasses below: `from_dict(x.to_dict()) == x`.

    A field whose JSON key is not its Python name says so in `metadata={"key": …}`.
    """

    def to_dict(self) -> dict[str, Any]:
        """The value as plain JSON types."""
        fields = dataclasses.fields(self)  # type: ignore[arg-type]
        return {f.metadata.get("key", f.name): _plain(getattr(self, f.name)) for f in fields}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The value that `to_dict` gave; keys it does not know are ignored."""
        hints = typing.get_type_hints(cls)
        known = {f.name: f.metadata.get("key", f.name) for f in dataclasses.fields(cls)}  # type: ignore[arg-type]
        return cls(**{name: _typed(hints[name], data[key]) for name, key in known.items() if key in data})


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value


def _typed(hint: Any, value: Any) -> Any:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if value is None:
        return None
    if origin in (types.UnionType, typing.Union):
        records = [a for a in args if isinstance(a, type) and issubclass(a, Record)]
        tuples = [a for a in args if typing.get_origin(a) is tuple]
        chosen = (records or tuples or [None])[0]
        return value if chosen is None or not isinstance(value, (Mapping, list)) else _typed(chosen, value)
    if origin is tuple:
        return tuple(_typed(args[0], v) for v in value)
    if isinstance(hint, type) and issubclass(hint, Record):
        return hint.from_dict(value)
    return value
