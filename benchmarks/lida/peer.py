"""LIDA in an environment of its own: one JSON request a line, one answer a line.

LIDA 0.0.14 needs pandas < 3 and executes what a model wrote in its own process, so it does not live beside the
observatory:

    python3.11 -m venv PEER
    PEER/bin/python -m pip install -r benchmarks/lida/requirements.txt

`PEER/bin/python` is then what `--peer` wants. It talks to the engine of this project by its OpenAI-compatible URL.
LIDA runs as it is installed but for what a local model needs: temperature 0, an offline count of tokens where it
would download one, at most 1,400 tokens an answer, and a conversation that ends in the user's message, for a model
that finds its own message last answers with one token. Its charts run in a process that is thrown away, for at
most `CHART_SECONDS`. This file runs on both sides and so imports nothing of either at the top.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.piped import Piped

MOST_TOKENS = 1400
CHART_SECONDS = 60
SHOWN_ROWS = 20_000


@contextmanager
def peer(python: str, base_url: str, api_key: str, model: str) -> Iterator[Piped]:
    """LIDA, run by the Python of its own environment until the block is left."""
    from benchmarks.piped import Piped

    with tempfile.TemporaryDirectory(prefix="lida-") as folder:
        environment = os.environ | {
            "OPENAI_BASE_URL": base_url,
            "OPENAI_API_KEY": api_key,
            "LIDA_MODEL": model,
            "XDG_CACHE_HOME": folder,  # else it would keep answers from run to run
            "MPLBACKEND": "agg",
            "NO_PROXY": "127.0.0.1,localhost",
        }
        command = [python, str(Path(__file__).resolve())]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=folder
        ) as process:
            try:
                yield Piped(process, "benchmarks/lida/peer.py")
            finally:
                assert process.stdin
                process.stdin.close()


# ── in LIDA's environment ────────────────────────────────────────────────────────────────────────


def manager() -> Any:
    """LIDA's manager with the local model behind it."""
    import llmx.generators.text.openai_textgen as openai_textgen
    from lida import Manager
    from llmx import llm

    def n_tokens(messages: Any, model: str = "") -> int:  # noqa: ARG001
        return sum(len(str(message)) for message in messages) // 4

    openai_textgen.num_tokens_from_messages = n_tokens
    generator = llm("openai", model=os.environ["LIDA_MODEL"])
    completions = generator.client.chat.completions
    create = completions.create

    def ask(**request: Any) -> Any:
        messages = [dict(message) for message in request["messages"]]
        messages[-1]["role"] = "user"
        n_most = min(request["max_tokens"], MOST_TOKENS)
        return create(**{**request, "messages": messages, "max_tokens": n_most, "seed": 0})

    completions.create = ask
    return Manager(text_gen=generator)


class Worker:
    """Answers requests about tables, each of which is summarized once."""

    def __init__(self) -> None:
        from lida import TextGenerationConfig

        self._manager = manager()
        self._config = TextGenerationConfig(n=1, temperature=0, use_cache=False, model=os.environ["LIDA_MODEL"])
        self._summaries: dict[str, tuple[Any, Any]] = {}

    def _load(self, table: str) -> Any:
        """The summary of a table, which the manager then has the rows of."""
        if table not in self._summaries:
            summary = self._manager.summarize(table, summary_method="default", textgen_config=self._config)
            self._summaries[table] = summary, self._manager.data
        summary, self._manager.data = self._summaries[table]
        return summary

    def export(self, name: str, folder: str) -> dict[str, Any]:
        """A table of vega_datasets as CSV."""
        from vega_datasets import data

        path = Path(folder, f"vega-{name}.csv")
        data(name).to_csv(path, index=False)
        return {"path": str(path)}

    def goals(self, table: str, n: int) -> dict[str, Any]:
        """LIDA's goals, or why there are none."""
        found = self._manager.goals(self._load(table), textgen_config=self._config, n=n)
        return {"goals": [{"question": goal.question, "visualization": goal.visualization} for goal in found]}

    def visualize(self, table: str, question: str, visualization: str = "") -> dict[str, Any]:
        """Code for a question, the chart it makes, and the rows that the chart shows."""
        from lida.datamodel import Goal

        summary = self._load(table)
        goal = Goal(question=question, visualization=visualization or question, rationale="")
        code = self._manager.vizgen.generate(
            summary=summary,
            goal=goal,
            textgen_config=self._config,
            text_gen=self._manager.text_gen,
            library="altair",
        )[0]
        return thrown_away(code, self._manager.data, summary)


def thrown_away(code: str, data: Any, summary: Any) -> dict[str, Any]:
    """What becomes of code in a process of its own, which is killed when it takes too long."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=execute, args=(code, data, summary, theirs))
    process.start()
    theirs.close()
    try:
        made = ours.recv() if ours.poll(CHART_SECONDS) else {"error": f"not done after {CHART_SECONDS} seconds"}
    except EOFError:
        made = {"error": "the process ended"}
    process.kill()
    process.join()
    return {"code": code, "error": None, **made}


def execute(code: str, data: Any, summary: Any, answer: Connection) -> None:
    """LIDA's own executor says whether the code runs; then the chart's spec, rows and picture are looked at."""
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        from lida.components.executor import ChartExecutor

        (made,) = ChartExecutor().execute([code], data.copy(), summary, library="altair", return_error=True)
        if made.error:
            lines = str(made.error["message"]).strip().splitlines() or [""]
            answer.send({"error": lines[0][:300]})
            return
        answer.send(looked_at(code, data))


def looked_at(code: str, data: Any) -> dict[str, Any]:
    """The spec with its rows, the rows after the chart's own transforms (vegafusion), and how many marks are drawn."""
    import altair as alt
    import vl_convert
    from lida.components.executor import get_globals_dict, preprocess_code

    code = preprocess_code(code)
    names = get_globals_dict(code, data)
    exec(code, names)
    chart = names["chart"]
    alt.data_transformers.disable_max_rows()
    found: dict[str, Any] = {"spec": chart.to_dict(), "rows": None, "marks": 0, "picture_error": None}
    try:
        rows = chart.transformed_data(row_limit=SHOWN_ROWS)
        found["rows"] = [records(frame) for frame in (rows if isinstance(rows, list) else [rows])]
    except Exception as exc:
        found["rows_error"] = f"{type(exc).__name__}: {exc}"[:300]
    try:
        found["marks"] = n_marks(vl_convert.vegalite_to_svg(json.dumps(found["spec"])))
    except Exception as exc:
        found["picture_error"] = f"{type(exc).__name__}: {exc}"[:300]
    return found


def records(frame: Any) -> list[dict[str, Any]]:
    """Rows as JSON, with times as ISO text."""
    found: list[dict[str, Any]] = json.loads(frame.to_json(orient="records", date_format="iso"))
    return found


def n_marks(svg: str) -> int:
    """How many marks the SVG of a Vega chart has, beside its axes, legends and titles.

    >>> n_marks('<g aria-roledescription="rect mark container"><path aria-roledescription="bar"/></g>')
    1
    """
    return len(re.findall(r'aria-roledescription="(?!axis|legend|title|[^"]*container)[^"]*"', svg))


def main() -> None:
    """Answer requests until the pipe is closed."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # LIDA prints
    worker = Worker()
    for line in sys.stdin:
        request = json.loads(line)
        started = time.perf_counter()
        try:
            answer = getattr(worker, request.pop("do"))(**request)
        except Exception as exc:
            answer = {"error": f"{type(exc).__name__}: {exc}"[:500]}
        print(json.dumps(answer | {"seconds": round(time.perf_counter() - started, 3)}, default=str), file=answers)
        answers.flush()


if __name__ == "__main__":
    main()
