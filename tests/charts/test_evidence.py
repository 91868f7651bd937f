"""The pictures of findings: what each compares is what is drawn, counted over all rows, whatever the names are."""

from __future__ import annotations

import json
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import observatory
from observatory.charts.drawing.picture import svg
from observatory.charts.findings.evidence import draw_finding, missing_shares
from observatory.charts.findings.groups import counted, groups
from observatory.model import Effect, Finding

COUNTS = pd.DataFrame({"in_group": [True, False], "n": [40, 60], "n_missing": [10, 3]})
ODD = 'a.b["c"] \\ :red[x] <i>'


@pytest.fixture(scope="module")
def tables():
    """A population and a sample of it without most old women, with columns that are named as badly as they can be."""
    rng = np.random.default_rng(0)
    n = 3_000
    population = pd.DataFrame(
        {
            "table": rng.choice(["F", "M"], n),
            ODD: rng.integers(0, 90, n),
            "n": rng.choice(["N", "<b>E</b>", ":red[S]", "O'W"], n, p=[0.4, 0.3, 0.2, 0.1]),
            "inside": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 365, n), "D"),
        }
    )
    sample = population[~((population["table"] == "F") & (population[ODD] >= 60))].reset_index(drop=True)
    sample.loc[sample["n"] == "N", "inside"] = pd.NaT
    with observatory.open() as obs:
        ids = [obs.ingest(frame, name).id for frame, name in ((sample, "sample"), (population, "population"))]
        yield obs._store.table(ids[0]), obs.profile(ids[0]), obs._store.table(ids[1])


def finding(columns, where, *, kind="region", direction="under", reference_share=0.2, detector="cells", sql=""):
    return Finding(
        id="f1",
        kind=kind,
        columns=columns,
        where=where,
        direction=direction,
        rows=None,
        n=100,
        sample_share=0.1,
        reference_share=reference_share,
        interval=(0.08, 0.12),
        effect=Effect("Cohen's h", -0.4),
        p=1e-9,
        q=1e-9,
        severity="high",
        evidence="reference" if reference_share else "internal",
        detector=detector,
        statement="Something is so.",
        evidence_sql=sql,
    )


def drawn(tables, found, *, alone=False):
    sample, profile, reference = tables
    made = draw_finding(found, sample, profile, None if alone else reference)
    for drawing in made:
        assert drawing.caveat
        assert drawing.alt
        assert "<svg" in svg(drawing.chart)
    return made


def rows_of(drawing) -> list[dict]:
    return [row for rows in drawing.chart.to_dict()["datasets"].values() for row in rows]


def test_shares_are_written_in_the_labels_of_the_axis():
    picture = svg(missing_shares(COUNTS))
    assert "missing in this group: 25.0%" in picture
    assert "missing elsewhere: 5.0%" in picture


def test_no_text_is_drawn_in_a_colour_of_its_own():
    assert '"text"' not in json.dumps([layer["mark"]["type"] for layer in missing_shares(COUNTS).to_dict()["layer"]])


def test_without_two_groups_there_is_no_picture():
    assert missing_shares(COUNTS[:1]) is None


def test_all_levels_of_a_field_are_drawn_and_those_of_the_finding_stand_out(tables):
    (drawing,) = drawn(tables, finding(("n",), "\"n\" = 'O''W'"))
    rows = [row for row in rows_of(drawing) if "who" in row]
    assert {row["label0"] for row in rows} == {"N", "<b>E</b>", ":red[S]", "O'W"}
    assert {row["label0"] for row in rows if row["told"]} == {"O'W"}
    for who in ("this sample", "reference"):
        assert sum(row["share"] for row in rows if row["who"] == who) == pytest.approx(1)


def test_a_level_that_the_sample_lacks_is_drawn_at_nothing(tables):
    sample, profile, _ = tables
    only = finding(("table",), "\"table\" = 'X'")
    with observatory.open() as obs:
        other = obs.ingest(pd.DataFrame({"table": ["F", "M", "X", "X"]}), "other")
        (drawing,) = draw_finding(only, sample, profile, obs._store.table(other.id))
    shares = {(row["label0"], row["who"]): row["share"] for row in rows_of(drawing) if "who" in row}
    assert shares["X", "this sample"] == 0
    assert shares["X", "reference"] == 0.5


def test_a_range_is_shaded_where_its_rows_are(tables):
    (drawing,) = drawn(tables, finding((ODD,), f'"{ODD.replace(chr(34), chr(34) * 2)}" >= 60'))
    band = next(row for row in rows_of(drawing) if set(row) == {"from", "to"})
    assert (band["from"], band["to"]) == (60, 89)
    assert sum(row["share"] for row in rows_of(drawing) if row.get("who") == "reference") == pytest.approx(1)


def test_two_fields_are_crossed_and_the_cells_of_the_finding_framed(tables):
    name = '"' + ODD.replace('"', '""') + '"'
    found = finding(("table", ODD), f"(\"table\" = 'F') AND ({name} >= 60)")
    _, heat = drawn(tables, found)
    told = [row for row in rows_of(heat) if row.get("told")]
    assert [(row["label0"], row["label1"], row["label"]) for row in told] == [("F", "60 or more", "none")]


def test_a_third_field_is_held_to_the_levels_of_the_finding(tables):
    name = '"' + ODD.replace('"', '""') + '"'
    found = finding(("table", ODD, "n"), f"(\"table\" = 'F') AND ({name} >= 60) AND (\"n\" = 'N')")
    _, heat = drawn(tables, found)
    assert "n: N" in heat.caveat


def test_missing_shares_are_drawn_for_every_group(tables):
    found = finding(
        ("inside", "n"),
        '"inside" IS NULL AND "n" = \'N\'',
        kind="missing",
        direction="missing",
        reference_share=None,
    )
    (drawing,) = drawn(tables, found)
    shares = {row["label0"]: (row["share"], row["told"]) for row in rows_of(drawing)}
    assert shares["N"] == (1, True)
    assert shares["O'W"] == (0, False)


def test_sets_of_copies_are_counted_by_size(tables):
    sql = 'SELECT "table", count(*) AS copies FROM t GROUP BY ALL HAVING count(*) > 1'
    found = finding(
        ("table",), None, kind="rows", direction="duplicates", reference_share=None, detector="duplicates", sql=sql
    )
    (drawing,) = drawn(tables, found)
    assert sum(row["sets"] for row in rows_of(drawing)) == 2


def test_far_values_are_marked(tables):
    name = '"' + ODD.replace('"', '""') + '"'
    found = finding(
        (ODD,), f"{name} >= 88", kind="rows", direction="outliers", reference_share=None, detector="outliers"
    )
    (drawing,) = drawn(tables, found, alone=True)
    assert {row["value"] for row in rows_of(drawing) if "value" in row} == {88, 89}


def test_a_gap_in_time_is_shaded():
    days = pd.date_range("2024-01-01", "2024-12-31")
    frame = pd.DataFrame({"when": [d for d in days if not "2024-05-31" < str(d.date()) < "2024-07-01"] * 3})
    with observatory.open() as obs:
        dataset = obs.ingest(frame, "days")
        found = finding(("when",), None, kind="column", direction=None, reference_share=None, detector="gaps")
        (drawing,) = draw_finding(found, obs._store.table(dataset.id), obs.profile(dataset))
    band = next(row for row in rows_of(drawing) if set(row) == {"from", "to"})
    assert [str(pd.Timestamp(band[side], unit="ms").date()) for side in ("from", "to")] == ["2024-05-31", "2024-07-01"]


def test_the_gap_is_shaded_that_the_statement_names():
    days = pd.date_range("2024-01-01", "2024-12-31")
    empty = [("2024-02-29", "2024-06-01"), ("2024-08-31", "2024-10-01")]
    kept = [d for d in days if not any(pd.Timestamp(a) < d < pd.Timestamp(b) for a, b in empty)]
    with observatory.open() as obs:
        dataset = obs.ingest(pd.DataFrame({"when": kept}), "days")
        found = finding(("when",), None, kind="column", direction=None, reference_share=None, detector="gaps")
        found = replace(found, statement="No rows have when from 1 September 2024 to 30 September 2024: 30 days.")
        (drawing,) = draw_finding(found, obs._store.table(dataset.id), obs.profile(dataset))
    band = next(row for row in rows_of(drawing) if set(row) == {"from", "to"})
    assert [str(pd.Timestamp(band[side], unit="ms").date()) for side in ("from", "to")] == ["2024-08-31", "2024-10-01"]


def test_a_reference_without_the_field_is_left_out(tables):
    sample, profile, _ = tables
    with observatory.open() as obs:
        other = obs.ingest(pd.DataFrame({"else": range(30)}), "other")
        found = finding(("inside",), None, kind="column", direction=None, reference_share=None, detector="gaps")
        (drawing,) = draw_finding(found, sample, profile, obs._store.table(other.id))
    assert "reference" not in drawing.caveat


@pytest.mark.parametrize("n", [2, 4, 10])
def test_every_level_has_a_label_and_a_line_of_its_own(n):
    names = [f"level {i}" for i in range(n)]
    with observatory.open() as obs:
        dataset = obs.ingest(pd.DataFrame({"g": names * 40, "other": names[:2] * 20 * n}), "levels")
        table, profile = obs._store.table(dataset.id), obs.profile(dataset)
        (drawing,) = draw_finding(finding(("g",), "\"g\" = 'level 0'"), table, profile, table)
        _, heat = draw_finding(finding(("g", "other"), "\"g\" = 'level 0'"), table, profile, table)
    assert all(f">{name}<" in svg(drawing.chart) for name in names)
    assert all(f">{name}<" in svg(heat.chart, 200) for name in names[:7])
    assert drawing.chart.to_dict()["height"] >= 24 * n + 80


def test_whole_numbers_have_bins_of_one_width():
    frame = pd.DataFrame({"age": list(range(18, 95)) * 4, "income": list(range(2_000, 2_308))})
    with observatory.open() as obs:
        dataset = obs.ingest(frame, "ages")
        table, profile = obs._store.table(dataset.id), obs.profile(dataset)
        (drawing,) = draw_finding(finding(("age",), '"age" > 90'), table, profile, table)
    assert {row["n"] for row in rows_of(drawing) if "who" in row} == {4}


@pytest.mark.parametrize(
    "values", [[1.0], [None, None], [1.0] * 40, [float("inf"), float("-inf"), 1.0] * 20, list(range(60))]
)
def test_awkward_columns_are_drawn_or_left_without_a_picture(values):
    with observatory.open() as obs, warnings.catch_warnings():
        warnings.simplefilter("error")
        dataset = obs.ingest(
            pd.DataFrame({"n": pd.array(values, dtype="Float64"), "g": ["a"] * len(values)}), "awkward"
        )
        table, profile = obs._store.table(dataset.id), obs.profile(dataset)
        for where in ('"n" >= 1', '"n" IS NULL'):
            for columns in (("n",), ("n", "g")):
                assert all(svg(d.chart) for d in draw_finding(finding(columns, where), table, profile, table))
            far = finding(("n",), where, direction="outliers", reference_share=None)
            assert all(svg(d.chart) for d in draw_finding(far, table, profile))


def test_the_commonest_levels_are_drawn_and_the_rest_put_together(tables):
    with observatory.open() as obs:
        frame = pd.DataFrame({"level": [f"level {i % 5_000}" for i in range(20_000)]})
        dataset = obs.ingest(frame, "levels")
        table = obs._store.table(dataset.id)
        cut = groups(obs.profile(dataset).field("level"), (table,), "\"level\" = 'level 4999'")
        rows = counted(table, [cut], "TRUE")
    assert "level 4999" in cut.labels
    assert len(cut.labels) == 12
    assert rows["n"].sum() == 20_000
