"""The bias report in the making: what was asked for, how far it is, and how to stop it and go on."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import streamlit as st

from observatory.errors import ObservatoryError
from observatory.job import Job
from observatory.model import BiasOptions, BiasReport, Dataset
from observatory.quoting import markdown
from observatory.ui.reference import Comparison
from observatory.ui.session import observatory, show

_STOPPED = "bias_stopped"
_SECONDS = 0.5
_PATIENCE = 1.0
BEGUN, SO_FAR = "Looking for who or what is missing …", "Nothing found so far."
_POWER = ("cells", "marginals", "missing")
LOOKS_FOR = {
    "cells": "groups out of step with the reference",
    "marginals": "shares out of step with the marginals",
    "missing": "missing values tied to a group",
    "duplicates": "exact copies",
    "outliers": "values far outside the rest",
    "edges": "ranges that end abruptly",
    "heaping": "rounded numbers",
    "gaps": "gaps in time",
    "geography": "odd places",
    "dominance": "values that nearly every row holds",
    "near_duplicates": "near copies",
    "coverage": "combinations that are not covered",
    "told_apart": "what tells sample and reference apart",
    "itemsets": "combinations that are unusually common or rare",
    "groups": "natural groups",
    "modes": "several populations in one",
    "odd_rows": "odd rows",
    "fairness": "differences in the target",
}


@dataclass(frozen=True)
class Asked:
    """What a bias report is asked of: data set, what it is compared with, target and options."""

    dataset: Dataset
    compared: Comparison
    target: str | None = None
    options: BiasOptions | None = None

    @property
    def key(self) -> str:
        """Different for everything that makes another report."""
        return repr((self.dataset.id, self.compared, self.target, self.options))

    @property
    def job(self) -> Job[BiasReport]:
        """The one job that makes this report for everybody."""
        return observatory().bias_job(self.dataset, **self.given)

    @property
    def given(self) -> dict[str, Any]:
        """What every question to the workbench about this report names beside the data set."""
        compared = self.compared
        return {
            "reference": compared.reference,
            "marginals": compared.marginals,
            "target": self.target,
            "options": self.options,
            "alignment": compared.alignment,
        }

    @property
    def is_stopped(self) -> bool:
        """Whether this visitor has stopped it."""
        return bool(st.session_state.get(_STOPPED) == self.key)


def so_far(asked: Asked) -> BiasReport:
    """The report as far as it is known, begun if need be; an empty one when nothing is known after a second."""
    job = asked.job
    if not asked.is_stopped:
        job.start()
    until = time.monotonic() + _PATIENCE
    with st.spinner(BEGUN):
        while job.latest is None and job.running and time.monotonic() < until:
            time.sleep(0.02)
    return job.latest or BiasReport((), (), "", pending=observatory().detectors())


def verdict_so_far(report: BiasReport) -> str:
    """The verdict, marked as the first look while more is looked for."""
    if not report.pending:
        return report.verdict
    if not report.findings:
        return SO_FAR if report.verdict else BEGUN
    return f"So far: {report.verdict[:1].lower()}{report.verdict[1:]}"


def verdict(report: BiasReport, asked: Asked) -> None:
    """What is known so far in one sentence, what was looked for and with what power, and how far the search is."""
    st.subheader(markdown(verdict_so_far(report)), anchor=False)
    looked = next((report.checks[name] for name in _POWER if name in report.checks), "")
    if looked and report.findings and not report.pending:
        more = len(report.checks) - 1
        st.caption(markdown(f"{looked} And {more} more ways of looking: see “What was looked for” below."))
    progress(asked, report)


def progress(asked: Asked, drawn: BiasReport, *, can_stop: bool = True) -> None:
    """A slim line on what is being looked for, which draws the page again when there is more to show."""
    job = asked.job
    if job.done and (job.latest is None or drawn is job.latest):
        _failure(job)
    elif asked.is_stopped and not job.running:
        _stopped(asked, drawn)
    else:
        st.fragment(run_every=_SECONDS)(_Watch(asked, drawn, can_stop).draw)()


def _failure(job: Job[BiasReport]) -> None:
    if isinstance(job.error, ObservatoryError):
        show(job.error)
    elif job.error is not None:
        st.error("The search ended early on an error of ours; what is shown was found before.", icon=":material/error:")
        st.button("Try again", key="bias_again", on_click=job.again, help="Look for everything once more.")


class _Watch:
    """Looks at a job again and again; the first look is part of drawing the page."""

    def __init__(self, asked: Asked, drawn: BiasReport, can_stop: bool) -> None:
        self._asked, self._drawn, self._can_stop = asked, drawn, can_stop
        self._is_first = True

    def draw(self) -> None:
        job = self._asked.job
        is_over = job.done or (self._asked.is_stopped and not job.running)
        if not self._is_first and (is_over or _is_news(self._drawn, job.latest)):
            st.rerun()
        self._is_first = False
        pending = (job.latest or self._drawn).pending
        names = observatory().detectors()
        n_done = len(names) - len(pending)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(n_done / len(names), text=self._words(pending, n_done, len(names)))
            if self._can_stop and not self._asked.is_stopped:
                st.button("Stop here", key="bias_stop", on_click=_stop, args=(self._asked,), help="Keep what is known.")

    def _words(self, pending: tuple[str, ...], n_done: int, n: int) -> str:
        if self._asked.is_stopped:
            return "Stopping after this step …"
        return f"Looking for {LOOKS_FOR.get(pending[0], pending[0])} … {n_done + 1} of {n}" if pending else "Done"


def _is_news(drawn: BiasReport, latest: BiasReport | None) -> bool:
    """Whether anything but the checks and what is pending has changed."""
    if latest is None or latest is drawn:
        return False
    return (drawn.findings, drawn.notes, drawn.verdict, drawn.claims) != (
        latest.findings,
        latest.notes,
        latest.verdict,
        latest.claims,
    )


def _stop(asked: Asked) -> None:
    st.session_state[_STOPPED] = asked.key
    asked.job.stop()


def _go_on(asked: Asked) -> None:
    st.session_state.pop(_STOPPED, None)
    asked.job.start()


def _stopped(asked: Asked, drawn: BiasReport) -> None:
    open_points = ", ".join(LOOKS_FOR.get(name, name) for name in drawn.pending)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/pause_circle: **Stopped.** Not looked for: {markdown(open_points)}.", width="stretch")
        st.button("Continue", key="bias_continue", on_click=_go_on, args=(asked,))


def declared_target(dataset: Dataset) -> str | None:
    """The field that matters most as the card of the data set names it."""
    named = dataset.card.target if dataset.card else None
    return named if named in dataset.fields else None


def target_box(dataset: Dataset) -> str | None:
    """Choose the field that matters most, such as an outcome; by default the one that the card names."""
    named = declared_target(dataset)
    return st.selectbox(
        "Field that matters most (target)",
        dataset.fields,
        index=dataset.fields.index(named) if named else None,
        placeholder="none",
        key="bias_target",
        bind="query-params",
        help="An outcome or label: its rate is compared between groups.",
    )


def parameters() -> BiasOptions:
    """Seed, rows for models and thresholds, with what each does; the choice stands in the link."""
    usual = observatory().bias_options()
    number = st.number_input
    with st.grid(2, min_column_width=280):
        seed = number(
            "Seed",
            0,
            2**31 - 1,
            usual.random_state,
            key="bias_seed",
            bind="query-params",
            help="Everything drawn at random starts from it: the same seed gives the same report.",
        )
        rows = number(
            "Rows that models look at",
            500,
            200_000,
            usual.sample_rows,
            500,
            key="bias_rows",
            bind="query-params",
            help="Counts and copies see every row; groups, trees and odd rows are worked out on a sample of this size.",
        )
        effect = number(
            "Smallest effect worth a finding (Cohen's h)",
            0.01,
            1.0,
            usual.min_effect,
            0.01,
            key="bias_effect",
            bind="query-params",
            help="0.1 is 5 points around one half, or 10 % against 13 %. Smaller shows more and matters less.",
        )
        rate = number(
            "False-discovery rate",
            0.001,
            0.5,
            usual.max_q,
            0.01,
            format="%.3f",
            key="bias_fdr",
            bind="query-params",
            help="Of all findings shown, at most this share is expected to be chance.",
        )
        least = number(
            "Rows that cover a combination",
            1,
            100_000,
            usual.min_count,
            key="bias_covered",
            bind="query-params",
            help="A combination of groups with fewer rows counts as not covered.",
        )
    return BiasOptions(
        int(seed or 0),
        int(rows or usual.sample_rows),
        float(rate or usual.max_q),
        float(effect or usual.min_effect),
        int(least or 1),
    )
