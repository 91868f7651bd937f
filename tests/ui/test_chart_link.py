"""A link holds a chart; whatever else it holds gets a sentence."""

from __future__ import annotations

import base64
import zlib

import pytest

from observatory.errors import ChartInvalidSpec
from observatory.ui.chart_link import MOST, packed, read, unpacked


@pytest.mark.parametrize(
    "spec", [{}, {"mark": "bar", "title": "größe 🦆 & = ? #"}, {"encoding": {"x": {"field": 'a"\\.b', "n": [1, None]}}}]
)
def test_a_chart_survives_the_link(spec: dict[str, object]) -> None:
    text = packed(spec)
    assert unpacked(text) == spec
    assert text.replace("-", "").replace("_", "").isalnum()


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
