"""The pictures of findings: shares stand in the labels, which have the colour of the theme, light or dark."""

import json

import pandas as pd

from observatory.charts.evidence import missing_shares
from observatory.charts.picture import svg

COUNTS = pd.DataFrame({"in_group": [True, False], "n": [40, 60], "n_missing": [10, 3]})


def test_shares_are_written_in_the_labels_of_the_axis():
    picture = svg(missing_shares(COUNTS))
    assert "missing in this group: 25.0%" in picture
    assert "missing elsewhere: 5.0%" in picture


def test_no_text_is_drawn_in_a_colour_of_its_own():
    assert '"text"' not in json.dumps([layer["mark"]["type"] for layer in missing_shares(COUNTS).to_dict()["layer"]])


def test_without_two_groups_there_is_no_picture():
    assert missing_shares(COUNTS[:1]) is None
