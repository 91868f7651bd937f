"""Load and use once what charts need, so that afterwards a process without any file draws them."""

from __future__ import annotations

from observatory.sandbox import facade as walls


def warm(*, facade: bool = True) -> None:
    """Import and exercise what is loaded late, and disarm the libraries unless the facade is off."""
    if facade:
        walls.disarm()
