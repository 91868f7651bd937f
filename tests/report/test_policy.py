"""The report as a page: it loads nothing and sends nothing, wherever it is opened."""

from __future__ import annotations

import re

import pandas as pd

import observatory
from observatory import report


def test_a_report_carries_its_policy_before_anything_that_could_load() -> None:
    hostile = '"><script>alert(1)</script><img src=http://example.org/x>'
    with observatory.open() as obs:
        found = obs.report(pd.DataFrame({hostile: ["a", "b"] * 20, "n": range(40)}), llm=False)
    page = report.html(found, lambda _: "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    policy, rest = re.split(r"(?<=>)", page.partition("Content-Security-Policy")[2], maxsplit=1)
    assert policy.startswith("\" content=\"default-src 'none'")
    assert "base-uri 'none'" in policy
    assert "form-action 'none'" in policy
    assert "script-src" not in policy
    for part in ("<script", "<style", "<link", "<img"):
        assert part not in page.partition("Content-Security-Policy")[0]
    assert "<script" not in rest
    assert set(re.findall(r"<img src=\"([a-z]+:)", rest)) <= {"data:"}
