"""Charts that leave the observatory as code: a script, or a notebook, that runs on the file alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from observatory import model
from observatory.errors import ChartCodeFailed, ChartInvalidSpec


class Exports:
    """A chart, an answer or chart code in; text that runs outside in."""

    profile: Callable[[Any], model.Profile]
    dataset: Callable[[Any], model.Dataset]
    run_code: Callable[[str, Any], model.ChartSpec]
    _first_findings: Callable[[model.Dataset], tuple[model.Finding, ...]]

    def export_script(self, dataset: Any, chart: Any) -> str:
        """A Python script that reads the file of the data set by its name, draws the chart and saves `chart.html`.

        `chart` is an answer to a question, a recommended chart, a Vega-Lite spec, or chart code, which is run once in
        the sandbox. Raises ChartInvalidSpec for a chart without code, and what `run_code` raises.

        >>> import observatory
        >>> with observatory.open() as obs:
        ...     script = obs.export_script("cars", obs.recommend("cars", k=1)[0])
        >>> "pd.read_csv" in script, "chart.save" in script
        (True, True)
        """
        from observatory.charts.spec.script import script

        chosen = self.dataset(dataset)
        title = chart.question if isinstance(chart, model.Visualization) else ""
        return script(self._code(chart, chosen), chosen, self.profile(chosen), title)

    def export_notebook(self, dataset: Any, chart: Any) -> dict[str, Any]:
        """A Jupyter notebook (nbformat 4.5) with the chart's code, its question, facts, and findings to keep in mind.

        `chart` and errors as in `export_script`.
        """
        from observatory.charts.spec.notebook import notebook

        chosen = self.dataset(dataset)
        question, facts, caveats = "", list[str](), list(chosen.import_report.warnings)
        if isinstance(chart, model.Visualization):
            question, facts, caveats = chart.question, [chart.explanation], [*chart.warnings, *caveats]
        caveats += [finding.statement for finding in self._first_findings(chosen)[:3]]
        code = self._code(chart, chosen)
        return notebook(code, chosen, self.profile(chosen), question=question, facts=facts, caveats=caveats)

    def _code(self, chart: Any, dataset: model.Dataset) -> str:
        """Chart code that runs over `data`."""
        from observatory.charts.spec.codegen import altair_code

        if isinstance(chart, str):
            spec = self.run_code(chart, dataset).to_dict()
            if re.search(r"^(def plot\(|chart\s*=)", chart, re.MULTILINE):
                return chart
            return self._of_spec(spec)
        if isinstance(chart, Mapping):
            return self._of_spec(chart)
        if isinstance(chart, model.ChartSpec):
            return self._of_spec(chart.vega_lite)
        if isinstance(code := getattr(chart, "code", None), str) and code.strip():
            return code
        shown = getattr(chart, "spec", None)
        if not isinstance(shown, Mapping) or not shown:
            raise ChartInvalidSpec("There is no chart to export.", "Ask another question, or choose a chart.")
        return altair_code(shown)

    def _of_spec(self, spec: Mapping[str, Any]) -> str:
        from observatory.charts.spec.codegen import altair_code

        if spec.get("datasets"):
            raise ChartCodeFailed(
                "The chart holds rows that its code computed.", "Export its code, with the chart in `chart`."
            )
        return altair_code(spec)
