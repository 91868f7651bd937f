"""Every error the observatory raises on purpose: a plain sentence and what to do next.

    ObservatoryError(message, hint)
    ├── IngestError              the file cannot become a table
    │   ├── UnreadableFile       not a table at all, damaged, or a format we do not read
    │   ├── EmptyTable           no rows or no columns
    │   └── TableTooLarge        over a limit of the settings
    ├── DatasetNotFound          no such id in the catalog
    ├── FieldNotFound            no such field in the data set
    ├── WorkspaceUnavailable     the folder cannot be read or written
    ├── PortInUse                the dashboard cannot listen there
    ├── LLMError
    │   ├── LLMUnavailable       no model, engine down, connection refused
    │   ├── LLMTimeout           no answer in time
    │   ├── LLMCancelled         whoever asked has left
    │   ├── LLMInvalidReply      an answer that is not what was asked for
    │   ├── ModelNotFound        no such name in the registry
    │   ├── ModelCorrupt         a model file whose hash is wrong
    │   └── ModelDownloadFailed  a part could not be fetched
    ├── ChartError
    │   ├── ChartInvalidSpec     not a Vega-Lite chart we can check and draw
    │   └── ChartCodeError       chart code that gave no chart
    │       ├── ChartCodeRejected    the guard refuses it
    │       └── ChartCodeFailed      it ran and failed
    ├── SandboxUnavailable       this machine cannot hold chart code, so none is run
    └── RuleError
        ├── RuleUnsatisfiable    no chart keeps all hard rules
        └── RuleBadRule          a rule file that is not well formed

`exit_code` is what the shell returns: 2 the input is at fault, 3 a needed service is down.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any


class ObservatoryError(Exception):
    """A failure that a person can act on.

    >>> str(ObservatoryError("The file is empty.", "Choose another file."))
    'The file is empty.'
    """

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def to_dict(self) -> dict[str, Any]:
        """The error as `{"type", "message", "hint"}`."""
        return {"type": type(self).__name__, "message": self.message, "hint": self.hint}


class IngestError(ObservatoryError):
    """A file that cannot become a table."""


class UnreadableFile(IngestError):
    """A file that is not a table, is damaged, or has a format the observatory does not read."""


class EmptyTable(IngestError):
    """A file without rows or without columns."""


class TableTooLarge(IngestError):
    """A file over one of the limits of the settings."""


class _NotFound(ObservatoryError):
    """A name that does not exist, with the names that do."""

    noun = "thing"

    def __init__(self, name: str, existing: Iterable[str] = ()) -> None:
        known = list(existing)
        close = get_close_matches(name, known, n=1, cutoff=0.6)
        if close:
            hint = f"Did you mean “{close[0]}”?"
        elif known:
            hint = "There are: " + ", ".join(known[:12]) + (" …" if len(known) > 12 else ".")
        else:
            hint = f"There is no {self.noun} yet."
        super().__init__(f"There is no {self.noun} called “{name}”.", hint)
        self.name = name


class DatasetNotFound(_NotFound):
    """No such data set in the catalog.

    >>> DatasetNotFound("titanik", ["titanic"]).hint
    'Did you mean “titanic”?'
    """

    noun = "data set"


class FieldNotFound(_NotFound):
    """No such field in the data set."""

    noun = "field"


class WorkspaceUnavailable(ObservatoryError):
    """The workspace folder cannot be read or written."""

    exit_code = 3


class PortInUse(ObservatoryError):
    """Another program listens on the port."""

    exit_code = 3


class LLMError(ObservatoryError):
    """The language model or its engine failed."""

    exit_code = 3


class LLMUnavailable(LLMError):
    """There is no model to ask: none chosen, not loaded yet, or its server is down."""


class LLMTimeout(LLMError):
    """The model did not answer in time."""


class LLMCancelled(LLMError):
    """Whoever asked has left, so the question was dropped or its answer ended."""


class LLMInvalidReply(LLMError):
    """The model answered something else than what was asked for."""


class ModelNotFound(_NotFound):
    """No such model in the registry."""

    noun = "model"


class ModelCorrupt(LLMError):
    """A model file whose hash is not the one of the registry."""


class ModelDownloadFailed(LLMError):
    """A part of a model could not be fetched."""


class ChartError(ObservatoryError):
    """A chart cannot be checked, drawn or made."""


class ChartInvalidSpec(ChartError):
    """Not a Vega-Lite chart that can be checked and drawn."""


class ChartCodeError(ChartError):
    """Chart code that gave no chart: the line where, counted from 1, the code with a suggested change, what it printed.

    >>> ChartCodeError("The name “dta” is not defined.", line=2).to_dict()["line"]
    2
    """

    def __init__(
        self, message: str, hint: str = "", *, line: int | None = None, fix: str | None = None, printed: str = ""
    ) -> None:
        super().__init__(message, hint)
        self.line = line
        self.fix = fix
        self.printed = printed

    def to_dict(self) -> dict[str, Any]:
        """The error as `{"type", "message", "hint", "line", "fix"}`, and `"printed"` where there is something."""
        printed = {"printed": self.printed} if self.printed else {}
        return super().to_dict() | {"line": self.line, "fix": self.fix} | printed


class ChartCodeRejected(ChartCodeError):
    """Chart code that the guard refuses to run."""


class ChartCodeFailed(ChartCodeError):
    """Chart code that ran and failed."""


class SandboxUnavailable(ObservatoryError):
    """This machine lacks a layer that chart code must be held by, so none is run."""

    exit_code = 3


class RuleError(ObservatoryError):
    """The chart rules gave no answer."""


class RuleUnsatisfiable(RuleError):
    """No chart keeps all hard rules."""


class RuleBadRule(RuleError):
    """A rule file that is not well formed."""
