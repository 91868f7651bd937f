"""Drop a table: see what is in it, who is missing from it, what to ask and how to show it."""

from observatory.bootstrap import open
from observatory.errors import ObservatoryError
from observatory.settings import Settings
from observatory.workbench import Observatory

__all__ = ["Observatory", "ObservatoryError", "Settings", "open"]
