"""A link holds a chart; whatever else it holds gets a sentence."""

from __future__ import annotations

import base64
import json
import random
import zlib

import pytest

from observatory.errors import ChartInvalidSpec
from observatory.ui.chart_link import LONGEST, MOST, packed, read, unpacked


@pytest.mark.parametrize(
    "spec", [{}, {"mark": "bar", "title": "größe 🦆 & = ? #"}, {"encoding": {"x": {"field": 'a"\\.b', "n": [1, None]}}}]
)
def test_a_chart_survives_the_link(spec: dict[str, object]) -> None:
    text = packed(spec)
    assert unpacked(text) == spec
    assert text.replace("-", "").replace("_", "").isalnum()


def rows(n: int) -> dict[str, object]:
    values = [{"x": i, "y": i * i % 97, "kind": "abc"[i % 3]} for i in range(n)]
    return {"mark": "bar", "encoding": {"x": {"field": "x"}}, "data": {"values": values}}


def test_rows_of_a_chart_s_own_go_into_a_link_as_far_as_it_can_be_read_back() -> None:
    longest = next(n for n in range(9_000, 0, -100) if len(json.dumps(rows(n), separators=(",", ":"))) <= MOST)
    assert longest > 4_000
    assert unpacked(packed(rows(longest))) == rows(longest)
    with pytest.raises(ChartInvalidSpec, match="too many rows"):
        packed(rows(longest + 400))


def test_what_cannot_be_squeezed_is_kept_below_what_the_server_takes() -> None:
    noise = base64.b85encode(random.Random(0).randbytes(60_000)).decode()
    with pytest.raises(ChartInvalidSpec, match="too many rows"):
        packed({"mark": "bar", "title": noise})
    assert len(packed({"mark": "bar", "title": noise[:40_000]})) <= LONGEST


def squeezed(text: bytes) -> str:
    return base64.urlsafe_b64encode(zlib.compress(text)).decode()


@pytest.mark.parametrize(
    "text",
    [
        "!",
        "abc",
        "größe",
        squeezed(b"[1]"),
        squeezed(b"\xff\xfe"),
        squeezed(b'{"a": NaN}'),
        squeezed(b'"' + b"a" * 5_000_000 + b'"'),
        squeezed(b"[" * 40_000),
        squeezed(b'{"mark": "' + b"a" * MOST + b'"}'),
        "{",
        "[]",
        "{" * (MOST + 1),
    ],
)
def test_anything_else_gets_a_sentence(text: str) -> None:
    with pytest.raises(ChartInvalidSpec) as caught:
        unpacked(text)
    assert caught.value.hint
    assert len(str(caught.value)) < 120


def test_broken_json_is_told_with_its_line() -> None:
    with pytest.raises(ChartInvalidSpec, match="line 2"):
        read('{"mark": "bar",\n,}')
