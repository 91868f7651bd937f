"""The pictures of findings: colours on marks, text in the colour of the theme."""

import pandas as pd

from observatory.charts.evidence import missing_shares


def test_numbers_are_written_in_the_colour_of_the_theme():
    counts = pd.DataFrame({"in_group": [True, False], "n": [40, 60], "n_missing": [10, 3]})
    layers = missing_shares(counts).to_dict()["layer"]
    text = [layer for layer in layers if layer["mark"]["type"] == "text"]
    assert len(text) == 1
    assert "color" not in text[0]["mark"]
    assert "color" not in text[0]["encoding"]
    assert all("color" in layer["encoding"] for layer in layers if layer not in text)
