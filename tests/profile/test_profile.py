"""What the profile says of planted columns: statistics agree with pandas, types and roles with what people mean."""

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observatory.model import HistogramBin, Profile, TopValue
from observatory.profile import profile
from observatory.profile.histogram import MAX_BINS, nice_bins
from observatory.settings import Settings
from observatory.store import Store


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory):
    opened = Store(tmp_path_factory.mktemp("profile") / "workspace", Settings())
    yield opened
    opened.close()


@pytest.fixture
def profiled(shared_store):
    """Profile a frame; every profile survives strict JSON."""

    def profile_frame(frame, **options):
        dataset = shared_store.ingest_frame(pd.DataFrame(frame), name="frame")
        result = profile(shared_store.table(dataset.id), **options)
        assert Profile.from_dict(json.loads(json.dumps(result.to_dict(), allow_nan=False))) == result
        for field in result.fields:
            assert field.missing + field.distinct <= result.n_rows or field.missing == 0
            if field.histogram and not np.isinf(field.max if isinstance(field.max, float) else 0):
                assert sum(b.n for b in field.histogram) <= result.n_rows - field.missing
        return result

    return profile_frame


def test_numbers_agree_with_pandas(profiled):
    x = pd.Series(np.random.default_rng(0).normal(50, 10, 1_000)).where(lambda s: s > 30)
    field = profiled({"x": x}).field("x")
    assert field.missing == x.isna().sum()
    assert field.distinct == x.nunique()
    assert (field.min, field.max) == (x.min(), x.max())
    assert field.mean == pytest.approx(x.mean())
    assert field.sd == pytest.approx(x.std())
    assert field.quantiles == pytest.approx({str(q): x.quantile(q) for q in (0.05, 0.25, 0.5, 0.75, 0.95)})
    assert field.exact
    assert sum(b.n for b in field.histogram) == x.notna().sum()


def test_histogram_agrees_with_numpy(profiled):
    x = np.random.default_rng(1).exponential(3, 2_000)
    bars = profiled({"x": x}).field("x").histogram
    edges = [b.lower for b in bars] + [bars[-1].upper]
    assert len(bars) <= MAX_BINS
    assert [b.n for b in bars] == np.histogram(x, edges)[0].tolist()


def test_top_values_are_counted(profiled):
    field = profiled({"c": ["b"] * 3 + ["a"] * 3 + ["z"] + [None] * 2}).field("c")
    assert field.top == (TopValue("a", 3), TopValue("b", 3), TopValue("z", 1))
    assert (field.missing, field.distinct, field.histogram) == (2, 3, ())


def test_large_tables_are_sampled_with_a_seed_and_say_so(profiled):
    rng = np.random.default_rng(0)
    n = 120_000
    frame = pd.DataFrame(
        {
            "id": np.arange(n),
            "key": [f"k{i}" for i in range(n)],
            "few": rng.choice(["a", "b"], n, p=[0.9, 0.1]),
            "x": rng.normal(size=n),
            "often": np.where(rng.random(n) < 0.3, -999, rng.integers(0, 10**9, n)),
        }
    )
    first = profiled(frame, random_state=7)
    assert first == profiled(frame, random_state=7)
    assert not any(field.exact for field in first.fields)
    assert first.field("id").distinct == first.field("key").distinct == n
    assert first.field("id").role == first.field("key").role == "identifier"
    assert first.field("few").top[0] == TopValue("a", int((frame["few"] == "a").sum()))
    assert first.field("often").top[0] == TopValue(-999, int((frame["often"] == -999).sum()))
    assert first.field("x").mean == pytest.approx(frame["x"].mean())
    assert first.field("x").quantiles["0.5"] == pytest.approx(0, abs=0.03)
    assert sum(b.n for b in first.field("x").histogram) == n


ROLES = {
    "customer_id": (lambda n: range(n), "nominal", "identifier"),
    "patientID": (lambda n: [10**12 + 7 * i for i in range(n)], "nominal", "identifier"),
    "store_id": (lambda n: [i % 7 for i in range(n)], "nominal", "dimension"),
    "sequence": (lambda n: range(5, n + 5), "nominal", "identifier"),
    "population": (lambda n: [1_000 + 37 * i * i for i in range(n)], "quantitative", "measure"),
    "height": (lambda n: [1.5 + i / n for i in range(n)], "quantitative", "measure"),
    "age": (lambda n: [i % 80 for i in range(n)], "quantitative", "measure"),
    "year": (lambda n: [1990 + i % 30 for i in range(n)], "quantitative", "time"),
    "birthYear": (lambda n: [1940 + i % 60 for i in range(n)], "quantitative", "time"),
    "survived": (lambda n: [i % 2 for i in range(n)], "nominal", "dimension"),
    "pclass": (lambda n: [1 + i % 3 for i in range(n)], "ordinal", "dimension"),
    "cylinders": (lambda n: [(4.0, 6.0, 8.0, None)[i % 4] for i in range(n)], "ordinal", "dimension"),
    "flag": (lambda n: [i % 3 == 0 for i in range(n)], "nominal", "dimension"),
    "latitude": (lambda n: [-60 + i * 0.3 for i in range(n)], "quantitative", "place"),
    "Country": (lambda n: [f"Land {i % 40}" for i in range(n)], "nominal", "place"),
    "zip": (lambda n: [10_000 + i for i in range(n)], "nominal", "place"),
    "species": (lambda n: ["adelie", "gentoo"] * (n // 2), "nominal", "dimension"),
    "name": (lambda n: [f"Person {i}" for i in range(n)], "nominal", "identifier"),
    "comment": (lambda n: [f"I liked number {i} of these very much indeed" for i in range(n)], "nominal", "text"),
    "age_band": (lambda n: [f"{10 * (i % 5)}-{10 * (i % 5) + 9}" for i in range(n)], "ordinal", "dimension"),
    "day": (lambda n: pd.date_range("2020-01-01", periods=n), "temporal", "time"),
    "date": (lambda n: [date(1500 + i, 1, 1) for i in range(n)], "temporal", "time"),
    "tags": (lambda n: [[i, i] for i in range(n)], "nominal", "identifier"),
    "nothing": (lambda n: pd.Series([None] * n, dtype=object), "nominal", "dimension"),
}


@pytest.mark.parametrize("name", ROLES)
def test_type_and_role(name, profiled):
    values, kind, role = ROLES[name]
    field = profiled({name: pd.Series(list(values(200)))}).field(name)
    assert (field.type, field.role) == (kind, role)


def test_small_tables_can_still_be_charted(profiled):
    result = profiled({"category": ["a", "b", "c"], "amount": [10, 20, 30]})
    assert [(f.type, f.role) for f in result.fields] == [("nominal", "dimension"), ("quantitative", "measure")]


def test_times(profiled):
    when = pd.Series(pd.to_datetime(["2020-01-01 10:00", "2020-03-01 12:30", None, "2020-02-01 00:00"]))
    result = profiled({"at": when, "utc": when.dt.tz_localize("UTC"), "day": [date(1492, 10, 12)] * 3 + [None]})
    at, utc, day = result.fields
    assert (at.min, at.max, at.missing) == ("2020-01-01T10:00:00", "2020-03-01T12:30:00", 1)
    assert at.quantiles["0.5"] == "2020-02-01T00:00:00"
    assert utc.max == "2020-03-01T12:30:00+00:00"
    assert day.histogram == (HistogramBin("1492-10-12", "1492-10-13", 3),)
    assert day.top == (TopValue("1492-10-12", 3),)
    for field in result.fields:
        bounds = [pd.Timestamp(b.lower) for b in field.histogram] if field is not day else []
        assert bounds == sorted(bounds)
        assert sum(b.n for b in field.histogram) == 3


def test_awkward_numbers(profiled):
    result = profiled(
        {
            "inf": [1.0, float("inf"), float("-inf"), None],
            "huge": [1e308, -1e308, 1.0, 2.0],
            "tiny": [5e-324, 0.0, 1e-300, None],
            "id64": pd.array([2**63 - 1, -(2**63), 2**53 + 1, None], dtype="Int64"),
            "u64": np.array([2**64 - 1, 0, 1, 2], dtype=np.uint64),
            "constant": [7, 7, 7, 7],
            "null": pd.Series([None] * 4, dtype="float64"),
        }
    )
    assert (result.field("inf").missing, result.field("inf").min, result.field("inf").max) == (1, 1.0, 1.0)
    assert (result.field("huge").max, result.field("huge").sd) == (1e308, None)
    assert (result.field("id64").min, result.field("id64").max) == (-(2**63), 2**63 - 1)
    assert 2**53 + 1 in [t.value for t in result.field("id64").top]
    assert result.field("u64").max == 2**64 - 1
    assert result.field("constant").histogram == (HistogramBin(7, 7, 4),)
    assert (result.field("constant").sd, result.field("constant").distinct) == (0.0, 1)
    assert (result.field("null").missing, result.field("null").mean, result.field("null").histogram) == (4, None, ())


def test_one_row(profiled):
    field = profiled({"x": [1.5]}).field("x")
    assert (field.mean, field.sd, field.distinct) == (1.5, None, 1)


def test_hostile_names(profiled):
    names = ['say "hi"', "'; DROP TABLE t; --", "😀", "v", "f", "w", "n", "a b", "<b>"]
    result = profiled({name: [i, i + 1] for i, name in enumerate(names)})
    assert [(f.name, f.min, f.max) for f in result.fields] == [(name, i, i + 1) for i, name in enumerate(names)]


def test_many_columns(profiled):
    values = np.random.default_rng(0).normal(size=(30, 600))
    result = profiled(pd.DataFrame(values).add_prefix("c"))
    assert [f.mean for f in result.fields] == pytest.approx(values.mean(axis=0).tolist())
    assert all(sum(b.n for b in f.histogram) == 30 for f in result.fields)


def test_other_storages(shared_store, tmp_path):
    from decimal import Decimal

    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {
        "money": pa.array([Decimal("1.50"), Decimal("2.25"), None], pa.decimal128(10, 2)),
        "whole": pa.array([Decimal(3), Decimal(4), None], pa.decimal128(20, 0)),
        "float": pa.array([1.5, 2.5, None], pa.float32()),
        "time": pa.array([1, 2, 3], pa.time64("us")),
        "nano": pa.array([0, 1, 2], pa.timestamp("ns")),
        "map": pa.array([[("a", 1)], None, []], pa.map_(pa.string(), pa.int32())),
    }
    pq.write_table(pa.table(columns), tmp_path / "t.parquet")
    result = profile(shared_store.table(shared_store.ingest(tmp_path / "t.parquet").id))
    assert json.dumps(result.to_dict(), allow_nan=False)
    assert (result.field("money").min, result.field("money").max) == (1.5, 2.25)
    assert (result.field("whole").min, result.field("whole").top[0].value) == (3, 3)
    assert result.field("nano").type == "temporal"


@settings(max_examples=200, deadline=None)
@given(
    st.floats(-1e300, 1e300, allow_subnormal=False),
    st.floats(-1e300, 1e300, allow_subnormal=False),
    st.booleans(),
)
def test_bins_cover_the_range(one, other, whole):
    lowest, highest = sorted((float(int(one)), float(int(other))) if whole else (one, other))
    bins = nice_bins(lowest, highest, whole=whole)
    if bins is None:
        return
    assert 1 <= bins.n <= MAX_BINS
    slack = 1e-9 * max(abs(lowest), abs(highest))
    assert bins.start <= lowest + slack
    assert bins.start + bins.n * bins.step >= highest - slack
