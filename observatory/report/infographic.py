"""The layout of an infographic: an SVG page of text, charts and lines, composed from top to bottom."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from observatory.model import BigNumber, Infographic, Panel
from observatory.report.measured import fitted, lines, width

WIDTH, MARGIN, GAP = 1200, 64, 40
_INNER = WIDTH - 2 * MARGIN
_FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif"
_SIZE = re.compile(r'<svg[^>]*?\swidth="([0-9.]+)"[^>]*?\sheight="([0-9.]+)"')
_BACKGROUND = re.compile(r'<rect[^>]*\bfill="(?:white|#fff|#ffffff)"[^>]*?(?:/>|></rect>)')
_ILLEGIBLE = re.compile("[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff\ufffe\uffff\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Look:
    """The colours of a style."""

    page: str
    card: str
    band: str
    title: str
    text: str
    quiet: str
    accent: str
    line: str
    care: str
    care_text: str


LOOKS: Mapping[str, Look] = {
    "calm": Look(
        "#ffffff", "#ffffff", "#ffffff", "#0f172a", "#334155", "#64748b", "#0f766e", "#e2e8f0", "#fef6e7", "#7c4a03"
    ),
    "ink": Look(
        "#f1f5f9", "#ffffff", "#0f2f2c", "#ffffff", "#334155", "#64748b", "#0f766e", "#cbd5e1", "#fdf0d5", "#7c4a03"
    ),
    "paper": Look(
        "#faf6ee", "#fffdf8", "#faf6ee", "#3b2f20", "#4a4034", "#857663", "#9a3412", "#e6dcc8", "#f6e7c8", "#6b4204"
    ),
}


@dataclass
class _Sheet:
    """Elements of the page and how far down it is filled."""

    look: Look
    y: float = 0.0
    body: str = ""

    def text(self, said: str, x: float, y: float, size: float, colour: str, *, bold: bool = False) -> None:
        weight = ' font-weight="700"' if bold else ""
        self.body += f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{colour}"{weight}>{_safe(said)}</text>\n'

    def box(self, x: float, y: float, w: float, h: float, fill: str, stroke: str = "none", r: float = 10) -> None:
        self.body += (
            f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="{r:g}" fill="{fill}" stroke="{stroke}"/>\n'
        )


def compose(page: Infographic, pictures: Sequence[str]) -> str:
    """The whole page as SVG text that needs nothing else; `pictures` are the charts of its panels as SVG, in order.

    Text is wrapped by its width and cut at the ends of its place; names and values are escaped.

    >>> compose(Infographic("A <b>", "", (), (), (), "Made today."), [])[:4]
    '<svg'
    """
    sheet = _Sheet(LOOKS[page.style])
    _head(sheet, page)
    _numbers(sheet, page.numbers)
    _panels(sheet, page.panels, pictures)
    _care(sheet, page.cautions)
    _foot(sheet, page.foot)
    height = round(sheet.y)
    band = _band(page)
    under = f'<rect width="{WIDTH}" height="{height}" fill="{sheet.look.page}"/>\n'
    under += f'<rect width="{WIDTH}" height="{band:g}" fill="{sheet.look.band}"/>\n'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}"'
        f' font-family="{_FONT}" role="img" aria-label="{_safe(page.title)}">\n{under}{sheet.body}</svg>\n'
    )


def _safe(text: str) -> str:
    return escape(_ILLEGIBLE.sub(" ", text))


def _titles(page: Infographic) -> tuple[list[str], list[str]]:
    title, subtitle = _ILLEGIBLE.sub(" ", page.title), _ILLEGIBLE.sub(" ", page.subtitle)
    return lines(title, _INNER, 46, bold=True, most=2), lines(subtitle, _INNER * 0.86, 21)


def _band(page: Infographic) -> float:
    title, subtitle = _titles(page)
    return 60 + 54 * len(title) + 30 * len(subtitle) + 30


def _head(sheet: _Sheet, page: Infographic) -> None:
    title, subtitle = _titles(page)
    on_band = sheet.look.band != sheet.look.page
    sheet.box(MARGIN, 40, 56, 6, "#5eead4" if on_band else sheet.look.accent, r=3)
    y = 54.0
    for line in title:
        y += 48
        sheet.text(line, MARGIN, y, 46, sheet.look.title, bold=True)
        y += 6
    for line in subtitle:
        y += 30
        sheet.text(line, MARGIN, y, 21, "#d7e5e3" if on_band else sheet.look.text)
    sheet.y = _band(page)


def _numbers(sheet: _Sheet, numbers: Sequence[BigNumber]) -> None:
    if not numbers:
        return
    room = (_INNER - GAP * (len(numbers) - 1)) / len(numbers)
    for i, number in enumerate(numbers):
        x = MARGIN + i * (room + GAP)
        size = next((s for s in (58, 48, 40, 32) if width(number.value, s, bold=True) <= room), 32)
        sheet.box(x, sheet.y + 22, room, 2, sheet.look.line, r=1)
        value = fitted(number.value, room, size, bold=True)
        sheet.text(value, x, sheet.y + 84, size, sheet.look.accent, bold=True)
        sheet.text(fitted(number.label, room, 20), x, sheet.y + 118, 20, sheet.look.quiet)
    sheet.y += 146


def _panels(sheet: _Sheet, panels: Sequence[Panel], pictures: Sequence[str]) -> None:
    """Charts two across, one alone over the whole width; those of a row are equally high."""
    if not panels:
        return
    for start in range(0, len(panels), 2):
        row = list(zip(panels[start : start + 2], pictures[start : start + 2], strict=True))
        outer = (_INNER - GAP * (len(row) - 1)) / len(row)
        inner = outer - 48
        titles = [lines(_ILLEGIBLE.sub(" ", p.question), inner, 21, bold=True, most=2) for p, _ in row]
        told = [lines(_ILLEGIBLE.sub(" ", p.sentence), inner, 18) for p, _ in row]
        notes = [lines(_ILLEGIBLE.sub(" ", p.caveat), inner, 14, most=2) for p, _ in row]
        drawn = [_placed(picture, inner, 400, f"c{start + i}") for i, (_, picture) in enumerate(row)]
        head, tall = 28 * max(map(len, titles)), max(h for _, _, h in drawn)
        whole = (
            28 + head + 14 + tall + 18 + max(25 * len(t) + 19 * len(n) for t, n in zip(told, notes, strict=True)) + 24
        )
        for i, (title, words, note, (picture, w, _)) in enumerate(zip(titles, told, notes, drawn, strict=True)):
            x = MARGIN + i * (outer + GAP)
            sheet.box(x, sheet.y, outer, whole, sheet.look.card, sheet.look.line)
            for j, line in enumerate(title):
                sheet.text(line, x + 24, sheet.y + 46 + 28 * j, 21, sheet.look.accent, bold=True)
            top = sheet.y + 28 + head + 14
            sheet.body += picture.format(x=f"{x + 24 + (inner - w) / 2:g}", y=f"{top:g}")
            for j, line in enumerate(words):
                sheet.text(line, x + 24, top + tall + 36 + 25 * j, 18, sheet.look.text)
            for j, line in enumerate(note):
                sheet.text(line, x + 24, top + tall + 35 + 25 * len(words) + 19 * j, 14, sheet.look.quiet)
        sheet.y += whole + GAP * 0.7


def _placed(svg: str, most_wide: float, most_high: float, mark: str) -> tuple[str, float, float]:
    """A picture to put at {x}, {y}, and its size: as large as its place allows, its ids its own."""
    found = _SIZE.search(svg)
    w, h = (float(n) for n in found.groups()) if found else (most_wide, most_high)
    scale = min(most_wide / w, most_high / h, 1.4)
    inside = re.sub(r"^.*?<svg[^>]*>", "", svg, count=1, flags=re.DOTALL).rpartition("</svg>")[0]
    inside = _BACKGROUND.sub("", inside, count=1)
    inside = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{mark}-", inside)
    inside = inside.replace("{", "{{").replace("}", "}}")
    size = f'width="{w * scale:g}" height="{h * scale:g}" viewBox="0 0 {w:g} {h:g}"'
    return f'<svg x="{{x}}" y="{{y}}" {size}>{inside}</svg>\n', w * scale, h * scale


def _care(sheet: _Sheet, cautions: Sequence[str]) -> None:
    if not cautions:
        return
    told = [lines(_ILLEGIBLE.sub(" ", c), _INNER - 84, 18) for c in cautions]
    high = 66 + sum(25 * len(t) + 8 for t in told) + 12
    sheet.box(MARGIN, sheet.y, _INNER, high, sheet.look.care)
    sheet.text("What to be careful about", MARGIN + 28, sheet.y + 44, 21, sheet.look.care_text, bold=True)
    y = sheet.y + 66
    for text in told:
        sheet.body += f'<circle cx="{MARGIN + 34}" cy="{y + 12:g}" r="4" fill="{sheet.look.care_text}"/>\n'
        for line in text:
            y += 25
            sheet.text(line, MARGIN + 52, y - 7, 18, sheet.look.care_text)
        y += 8
    sheet.y += high + GAP * 0.7


def _foot(sheet: _Sheet, foot: str) -> None:
    for line in lines(_ILLEGIBLE.sub(" ", foot), _INNER, 14, most=4):
        sheet.y += 20
        sheet.text(line, MARGIN, sheet.y, 14, sheet.look.quiet)
    sheet.y += 40
