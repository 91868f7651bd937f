"""Calls of other plotting libraries, read as Altair charts: seaborn, plotly, matplotlib, plotnine and pandas."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from observatory.sandbox.fixes.code import Code
from observatory.sandbox.fixes.failure import Failure
from observatory.sandbox.fixes.fields import called
from observatory.sandbox.fixes.layered import layered
from observatory.sandbox.fixes.libraries import (
    AGGREGATES,
    CHANNELS,
    ESTIMATORS,
    KINDS,
    OBJECTS,
    PLOTLY,
    PLOTTERS,
    PYPLOT,
    SEABORN,
)
from observatory.sandbox.fixes.wide import Wide, wide


@dataclass(frozen=True)
class Plot:
    """A chart of another library in Altair's words: its mark, table, and the text of what each channel shows."""

    mark: str
    data: str
    shown: Mapping[str, str]
    loop: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """The Altair expression.

        >>> Plot("bar", "data", {"x": "'a'", "y": "'count()'"}).text()
        "alt.Chart(data).mark_bar().encode(x='a', y='count()')"
        """
        encoded = ", ".join(f"{channel}={value}" for channel, value in self.shown.items())
        return f"alt.Chart({self.data}).mark_{self.mark}().encode({encoded})"


@dataclass(frozen=True)
class Reader:
    """Reads one call; `roots` are the names of the libraries that the code imports, `columns` those of its tables."""

    code: Code
    failure: Failure
    roots: Mapping[str, str]

    def read(self, call: ast.Call) -> Plot | None:
        """The chart that a call draws, or None for a call that draws none or one that is not understood."""
        name, owner = called(call), call.func.value if isinstance(call.func, ast.Attribute) else None
        library = self.roots.get(owner.id, "") if isinstance(owner, ast.Name) else ""
        if name == "ggplot":
            return self._layered(call)
        if library == "seaborn" and name == "heatmap":
            return self._heatmap(call)
        if library == "plotly" and name in OBJECTS:
            return self._trace(call, OBJECTS[name])
        if library == "seaborn" and name in SEABORN:
            return self._by_name(call, name, SEABORN[name], averages=name in ("barplot", "lineplot", "pointplot"))
        if library == "plotly" and name in PLOTLY:
            return self._by_name(call, name, PLOTLY[name] or KINDS.get(name, name), averages=False)
        if library == "matplotlib" and name in PYPLOT:
            return self._by_values(call, KINDS.get(name, name), sideways=name == "barh")
        if owner is None or library:
            return None
        if isinstance(owner, ast.Attribute) and owner.attr in PLOTTERS and name in (*KINDS, "bar", "line", "area"):
            return self._of_table(call, owner.value, KINDS.get(name, name), sideways=name == "barh")
        if name in ("plot", "hist", "boxplot"):
            told = _text_of(_given(call).get("kind"))
            kind = told or ("line" if name == "plot" else "hist" if name == "hist" else "box")
            return self._of_table(call, owner, KINDS.get(kind, kind), sideways=kind == "barh")
        return None

    # ── columns by their names ──

    def _by_name(self, call: ast.Call, name: str, mark: str, *, averages: bool) -> Plot | None:
        """seaborn and plotly: `x="a", y="b", data=data`."""
        given = _given(call)
        told = given.get("data", given.get("data_frame"))
        rest = list(call.args)
        if told is None and rest and self._column(rest[0]) is None:
            told = rest.pop(0)
        for channel, node in zip([c for c in ("x", "y") if c not in given], rest, strict=False):
            given[channel] = node
        if name == "pie":
            given |= {"color": given.get("names", given.get("color")), "theta": given.get("values")}  # type: ignore[dict-item]
        found = {c: pair for c, node in given.items() if node is not None and (pair := self._column(node)) is not None}
        frames = [frame for frame, _ in found.values() if frame]
        data = self.code.of(told) if told is not None else frames[0] if frames else "data"
        shown = {CHANNELS.get(c, c): v for c, (_, v) in found.items() if c in ("x", "y", "theta", *CHANNELS)}
        mark = KINDS.get(_text_of(given.get("kind")), _text_of(given.get("kind"))) or mark
        averages = averages or (name == "catplot" and mark in ("bar", "point", "line"))
        if not shown:
            return None
        counted = name == "countplot" or _text_of(given.get("kind")) == "count"
        how = "count" if counted else self._summed(given, averages)
        return self._plot(mark, data, shown, given, how, sideways=_text_of(given.get("orient")) == "h")

    def _summed(self, given: Mapping[str, ast.expr], averages: bool) -> str:
        """The aggregate of the measured axis, "" for none."""
        if "histfunc" in given:
            return AGGREGATES.get(_text_of(given["histfunc"]), "sum")
        told = given.get("estimator")
        if told is not None:
            last = _text_of(told) or self.code.of(told).rpartition(".")[2]
            return ESTIMATORS.get(last, "mean")
        return "mean" if averages else ""

    def _column(self, node: ast.expr | None) -> tuple[str, str] | None:
        """The table and the column that an expression names; "" for the table where it is a text."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return "", node.value
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.slice, ast.Constant)
            and isinstance(node.slice.value, str)
        ):
            return self.code.of(node.value), node.slice.value
        if isinstance(node, ast.Attribute) and node.attr in self.failure.columns and isinstance(node.value, ast.Name):
            return self.code.of(node.value), node.attr
        if isinstance(node, ast.Call) and called(node) in _SAME_VALUES and isinstance(node.func, ast.Attribute):
            return self._column(node.func.value)
        if isinstance(node, ast.Attribute) and node.attr == "values":
            return self._column(node.value)
        value = self._assigned(node)
        return self._column(value) if value is not None and not isinstance(value, ast.Constant) else None

    def _assigned(self, node: ast.expr | None) -> ast.expr | None:
        """What a name was set to, where that is said once."""
        if not isinstance(node, ast.Name):
            return None
        sets = [
            s.value for s in self.code.all(ast.Assign) for t in s.targets if isinstance(t, ast.Name) and t.id == node.id
        ]
        return sets[0] if len(sets) == 1 else None

    # ── other shapes of a chart ──

    def _layered(self, call: ast.Call) -> Plot | None:
        """plotnine: `ggplot(data, aes(x="a")) + geom_bar()`."""
        found = layered(self.code, call)
        if found is None:
            return None
        if found.mark == "rect":
            return Plot("rect", found.data, {c: self._shorthand(name) for c, name in found.shown.items()})
        how = "count" if found.is_counted else ""
        plot = self._plot(found.mark, found.data, found.shown, found.given, how)
        facets = {channel: self._shorthand(name) for channel, name in found.facets.items()}
        return None if plot is None else Plot(plot.mark, plot.data, dict(plot.shown) | facets)

    def _heatmap(self, call: ast.Call) -> Plot | None:
        """seaborn: `heatmap(table)`, a cell for each row and column of a wide table."""
        told = _given(call).get("data", next(iter(call.args), None))
        return None if told is None else self._of_wide("rect", told, self._wide(told) or Wide("row", "column", "value"))

    def _wide(self, table: ast.expr) -> Wide | None:
        return wide(table) or wide(self._assigned(table) or table)

    def _of_wide(self, mark: str, table: ast.expr, shape: Wide, **how: bool) -> Plot:
        shown = {channel: self._shorthand(name) for channel, name in shape.channels(mark, **how).items()}
        return Plot(mark, shape.long(self.code.of(table)), shown)

    def _trace(self, call: ast.Call, kind: str) -> Plot | None:
        """plotly's graph objects: `go.Bar(x=…, y=…)`."""
        mode = _text_of(_given(call).get("mode"))
        mark = "point" if kind == "line" and mode.startswith("markers") else KINDS.get(kind, kind)
        return self._by_values(call, mark, sideways=False)

    # ── columns by their values ──

    def _by_values(self, call: ast.Call, mark: str, *, sideways: bool) -> Plot | None:
        """matplotlib: `plt.bar(df["a"], df["b"])`; what is no column of one table becomes a table of its own."""
        given = _given(call)
        names = {"arc": ("x",), "histogram": ("x",), "boxplot": ("x",)}.get(mark, ("x", "y"))
        nodes = dict(zip(names, call.args, strict=False)) | {
            key: given[old] for old, key in _VALUES.items() if old in given
        }
        if mark == "arc" and "values" in given:
            nodes["x"] = given["values"]
        if mark == "arc" and "labels" in given:
            nodes["color"] = given["labels"]
        if not nodes:
            return None
        found = {key: self._column(node) for key, node in nodes.items()}
        frames = {pair[0] for pair in found.values() if pair}
        if all(found.values()) and len(frames) == 1:
            data, shown = frames.pop() or "data", {key: pair[1] for key, pair in found.items() if pair}
        else:
            shown = {key: found[key][1] if found[key] else _NAMES[key] for key in nodes}  # type: ignore[index]
            parts = [f"{shown[key]!r}: {self.code.of(node)}" for key, node in nodes.items()]
            data = f"pd.DataFrame({{{', '.join(parts)}}})"
        if "data" in given:
            data = self.code.of(given["data"])
        colour = self._column(given.get("c"))
        if colour is not None and colour[0] == data:
            shown["color"] = colour[1]
        if mark == "arc":
            shown = {"theta": shown["x"]} | ({"color": shown["color"]} if "color" in shown else {})
        if mark == "boxplot":
            shown = {"y": shown["x"]}
        return self._plot(mark, data, shown, given, "", sideways=sideways)

    # ── a table draws itself ──

    def _of_table(self, call: ast.Call, table: ast.expr, mark: str, *, sideways: bool) -> Plot | None:
        """pandas: `df.plot.bar(x="a", y="b")`, `df["a"].hist()`, and groups with a value each."""
        given, data = _given(call), self.code.of(table)
        if mark == "boxplot" and "by" in given:
            given |= {"x": given["by"], "y": given.get("column", given["by"])}
        elif "column" in given or (call.args and called(call) in ("hist", "boxplot")):
            given["x" if mark == "histogram" else "y"] = given.get("column", *call.args[:1])
        shown = {
            CHANNELS.get(key, key): pair[1]
            for key, node in given.items()
            if key in ("x", "y", "c", "color") and (pair := self._column(node)) is not None
        }
        if "x" in shown or "y" in shown:
            return self._plot(mark, data, shown, given, "", sideways=sideways)
        if mark in ("bar", "line", "area") and (shape := self._wide(table)) is not None:
            is_beside = mark == "bar" and getattr(given.get("stacked"), "value", False) is not True
            return self._of_wide(mark, table, shape, is_beside=is_beside, is_sideways=sideways)
        one = self._column(table)
        if one is not None and mark in ("histogram", "boxplot"):
            return self._plot(mark, one[0] or "data", {"x" if mark == "histogram" else "y": one[1]}, given, "")
        chain = self.code.of(self._assigned(table) or table)
        groups = re.search(r"groupby\(\s*\[?\s*(['\"])(.+?)\1\s*[\]),]", chain)
        of = re.search(r"\[\s*\[?\s*(['\"])([^\[\]]+?)\1\s*\]", chain.partition("groupby")[2]) if groups else None
        counts = re.search(r"\[\s*(['\"])([^\[\]]+?)\1\s*\]\.value_counts\(", chain)
        if counts:
            key, value = counts[2], "count"
        elif groups and (of or re.search(r"\.(size|count)\(\)", chain)):
            key, value = groups[2], of[2] if of else "count"
        else:
            return None
        series = f"{data}.rename_axis({key!r}).reset_index(name={value!r})"
        series = f"{data}.reset_index()" if of and "[[" in chain else series
        shown = {"theta": value, "color": key} if mark == "arc" else {"x": key, "y": value}
        return self._plot(mark, series, shown, given, "", sideways=sideways)

    # ── the chart ──

    def _plot(
        self,
        mark: str,
        data: str,
        shown: Mapping[str, str],
        given: Mapping[str, ast.expr],
        how: str,
        *,
        sideways: bool = False,
    ) -> Plot | None:
        numbers, known = self.failure.numbers, self.failure.columns
        texts = {channel: self._shorthand(name) for channel, name in shown.items()}
        if mark in ("histogram", "rect"):
            for channel in [
                c
                for c in ("x", "y")
                if shown.get(c) in numbers or (mark == "histogram" and c in shown and shown[c] not in known)
            ]:
                bins = given.get("bins", given.get("nbins"))
                n = bins.value if isinstance(bins, ast.Constant) and isinstance(bins.value, int) else None
                texts[channel] = (
                    f"alt.{channel.upper()}({texts[channel]}, bin={f'alt.Bin(maxbins={n})' if n else 'True'})"
                )
                if mark == "histogram":
                    break
        if mark == "rect":
            texts["color"] = "'count()'"
        if mark == "histogram" and len([c for c in ("x", "y") if c in texts]) == 1:
            texts["y" if "x" in texts else "x"] = "'count()'"
        elif mark == "histogram" and how != "count":
            texts["y"] = repr(f"{how or 'sum'}({_escaped(shown['y'])})")
        mark = "bar" if mark == "histogram" else mark
        if how and mark != "rect":
            texts = self._aggregated(texts, shown, how, sideways=sideways)
            sideways = False
        if mark == "arc":
            texts.setdefault("theta", "'count()'")
            if set(texts) & {"x", "y"}:
                texts = {"theta": texts.get("y", "'count()'"), "color": texts.get("color", texts.get("x", "'count()'"))}
        if sideways and {"x", "y"} <= set(texts):
            texts["x"], texts["y"] = texts["y"], texts["x"]
        drawn = ("bar", "line", "area", "point", "arc", "boxplot", "rect", "tick")
        return Plot(mark, data, texts) if mark in drawn else None

    def _aggregated(
        self, texts: dict[str, str], shown: Mapping[str, str], how: str, *, sideways: bool
    ) -> dict[str, str]:
        """The measured axis summed up; it is y, unless only y is a category."""
        numbers = self.failure.numbers
        lies = sideways or (shown.get("x") in numbers and "y" in shown and shown["y"] not in numbers)
        axis, other = ("x", "y") if lies else ("y", "x")
        if how == "count":
            axis = next((c for c in ("y", "x") if c not in shown), axis)
            return texts | {axis: "'count()'"}
        if axis in shown:
            texts[axis] = repr(f"{how}({_escaped(shown[axis])})")
            if other in shown and shown[other] in numbers and how == "mean" and "line" not in texts:
                return texts
        return texts

    def _shorthand(self, name: str) -> str:
        return self.code.quoted(_escaped(name)) if not re.search(r"['\"\\]", _escaped(name)) else repr(_escaped(name))


_SAME_VALUES = ("dropna", "tolist", "to_list", "to_numpy", "copy")
_VALUES = {"x": "x", "y": "y", "height": "y", "width": "y"}
_NAMES = {"x": "x", "y": "value", "color": "group"}


def _escaped(name: str) -> str:
    """A column as a shorthand takes it."""
    return re.sub(r"([:.\[\]])", r"\\\1", name)


def _given(call: ast.Call) -> dict[str, ast.expr]:
    return {item.arg: item.value for item in call.keywords if item.arg}


def _text_of(node: ast.AST | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
