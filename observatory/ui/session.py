"""The one Observatory of the server, the data set that the link names, and one way to fail."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, NoReturn
from urllib.parse import urlsplit

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.exceptions import RerunException, StopException

from observatory import bootstrap
from observatory.errors import DatasetNotFound, ObservatoryError
from observatory.model import Dataset
from observatory.quoting import markdown
from observatory.report import words
from observatory.settings import Settings
from observatory.ui.background import Background
from observatory.ui.hosts import is_own
from observatory.workbench import Observatory

# More works than answers at once, so that it is the engine's fair turns that decide who is next.
_WORKERS = 12
log = logging.getLogger(__name__)


@st.cache_resource(show_spinner=False)
def observatory() -> Observatory:
    """The Observatory that all sessions of this server share, opened as the settings say."""
    settings = Settings.from_env()
    return bootstrap.open(settings.workspace, llm="default", settings=settings)


@st.cache_resource(show_spinner=False)
def _background() -> Background:
    return Background(_WORKERS, _is_here)


def later(key: tuple[Any, ...], work: Callable[[], Any]) -> Future[Any]:
    """The work under this key, begun once in the background and shared by all sessions.

    It ends when all sessions that asked for it have left, and what ended or failed is begun anew when asked for again.
    """
    return _background().begin(key, work, _session())


def stop(key: tuple[Any, ...]) -> None:
    """End the work under this key, as a person asked."""
    _background().stop(key)


def _session() -> str:
    context = get_script_run_ctx(suppress_warning=True)
    return "" if context is None else context.session_id


def _is_here(session: str) -> bool:
    """Whether a browser still shows the session; work of no session, and outside of a server, goes on."""
    return not session or not runtime.exists() or runtime.get_instance().is_active_session(session)


@st.cache_resource(max_entries=500, show_spinner=False)
def once(key: tuple[Any, ...], _work: Callable[[], Any]) -> Any:  # noqa: ARG001 - the key of the cache
    """The result of the work under this key, done once and shared by all sessions."""
    return _work()


@contextmanager
def guard() -> Iterator[None]:
    """Show an error as a sentence and what to do, never as a traceback; what is not ours is logged."""
    try:
        yield
    except (RerunException, StopException):
        raise
    except ObservatoryError as error:
        show(error)
    except Exception:
        log.exception("unexpected error on a page")
        st.error(
            "Something went wrong on our side, and the log of the server says what. "
            "Your data is safe; reload the page or choose another data set.",
            icon=":material/error:",
        )


def open_dataset(dataset: Dataset, page: str = "pages/overview.py", **params: str) -> None:
    """Go to a page of this data set."""
    st.session_state["dataset"] = dataset.id
    st.switch_page(page, query_params={"dataset": dataset.id, **params})


def privacy(settings: Settings) -> str:
    """Where the data goes: nowhere, unless a language model of another machine is asked.

    Whoever opens a dashboard of another machine drops files on that one.

    >>> privacy(Settings(llm_base_url="https://models.example/v1")).partition("; ")[2]
    'your questions, names of fields, common values and figures go to the model at models.example.'
    """
    here = "this machine" if is_own(settings.host) and not settings.hosts else "the machine of this dashboard"
    host = urlsplit(settings.llm_base_url).hostname
    if settings.llm == "off" or host is None or is_own(host):
        return f"Nothing you drop here leaves {here}."
    told = f"your questions, names of fields, common values and figures go to the model at {host}."
    return f"Your file stays on {here}; {told}"


def show(error: ObservatoryError) -> None:
    """An error as two plain sentences: what happened, and what to do."""
    st.error(f"{markdown(error.message)}  \n{markdown(error.hint)}", icon=":material/error:")


def page_link(page: str, label: str, dataset: Dataset) -> None:
    """A link to another page of this data set."""
    st.page_link(page, label=label, icon=":material/arrow_forward:", query_params={"dataset": dataset.id})


def current() -> Dataset:
    """The data set that the link names; without one, say so with one button and stop."""
    named = st.query_params.get("dataset") or st.session_state.get("dataset")
    if not named:
        st.title("No data set is open yet", anchor=False)
        st.write("Drop a table on the first page, or choose one of the samples there.")
        _offer_catalog()
    try:
        dataset = _find(str(named))
    except DatasetNotFound as error:
        st.session_state.pop("dataset", None)
        show(error)
        _offer_catalog()
    st.session_state["dataset"] = dataset.id
    if st.query_params.get("dataset") != dataset.id:
        st.query_params["dataset"] = dataset.id
    return dataset


def _offer_catalog() -> NoReturn:
    if st.button("Choose a data set", icon=":material/database:"):
        st.switch_page("pages/catalog.py")
    st.stop()


def _find(named: str) -> Dataset:
    """A data set by id or name of a sample: a link never reads a path."""
    obs = observatory()
    known = {d.id: d for d in obs.datasets()}
    if named in known:
        return known[named]
    names = [sample.name for sample in obs.samples()]
    if named in names:
        return obs.dataset(named)
    raise DatasetNotFound(named, [*known, *names])


def heading(dataset: Dataset, question: str) -> None:
    """The question this page answers, and which data it answers it for."""
    st.title(markdown(question), anchor=False)
    parts = [words.count(dataset.n_rows, "row"), words.count(dataset.n_columns, "field")]
    if question != dataset.title:
        parts.insert(0, f"**{markdown(dataset.title)}**")
    if dataset.card and dataset.card.licence:
        parts.append(markdown(dataset.card.licence))
    st.caption(" · ".join([*parts, f"version {dataset.version[:8]}"]))
