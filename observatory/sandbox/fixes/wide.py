"""Tables with a column for each group, as other libraries draw them, read as tables with a row for each value."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from observatory.sandbox.fixes.fields import called

_PAIRS = {"pivot_table": ("index", "columns", "values"), "pivot": ("index", "columns", "values")}


@dataclass(frozen=True)
class Wide:
    """The names of a wide table's rows, columns and values."""

    row: str
    column: str
    value: str

    def long(self, table: str) -> str:
        """The text of the long table.

        >>> Wide("class", "sex", "count").long("t")
        "t.rename_axis(index='class').reset_index().melt('class', var_name='sex', value_name='count').dropna()"
        """
        melted = f"melt({self.row!r}, var_name={self.column!r}, value_name={self.value!r})"
        return f"{table}.rename_axis(index={self.row!r}).reset_index().{melted}.dropna()"

    def channels(self, mark: str, *, is_beside: bool = False, is_sideways: bool = False) -> dict[str, str]:
        """What each channel shows: cells, or a mark for each value whose colour is its column.

        >>> Wide("class", "sex", "n").channels("bar", is_beside=True)
        {'x': 'class', 'y': 'n', 'color': 'sex', 'xOffset': 'sex'}
        """
        if mark == "rect":
            return {"x": self.column, "y": self.row, "color": self.value}
        x, y, offset = ("y", "x", "yOffset") if is_sideways else ("x", "y", "xOffset")
        shown = {x: self.row, y: self.value, "color": self.column}
        return shown | ({offset: self.column} if is_beside else {})


def wide(table: ast.expr) -> Wide | None:
    """How the table that an expression makes is wide, or None for one that is not known to be.

    >>> wide(ast.parse("pd.crosstab(data['class'], data.sex)", mode="eval").body)
    Wide(row='class', column='sex', value='count')
    >>> wide(ast.parse("d.groupby(['a', 'b'])['c'].mean().unstack()", mode="eval").body)
    Wide(row='a', column='b', value='c')
    >>> wide(ast.parse("d.corr()", mode="eval").body), wide(ast.parse("d.head()", mode="eval").body)
    (Wide(row='column', column='other', value='correlation'), None)
    """
    calls = [node for node in ast.walk(table) if isinstance(node, ast.Call)]
    for call in calls:
        name = called(call)
        given = {item.arg: item.value for item in call.keywords if item.arg}
        if name == "corr":
            return Wide("column", "other", "correlation")
        if name == "crosstab":
            nodes = [*call.args[:2], *(given[key] for key in ("index", "columns") if key in given)]
            row, column = ([*map(_name, nodes), "", ""])[:2]
            return Wide(row, column, _name(given.get("values")) or "count") if row and column else None
        if name in _PAIRS:
            order = ("values", "index", "columns") if name == "pivot_table" else ("index", "columns", "values")
            nodes_by = dict(zip(order, call.args, strict=False)) | given
            row, column, value = (_name(nodes_by.get(key)) for key in _PAIRS[name])
            return Wide(row, column, value or "value") if row and column else None
        if name == "unstack":
            return _unstacked(call)
    return None


def _unstacked(call: ast.Call) -> Wide | None:
    """What `groupby([a, b])…unstack()` has as rows and columns."""
    groups = next((node for node in ast.walk(call) if isinstance(node, ast.Call) and called(node) == "groupby"), None)
    keys = groups.args[0] if groups is not None and groups.args else None
    names = [_name(item) for item in keys.elts] if isinstance(keys, ast.List) else []
    if len(names) != 2 or not all(names):
        return None
    above = [node for node in ast.walk(call) if isinstance(node, ast.Subscript)]
    return Wide(names[0], names[1], next((name for node in above if (name := _name(node))), "count"))


def _name(node: ast.AST | None) -> str:
    """The one column that an expression names: `"a"`, `["a"]`, `data["a"]`, `data.a`."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.List):
        return _name(node.elts[0]) if len(node.elts) == 1 else ""
    if isinstance(node, ast.Subscript):
        return _name(node.slice)
    return node.attr if isinstance(node, ast.Attribute) else ""
