"""What each command does: a method of the workbench, printed as text or as one JSON document."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import observatory
from observatory import errors, report
from observatory.cli import export
from observatory.errors import ObservatoryError, SandboxUnavailable
from observatory.model import Alignment, Finding, RankedChart, Report, SandboxLayer, Weighting
from observatory.settings import Settings
from observatory.workbench import Observatory

if TYPE_CHECKING:
    import pandas as pd


def _print(value: Any, readable: str, *, as_json: bool) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    text = json.dumps(value, ensure_ascii=False, indent=2) if as_json else readable.rstrip("\n")
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        escaped = text.encode(encoding, "backslashreplace").decode(encoding)
        text = json.dumps(value, indent=2) if as_json else escaped
    print(text)


def _open(arguments: argparse.Namespace, *, llm: bool = False) -> Observatory:
    settings = Settings.from_env()
    workspace = None if Path(arguments.file).exists() else settings.workspace
    if not llm or not _has_model(settings):
        return observatory.open(workspace, settings=settings)
    obs = observatory.open(workspace, llm="default", settings=settings)
    print("Waiting for the language model …", file=sys.stderr)
    status = obs.wait_for_engine(settings.llm_timeout)
    if status.state not in ("ready", "off"):
        print(f"Worded from templates: {status.detail}", file=sys.stderr)
    return obs


def _has_model(settings: Settings) -> bool:
    """Whether there is a model to ask; the shell never begins a download that nobody asked for."""
    from observatory.llm import models

    if settings.llm != "engine" or settings.llm_base_url:
        return settings.llm != "off"
    name = models.best_model(settings.models) if settings.model == "auto" else settings.model
    if not models.is_installed(name, settings.models):
        print(f"Worded from templates. For a language model: observatory models pull {name}", file=sys.stderr)
        return False
    return True


# ── commands ─────────────────────────────────────────────────────────────────────────────────────


def serve(arguments: argparse.Namespace) -> None:
    """Start the dashboard and the language model."""
    from observatory.ui.server import serve

    serve(Settings.from_env(), port=arguments.port)


def scan(arguments: argparse.Namespace) -> None:
    """Print everything about a table."""
    with _open(arguments) as obs:
        _mention_reference(obs, arguments)
        found = _found(obs, arguments)
        if arguments.html:
            _write(arguments.html, _page(obs, found, arguments))
        _print(found.to_dict(), report.text(found), as_json=arguments.json)


def _found(obs: Observatory, arguments: argparse.Namespace) -> Report:
    return obs.report(
        arguments.file,
        arguments.reference,
        arguments.target,
        marginals=arguments.marginals,
        alignment=_alignment(arguments),
    )


def _page(obs: Observatory, found: Report, arguments: argparse.Namespace) -> str:
    """The report as a page, with pictures of charts, of the first findings and of the weights."""
    from observatory.charts.drawing.picture import svg

    told = found.bias.findings if arguments.reference or arguments.marginals else None

    def of_finding(finding: Finding) -> str:
        drawn = obs.draw_finding(finding, found.dataset, arguments.reference, _alignment(arguments))
        return svg(drawn[0].chart) if drawn else ""

    def of_weights(made: Weighting) -> str:
        drawn = obs.draw_weighting(made)
        return svg(drawn.chart) if drawn else ""

    return report.html(
        found,
        lambda chart: svg(obs.draw(chart.spec, found.dataset, findings=told).chart),
        of_finding,
        of_weights,
        lambda chart: obs.picture(chart.spec, found.dataset, weighted=chart.weighted),
    )


def _mention_reference(obs: Observatory, arguments: argparse.Namespace) -> None:
    declared = obs.declared_reference(arguments.file)
    if declared and not arguments.reference:
        print(f"Its card names a reference population: --reference {declared}", file=sys.stderr)


def _alignment(arguments: argparse.Namespace) -> Alignment | None:
    """The alignment that a file holds, which needs a reference to align."""
    if arguments.align is None:
        return None
    if arguments.reference is None:
        raise ObservatoryError("`--align` says how to read a reference, and there is none.", "Add --reference FILE.")
    try:
        data = json.loads(Path(arguments.align).read_text(encoding="utf-8"))
    except OSError as exc:
        raise ObservatoryError(f"The file “{arguments.align}” cannot be read.", str(exc.strerror or exc)) from exc
    except ValueError as exc:
        raise ObservatoryError(f"The file “{arguments.align}” is not JSON.", f"Correct this: {exc}.") from exc
    return Alignment.read(data)


def write_report(arguments: argparse.Namespace) -> None:
    """Write the report of a table."""
    with _open(arguments, llm=True) as obs:
        _mention_reference(obs, arguments)
        found = _found(obs, arguments)
        renderings: dict[str, Callable[[], str]] = {
            ".html": lambda: _page(obs, found, arguments),
            ".md": lambda: report.markdown(found),
            ".json": lambda: json.dumps(found.to_dict(), ensure_ascii=False, indent=2),
        }
        suffix = Path(arguments.output).suffix.lower()
        if suffix not in renderings:
            raise ObservatoryError(f"A report cannot be written as “{suffix}”.", "Name a .html, .md or .json file.")
        _write(arguments.output, renderings[suffix]())
        _print({"report": arguments.output}, f"Wrote {arguments.output}", as_json=arguments.json)


def _write(path: str, content: str | bytes) -> None:
    try:
        Path(path).write_bytes(content.encode() if isinstance(content, str) else content)
    except OSError as exc:
        raise ObservatoryError(f"The file “{path}” cannot be written.", str(exc.strerror or exc)) from exc


def _write_table(path: str, frame: pd.DataFrame) -> None:
    try:
        frame.to_csv(path, index=False)
    except OSError as exc:
        raise ObservatoryError(f"The file “{path}” cannot be written.", str(exc.strerror or exc)) from exc


def profile(arguments: argparse.Namespace) -> None:
    """What is in a table."""
    with _open(arguments) as obs:
        found = obs.profile(arguments.file)
        lines = [
            f"{f.name}: {f.type} {f.role}, {f.missing:,} missing, {f.distinct:,} distinct, {report.words.extent(f)}"
            for f in found.fields
        ]
        _print(found.to_dict(), "\n".join([f"{found.n_rows:,} rows", *lines]), as_json=arguments.json)


def bias(arguments: argparse.Namespace) -> None:
    """Who or what is missing from a table."""
    with _open(arguments) as obs:
        _mention_reference(obs, arguments)
        given = {
            "reference": arguments.reference,
            "marginals": arguments.marginals,
            "target": arguments.target,
            "options": obs.bias_options(arguments.seed),
            "alignment": _alignment(arguments),
        }
        found = obs.detect_bias(arguments.file, **given)
        if arguments.weights:
            _write_table(arguments.weights, obs.weights(arguments.file, **given))
        if arguments.plan:
            _write_table(arguments.plan, obs.collection_plan(arguments.file, **given))
        _print(found.to_dict(), "\n".join(report.trust.lines(found)), as_json=arguments.json)


def charts(arguments: argparse.Namespace) -> None:
    """The best charts of a table."""
    if arguments.k < 1:
        raise ObservatoryError(f"{arguments.k} charts cannot be shown.", "Ask for at least 1: -k must be 1 or more.")
    with _open(arguments) as obs:
        found = obs.recommend(arguments.file, arguments.field, arguments.task, arguments.k)
        if arguments.pictures:
            _write_pictures(obs, arguments.file, arguments.pictures, found)
        lines = [f"{c.rank}. {c.summary} (cost {c.cost})\n{c.code}" for c in found]
        lines += [] if all(c.proven for c in found) else [report.words.NOT_PROVEN]
        lines += [] if found else ["Nothing here can be drawn: each field is constant, an identifier or free text."]
        _print({"charts": [c.to_dict() for c in found]}, "\n".join(lines), as_json=arguments.json)


def _write_pictures(obs: Observatory, file: str, folder: str, charts: Sequence[RankedChart]) -> None:
    """Each chart as a picture named after its rank: 1.svg, 1.png, …"""
    for chart in charts:
        svg, png = obs.picture(chart.spec, file), obs.picture(chart.spec, file, "png")
        try:
            Path(folder).mkdir(parents=True, exist_ok=True)
            (Path(folder) / f"{chart.rank}.svg").write_text(svg, encoding="utf-8")
            (Path(folder) / f"{chart.rank}.png").write_bytes(png)
        except OSError as exc:
            raise ObservatoryError(f"Pictures cannot be written to “{folder}”.", str(exc.strerror or exc)) from exc


def check(arguments: argparse.Namespace) -> None:
    """What the rules say of a chart over a table."""
    from observatory.charts.rules.told import read_chart, told

    with _open(arguments) as obs:
        found = obs.check(read_chart(arguments.spec), arguments.file, repair=arguments.repair, task=arguments.task)
        _print(found.to_dict(), told(found, repair=arguments.repair), as_json=arguments.json)


def run_code(arguments: argparse.Namespace) -> None:
    """The chart that Python code makes of a table, always in the sandbox; JSON in any case.

    What the code printed and what must be said of the chart stand in it too, where there is something.
    """
    try:
        code = _code(arguments.code)
        with _open(arguments) as obs:
            run = obs.try_code(code, arguments.file)
    except ObservatoryError as error:
        _print({"ok": False, "error": error.to_dict()}, "", as_json=True)
        raise SystemExit(error.exit_code) from error
    told = run.to_dict()
    kept = ["ok", "spec" if run.ok else "error", *(key for key in ("notes", "printed") if told[key])]
    _print({key: told[key] for key in kept}, "", as_json=True)
    if not run.ok:
        raise SystemExit(getattr(errors, told["error"]["type"], ObservatoryError).exit_code)


def sandbox(arguments: argparse.Namespace) -> None:
    """Which layers hold chart code on this machine, each tried now, and which of them must be there."""
    with observatory.open() as obs:
        found = obs.sandbox()
    lines = [f"{layer.state:9}{_needed(layer):18}{layer.name:15}{layer.detail}" for layer in found.layers]
    _print(found.to_dict(), "\n".join([found.detail, *lines]), as_json=arguments.json)
    if not found.ready:
        raise SystemExit(SandboxUnavailable.exit_code)


def _needed(layer: SandboxLayer) -> str:
    from observatory.sandbox.layers import ALTERNATIVES

    return "one of the two" if layer.name in ALTERNATIVES else "required" if layer.required else ""


def _code(path: str) -> str:
    try:
        content = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
        return content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else "it is not UTF-8 text"
        raise ObservatoryError(f"The code “{path}” cannot be read.", f"Check the file: {reason}.") from exc


def goals(arguments: argparse.Namespace) -> None:
    """Questions worth asking."""
    with _open(arguments, llm=True) as obs:
        found = obs.explore_goals(arguments.file, arguments.n, arguments.persona)
        value = {"goals": [g.to_dict() for g in found], "engine": obs.engine().to_dict()}
        _print(
            value, "\n".join(f"{g.index + 1}. {g.question}  [{g.visualization}]" for g in found), as_json=arguments.json
        )


def ask(arguments: argparse.Namespace) -> None:
    """The chart that answers a question."""
    with _open(arguments, llm=True) as obs:
        found = obs.visualize(arguments.file, arguments.question)
        export.write(obs, arguments, found)
        lines = [found.explanation, *(f"! {warning}" for warning in found.warnings), "", found.code]
        _print(found.to_dict(), "\n".join(lines), as_json=arguments.json)


def models(arguments: argparse.Namespace) -> None:
    """List or fetch language models."""
    from observatory.llm import models

    settings = Settings.from_env()
    folder = settings.models
    if arguments.action == "list":
        listed = [dict(m.to_dict(), installed=models.is_installed(m.name, folder)) for m in models.registry().values()]
        lines = [
            f"{'*' if m['installed'] else ' '} {m['name']:<32} {m['bytes'] / 1e6:6.0f} MB  {m['use']}" for m in listed
        ]
        _print({"models": listed}, "\n".join(lines), as_json=arguments.json)
        return
    if arguments.name is None:
        raise ObservatoryError(f"`models {arguments.action}` needs the name of a model.", "See `models list`.")
    found = (
        models.pull(arguments.name, folder, _progress, hub=settings.model_hub)
        if arguments.action == "pull"
        else models.path(arguments.name, folder)
    )
    _print({"name": arguments.name, "path": str(found)}, str(found), as_json=arguments.json)


def _progress(done: int, total: int) -> None:
    ending = "\n" if done >= total else "\r"
    print(f"{done / 1e6:7.0f} of {total / 1e6:.0f} MB", end=ending, file=sys.stderr, flush=True)
