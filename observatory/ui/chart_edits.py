"""The parts of a chart that can be changed by hand, in words, and the chart with one of them changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from observatory.charts.spec.reading import parse
from observatory.charts.spec.vegalite import to_spec
from observatory.charts.spec.view import Encoding, View, is_discrete
from observatory.charts.spec.words import phrase, title
from observatory.errors import ObservatoryError
from observatory.model import FieldProfile, Profile
from observatory.ui.chart_words import AGGREGATES, BIN, CATEGORY, CHANNELS, COUNT, RAW, TIME_UNITS

_OFFERED = ("year", "yearquarter", "yearmonth", "yearmonthdate", "quarter", "month", "day", "hours")
_BINS = 20
_POSITION = ("x", "y")
_BOUNDED = ("point", "bar", "line", "area")


def shown_choices(encoding: Encoding, field: FieldProfile | None) -> list[str]:
    """What a channel may show of its field: raw values, bins, categories, aggregates or time units."""
    if field is None:
        return [COUNT]
    if field.type == "temporal":
        choices = [RAW, *_OFFERED, "min", "max", "distinct"]
    elif field.type == "quantitative":
        choices = [RAW, BIN, CATEGORY, *AGGREGATES]
    else:
        choices = [RAW, "distinct"]
    now = shown(encoding, field)
    return choices if now in choices else [now, *choices]


def shown(encoding: Encoding, field: FieldProfile | None = None) -> str:
    """What a channel shows of its field now.

    >>> shown(Encoding("x", "Age", "quantitative", bin=20))
    'bin'
    """
    if encoding.aggregate:
        return encoding.aggregate
    if encoding.time_unit:
        return encoding.time_unit
    if encoding.bin:
        return BIN
    numbers = field is not None and field.type == "quantitative"
    return CATEGORY if numbers and encoding.type in ("nominal", "ordinal") else RAW


def with_mark(view: View, mark: str) -> View:
    """The view with another mark."""
    return _titled(replace(view, mark=mark), view)


def with_field(view: View, channel: str, name: str | None, profile: Profile) -> View:
    """The view with another field on a channel, None for the number of rows; what still fits is kept."""
    old = view.on(channel)
    if name is None:
        fresh = Encoding(channel, None, "quantitative", "count", stack=old.stack if old else None)
    else:
        field = profile.field(name)
        fresh = _plain(channel, field)
        if old is not None and old.field is not None and shown(old) in shown_choices(fresh, field):
            fresh = _showing(fresh, shown(old), field, old.bin)
        if old is not None and fresh.type == old.type:
            fresh = replace(fresh, scale=old.scale, zero=old.zero, sort=_kept_sort(old), stack=old.stack)
    return _changed(view, fresh)


def _kept_sort(old: Encoding) -> str | None:
    return old.sort if isinstance(old.sort, str) else None


def _plain(channel: str, field: FieldProfile) -> Encoding:
    """A channel that shows each value of a field; a number that stands for a year is written as one."""
    is_year = field.type == "quantitative" and field.role == "time"
    return Encoding(channel, field.name, field.type, format="d" if is_year else None, zero=False if is_year else None)


def with_shown(view: View, channel: str, choice: str, profile: Profile) -> View:
    """The view with bins, an aggregate, a time unit or raw values on a channel."""
    old = view.on(channel)
    if old is None or old.field is None:
        return view
    return _changed(view, _showing(old, choice, profile.field(old.field)))


def _showing(old: Encoding, choice: str, field: FieldProfile, bins: int | None = None) -> Encoding:
    plain = replace(_plain(old.channel, field), sort=old.sort, title=old.title)
    if choice == BIN:
        return replace(plain, bin=bins or _BINS, format=None, zero=None)
    if choice in TIME_UNITS:
        return replace(plain, time_unit=choice, type="temporal")
    if choice in AGGREGATES:
        return replace(
            plain, aggregate=choice, type="quantitative", format=None, sort=None, scale=old.scale, zero=old.zero
        )
    if choice == CATEGORY:
        return replace(plain, type="ordinal", format=None, zero=None)
    return replace(plain, scale=old.scale, zero=plain.zero if old.zero is None else old.zero)


def scale_choices(encoding: Encoding) -> list[str]:
    """The scales that a channel may have; none for categories, times and bins."""
    if encoding.type != "quantitative" or encoding.bin or encoding.channel in ("row", "column", "detail", "theta"):
        return []
    usual = ["auto", "zero", "fit", "log"] if encoding.channel in _POSITION else ["auto", "log"]
    return usual if scale(encoding) in usual else [*usual, scale(encoding)]


def scale(encoding: Encoding) -> str:
    """The scale that a channel has now."""
    if encoding.scale not in (None, "linear"):
        return str(encoding.scale)
    return "auto" if encoding.zero is None else "zero" if encoding.zero else "fit"


def with_scale(view: View, channel: str, choice: str) -> View:
    """The view with another scale on a channel."""
    old = view.on(channel)
    if old is None:
        return view
    zero = {"zero": True, "fit": False}.get(choice)
    return _changed(view, replace(old, scale=None if choice in ("auto", "zero", "fit") else choice, zero=zero))


def sort_choices(encoding: Encoding) -> list[str]:
    """The orders that the categories of a channel may have."""
    if not is_discrete(encoding):
        return []
    by_length = ["longest", "shortest"] if encoding.channel in _POSITION else []
    usual = ["own", "ascending", "descending", *by_length]
    return usual if sort(encoding) in usual else [*usual, sort(encoding)]


def sort(encoding: Encoding) -> str:
    """The order that the categories of a channel have now.

    >>> sort(Encoding("x", "class", "nominal", sort="-y"))
    'longest'
    """
    if encoding.sort is None:
        return "own"
    if encoding.sort in ("ascending", "descending"):
        return str(encoding.sort)
    if isinstance(encoding.sort, str) and encoding.sort.lstrip("-") in _POSITION:
        return "longest" if encoding.sort.startswith("-") else "shortest"
    return "given"


def with_sort(view: View, channel: str, choice: str) -> View:
    """The view with another order of categories on a channel."""
    old = view.on(channel)
    if old is None or choice == "given":
        return view
    other = "y" if channel == "x" else "x"
    orders: Mapping[str, str | None] = {"own": None, "longest": f"-{other}", "shortest": other}
    return _changed(view, replace(old, sort=orders.get(choice, choice)))


def can_stack(view: View, encoding: Encoding) -> bool:
    """Whether the lengths along a channel may stand on one another: coloured bars and areas."""
    is_length = encoding.channel in _POSITION and encoding.type == "quantitative" and not encoding.bin
    return view.mark in ("bar", "area") and view.on("color") is not None and is_length and encoding.format is None


def with_stack(view: View, channel: str, choice: str) -> View:
    """The view with lengths stacked, as shares of the whole, or overlaid."""
    old = view.on(channel)
    return view if old is None else _changed(view, replace(old, stack=None if choice == "zero" else choice))


def can_bound(view: View, encoding: Encoding) -> bool:
    """Whether an interval may stand around what a channel shows: the mean on an axis, for points, bars and lines."""
    return view.mark in _BOUNDED and view.averaged() == encoding


def with_interval(view: View, choice: str) -> View:
    """The view with another interval around its mean, or with none."""
    return replace(view, interval=None if choice == "none" else choice)


def without(view: View, channel: str) -> View:
    """The view without a channel, unless it is the last one; no order is left by what is gone."""
    kept = tuple(
        replace(e, sort=None) if isinstance(e.sort, str) and e.sort.lstrip("-") == channel else e
        for e in view.encodings
        if e.channel != channel
    )
    return _titled(replace(view, encodings=kept), view) if kept else view


def swapped(view: View) -> View:
    """The view with its axes exchanged."""
    turn = {"x": "y", "y": "x", "xOffset": "yOffset", "yOffset": "xOffset"}
    order = {"x": "y", "-x": "-y", "y": "x", "-y": "-x"}
    fresh = [
        replace(e, channel=turn.get(e.channel, e.channel), sort=order.get(e.sort, e.sort))
        if isinstance(e.sort, str)
        else replace(e, channel=turn.get(e.channel, e.channel))
        for e in view.encodings
    ]
    return _titled(replace(view, encodings=tuple(sorted(fresh, key=lambda e: e.channel not in "xy"))), view)


def with_title(view: View, text: str) -> View:
    """The view with another title; an empty one is left to the chart."""
    return replace(view, title=" ".join(text.split())[:200] or title(view))


def free_channels(view: View) -> list[str]:
    """The channels that show nothing yet."""
    taken = {e.channel for e in view.encodings}
    return [channel for channel in CHANNELS if channel not in taken]


def _changed(view: View, fresh: Encoding) -> View:
    """The view with a channel changed or added; a title that was generated is generated anew."""
    old = view.on(fresh.channel)
    if old is None or old.field != fresh.field or old.title == phrase(old):
        fresh = replace(fresh, title=None if old is not None and old.title is None else phrase(fresh))
    kept = tuple(fresh if e.channel == fresh.channel else e for e in view.encodings)
    return _titled(replace(view, encodings=kept if old is not None else (*kept, fresh)), view)


def _titled(fresh: View, old: View) -> View:
    if fresh.averaged() is None or fresh.mark not in _BOUNDED:
        fresh = replace(fresh, interval=None)
    own = old.title is not None and old.title != title(old)
    return fresh if own or old.title is None else replace(fresh, title=title(fresh))


def is_same(spec: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two charts draw the same, whatever their titles say; composed charts are taken as they are written."""
    try:
        return _untitled(parse(spec)) == _untitled(parse(other))
    except ObservatoryError:
        return spec == other


def _untitled(view: View) -> View:
    plain = sorted((replace(e, title=None) for e in view.encodings), key=lambda e: e.channel)
    return replace(view, title=None, encodings=tuple(plain))


def like(spec: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """A chart over the same rows as another one: with its filters, where those can be read."""
    try:
        view = parse(spec)
        return to_spec(_titled(replace(view, filters=parse(other).filters), view))
    except ObservatoryError:
        return dict(spec)
