"""Charts as pictures: SVG and PNG, offline."""

import re
import struct

import altair as alt
import pandas as pd
import pytest

import observatory
from observatory.charts import draw
from observatory.charts.drawing.picture import png, svg
from observatory.cli import main
from observatory.errors import ChartInvalidSpec

SPEC = {"mark": "bar", "encoding": {"x": {"field": "kind", "type": "nominal"}, "y": {"aggregate": "count"}}}
FRAME = pd.DataFrame({"kind": list("aabbbc") * 4, "value": range(24)})


def size_of(picture: bytes) -> tuple[int, int]:
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", picture[16:24])


def test_a_chart_is_drawn_as_svg_and_as_png(tabulate):
    chart = draw(SPEC, *tabulate(FRAME)).chart
    width, height = size_of(png(chart, scale=1))
    assert width > 640
    assert height > 280
    assert size_of(png(chart)) == (2 * width, 2 * height)
    assert svg(chart).startswith("<svg")


@pytest.mark.parametrize("picture", [svg, png])
@pytest.mark.parametrize("address", ["http://127.0.0.1:9/rows.json", "https://example.org/rows.csv", "rows.json"])
def test_data_at_an_address_are_not_fetched(picture, address):
    chart = alt.Chart(alt.UrlData(address)).mark_point().encode(x="a:Q")
    with pytest.raises(ChartInvalidSpec, match="cannot be drawn"):
        picture(chart)


@pytest.mark.parametrize("picture", [svg, png])
def test_images_are_refused(picture):
    rows = alt.Data(values=[{"a": 1, "u": "http://127.0.0.1:9/x.png"}])
    chart = alt.layer(alt.Chart(rows).mark_image().encode(x="a:Q", url="u:N"))
    with pytest.raises(ChartInvalidSpec, match="images"):
        picture(chart)


def test_the_addresses_of_a_chart_never_reach_what_is_drawn(tabulate):
    spec = {
        **SPEC,
        "data": {"url": "http://127.0.0.1:9/rows.json"},
        "config": {"background": "url(http://127.0.0.1:9/)"},
    }
    spec["usermeta"] = {"href": "http://127.0.0.1:9/"}
    assert "127.0.0.1" not in str(draw(spec, *tabulate(FRAME)).chart.to_dict())


PENGUINS = pd.DataFrame(
    {
        "flipper_length_mm": [180 + n % 50 for n in range(90)],
        "body_mass_g": [3000 + 37 * n for n in range(90)],
        "species": ["Adelie", "Chinstrap", "Gentoo"] * 30,
        "island": sorted(["Biscoe", "Dream", "Torgersen"] * 30),
        "year": [2007, 2008, 2009] * 30,
    }
)
NUMBERS = {name: {"field": name, "type": "quantitative", "scale": {"zero": False}} for name in PENGUINS.columns[:2]}
KIND, ISLAND = ({"field": name, "type": "nominal"} for name in ("species", "island"))
POINTS = {"mark": "point", "encoding": dict(zip("xy", NUMBERS.values(), strict=True)) | {"color": KIND}}
MEANS = {"mark": "line", "encoding": POINTS["encoding"] | {"y": NUMBERS["body_mass_g"] | {"aggregate": "mean"}}}


def panels(unit: dict, **facets: dict) -> dict:
    return unit | {"encoding": unit["encoding"] | facets}


@pytest.mark.parametrize(
    ("spec", "across"),
    [
        (panels(POINTS, column=ISLAND), 3),
        (panels(POINTS, facet=ISLAND), 3),
        (panels(POINTS, row=ISLAND, column=KIND), 3),
        (panels(POINTS, row=ISLAND), 1),
        ({"facet": ISLAND, "spec": {"layer": [POINTS, MEANS]}}, 3),
        (panels(POINTS | {"mark": "boxplot", "encoding": {"x": KIND, "y": NUMBERS["body_mass_g"]}}, column=ISLAND), 3),
        ({"hconcat": [POINTS, MEANS]}, 2),
        ({"vconcat": [POINTS, MEANS]}, 1),
    ],
)
def test_panels_are_together_as_wide_as_a_single_chart(tabulate, spec, across):
    chart = draw(spec, *tabulate(PENGUINS)).chart
    picture = svg(chart)
    widths = {
        float(width) for width in re.findall(r'<path class="background"[^>]* d="M[\d.]+,[\d.]+h([\d.]+)v', picture)
    }
    assert 560 <= max(widths) * across <= 640
    assert size_of(png(chart, scale=1))[0] < 820
    assert "…" not in picture


def test_panels_on_a_page_fit_the_narrowest_card_and_their_title_is_wrapped(tabulate):
    chart = draw(panels(POINTS, column=ISLAND), *tabulate(PENGUINS)).chart.to_dict()
    assert 3 * chart["width"] + 2 * chart["encoding"]["facet"]["spacing"] <= 244
    assert chart["encoding"]["x"]["axis"]["title"] == ["flipper_", "length_mm"]
    assert chart["title"]["text"] == ["body_mass_g against flipper_length_mm by", "species and island"]


def test_years_lie_flat_in_panels_too(tabulate):
    years = {"x": {"field": "year", "type": "ordinal", "axis": {"format": "d"}}, "y": {"aggregate": "count"}}
    chart = draw({"mark": "bar", "encoding": years | {"column": ISLAND}}, *tabulate(PENGUINS)).chart
    assert chart.to_dict()["encoding"]["x"]["axis"]["labelAngle"] == 0
    assert len(re.findall(r'opacity="1">200[789]<', svg(chart))) == 9


def test_the_workbench_gives_both_pictures():
    with observatory.open() as obs:
        dataset = obs.ingest(FRAME, name="kinds")
        assert obs.picture(SPEC, dataset).startswith("<svg")
        assert size_of(obs.picture(SPEC, dataset, "png"))


def test_the_shell_writes_pictures(tmp_path, capsys):
    FRAME.to_csv(tmp_path / "kinds.csv", index=False)
    assert main(["charts", str(tmp_path / "kinds.csv"), "-k", "2", "--pictures", str(tmp_path / "out"), "--json"]) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["1.png", "1.svg", "2.png", "2.svg"]
    capsys.readouterr()
    (tmp_path / "file").write_text("")
    assert main(["charts", str(tmp_path / "kinds.csv"), "-k", "1", "--pictures", str(tmp_path / "file"), "--json"]) == 2
    assert "Pictures cannot be written" in capsys.readouterr().out
