"""The infographic: every number on it was computed, nothing overlaps its place, and names cannot break it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator

import pandas as pd
import pytest

import observatory
from observatory.errors import ChartInvalidSpec
from observatory.model import Infographic
from observatory.report.infographic import MARGIN, WIDTH
from observatory.report.measured import fitted, lines, width
from observatory.workbench import Observatory

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def obs() -> Iterator[Observatory]:
    with observatory.open() as opened:
        yield opened


@pytest.fixture(scope="module")
def titanic(obs: Observatory) -> Infographic:
    return obs.infographic("titanic_passengers", llm=False)


def texts(page: Infographic) -> list[ElementTree.Element]:
    """The words of the page itself, not those inside its charts."""
    return ElementTree.fromstring(page.svg).findall(f"{SVG}text")


def test_the_page_says_what_counting_the_file_says(obs: Observatory, titanic: Infographic) -> None:
    frame = pd.read_csv("datasets/titanic_passengers.csv")
    survived = frame["survived"].eq("yes")
    assert [n.value for n in titanic.numbers] == [
        f"{len(frame):,}",
        f"{100 * survived.mean():.0f} %",
        f"{frame['age'].mean():.1f}",
    ]
    by_sex = 100 * survived.groupby(frame["sex"]).mean()
    said = next(p.sentence for p in titanic.panels if p.sentence.startswith("Where sex"))
    assert [float(n) for n in re.findall(r"\d+", said)] == [round(by_sex["female"]), round(by_sex["male"])]
    ages = next(p.sentence for p in titanic.panels if p.sentence.startswith("The middle half"))
    assert [float(n) for n in re.findall(r"[\d.]*\d", ages)] == list(frame["age"].quantile([0.25, 0.75, 0.5]))


def test_every_number_on_the_page_is_one_of_its_facts(titanic: Infographic) -> None:
    told = [titanic.title, titanic.subtitle, titanic.foot, *titanic.cautions]
    told += [text for n in titanic.numbers for text in (n.value, n.label)]
    told += [text for p in titanic.panels for text in (p.question, p.sentence, p.caveat)]
    known = set(re.findall(r"\d[\d,.]*", " ".join(told)))
    written = set(re.findall(r"\d[\d,.]*", " ".join(t.text or "" for t in texts(titanic))))
    assert written <= known
    assert {"1,309", "38", "29.9"} <= written


def test_text_stays_on_the_page_and_does_not_overlap(titanic: Infographic) -> None:
    root = ElementTree.fromstring(titanic.svg)
    boxes = []
    for text in texts(titanic):
        x, y, size = (float(text.attrib[a]) for a in ("x", "y", "font-size"))
        right = x + width(text.text or "", size, bold=text.get("font-weight") == "700")
        assert MARGIN - 1 <= x <= right <= WIDTH - MARGIN + 8
        assert 0 < y < float(root.attrib["height"])
        boxes.append((x, y - 0.75 * size, right, y + 0.2 * size))
    for chart in root.findall(f"{SVG}svg"):
        x, y, w, h = (float(chart.attrib[a]) for a in ("x", "y", "width", "height"))
        boxes.append((x, y, x + w, y + h))
    for i, (a, b, c, d) in enumerate(boxes):
        for e, f, g, h in boxes[i + 1 :]:
            assert not (a < g and e < c and b < h and f < d)


def test_the_picture_needs_nothing_else(obs: Observatory, titanic: Infographic) -> None:
    assert not re.search(r'(?:href|src)="(?!#)|<script|<image|<foreignObject|@import', titanic.svg)
    assert obs.infographic_png(titanic, 0.2)[1:4] == b"PNG"
    ids = re.findall(r'\bid="([^"]+)"', titanic.svg)
    assert len(ids) == len(set(ids))


def test_awkward_names_are_words_and_nothing_else(obs: Observatory) -> None:
    hostile = '<script>alert(1)</script> & "a very long name" of 名前の長い列 ' + "x" * 90
    frame = pd.DataFrame({hostile: ["<b>", "a & b", "{x}"] * 20, "größe_m²": range(60), "a\u202eb\nc": [0.5] * 60})
    page = obs.infographic(obs.ingest(frame, name='"<&>"'), llm=False, style="ink")
    ElementTree.fromstring(page.svg)
    assert "<script" not in page.svg
    assert "\u202e" not in "".join(t.text or "" for t in texts(page))
    assert obs.infographic_png(page, 0.2)[1:4] == b"PNG"


@pytest.mark.parametrize("n_rows", [1, 2])
def test_a_table_that_says_little_has_a_page_too(obs: Observatory, n_rows: int) -> None:
    page = obs.infographic(obs.ingest(pd.DataFrame({"a": [1.5] * n_rows}), name="little"), llm=False)
    assert page.numbers[0].value == str(n_rows)
    ElementTree.fromstring(page.svg)


def test_charts_of_ones_own_are_drawn_and_bad_ones_refused(obs: Observatory) -> None:
    spec = {"mark": "bar", "encoding": {"x": {"field": "species"}, "y": {"aggregate": "count"}}}
    page = obs.infographic("penguins", [spec])
    assert [p.question for p in page.panels] == ["How many rows are there for each species?"]
    assert "152" in page.panels[0].sentence
    kept = {**spec, "transform": [{"filter": {"field": "sex", "equal": "male"}}]}
    assert obs.infographic("penguins", [kept]).panels[0].sentence == ""
    with pytest.raises(ChartInvalidSpec):
        obs.infographic("penguins", [{"mark": "hologram"}])


def test_lines_fit_their_room_and_lose_only_what_they_say() -> None:
    text = "Where class is 1st, survived is yes in 62 % of rows; where it is 3rd, in 26 %."
    cut = lines(text, 200, 18, most=9)
    assert " ".join(cut) == text
    assert all(width(line, 18) <= 200 for line in cut)
    assert lines("wonderful " * 30, 120, 18, most=2)[-1].endswith("…")
    assert width(fitted("w" * 99, 50, 18), 18) <= 50
    assert "".join(lines("W" * 40, 100, 18, most=99)) == "W" * 40
