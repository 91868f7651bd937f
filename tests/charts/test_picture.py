"""Charts as pictures: SVG and PNG, offline."""

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
