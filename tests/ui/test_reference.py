"""What a data set is compared with: every choice restores from its link, and what cannot be meant is said."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from observatory.model import Dataset


def frames() -> tuple[pd.DataFrame, pd.DataFrame]:
    """A sample that lacks half of the women, and its population under other names and spellings."""
    rng = np.random.default_rng(0)
    n = 4000
    population = pd.DataFrame(
        {
            "Sex": rng.choice(["Female", "Male"], n),
            "years": rng.integers(18, 90, n),
            "area": rng.choice(list("ABCD"), n),
        }
    )
    drawn = population.sample(2000, random_state=1)
    drawn = drawn[(drawn["Sex"] == "Male") | (rng.random(len(drawn)) < 0.5)]
    sample = pd.DataFrame({"sex": drawn["Sex"].str[0], "age": drawn["years"], "region": drawn["area"]})
    return sample.reset_index(drop=True), population


@pytest.fixture
def stored(open_page: Callable[..., AppTest]) -> tuple[Dataset, Dataset]:
    """Both in the catalog."""
    open_page()
    from observatory.ui.session import observatory

    sample, population = frames()
    return observatory().ingest(sample, "people"), observatory().ingest(population, "census")


def verdict(app: AppTest) -> str:
    return str(app.subheader[0].value)


def comparing(app: AppTest) -> str:
    return str(next(box.value for box in app.selectbox if box.label == "Compare with"))


def finished(app: AppTest) -> AppTest:
    """The page once nothing is looked for any more."""
    for _ in range(60):
        app.run()
        if "Found" in verdict(app) or "Nothing found among" in verdict(app):
            return app
    return app


def test_the_declared_reference_is_chosen_unasked(open_page):
    app = open_page("bias", dataset="titanic_passengers")
    assert not app.exception
    assert comparing(app) == "titanic_aboard"
    app = open_page("bias", dataset="titanic_passengers", bias_reference="none")
    assert comparing(app) == "none"


def test_a_reference_in_the_link_is_compared_and_an_unknown_one_is_not(open_page, stored):
    sample, population = stored
    app = open_page("bias", dataset=sample.id, bias_reference=population.id)
    assert not app.exception
    assert comparing(app) == population.id
    for named in ("/etc/passwd", sample.id, "upload me"):
        assert comparing(open_page("bias", dataset=sample.id, bias_reference=named)) == "none"


def test_matches_in_the_link_are_applied(open_page, stored):
    sample, population = stored
    matches = {"matches": [{"field": "sex", "theirs": "Sex", "levels": {"Female": "F", "Male": "M"}}]}
    link = {"dataset": sample.id, "bias_reference": population.id, "bias_alignment": json.dumps(matches)}
    app = finished(open_page("bias", **link))
    assert not app.exception
    assert "out of step with the reference" in verdict(app)


@pytest.mark.parametrize("text", ["{", "[]", '{"matches": 3}', '{"matches": [{"field": "no such", "theirs": "Sex"}]}'])
def test_matches_that_cannot_be_meant_are_said(open_page, stored, text):
    sample, population = stored
    app = open_page("bias", dataset=sample.id, bias_reference=population.id, bias_alignment=text)
    assert not app.exception
    assert len(app.error) == 1


def test_what_may_match_is_compared_on_one_click(open_page):
    open_page()
    from observatory.ui.session import observatory

    ours = observatory().ingest(pd.DataFrame({"sex": ["Female", "Male"] * 100, "age": range(200)}), "ours")
    theirs = observatory().ingest(pd.DataFrame({"Sex ": ["F", "F", "M"] * 100, "age": range(300)}), "theirs")
    app = open_page("bias", dataset=ours.id, bias_reference=theirs.id)
    app.button(key=f"bias_suggested_{ours.id}_{theirs.id}").click().run()
    assert not app.exception
    assert '"F":"Female"' in str(app.query_params["bias_alignment"])
    assert "Compare these too" not in {button.label for button in app.button}


def test_a_choice_stands_in_the_link_and_drops_what_belonged_to_the_one_before(open_page, stored):
    sample, population = stored
    app = open_page("bias", dataset=sample.id, bias_reference=population.id, bias_alignment='{"sex": "Sex"}')
    box = next(box for box in app.selectbox if box.label == "Compare with")
    box.select("titanic_aboard").run()
    assert app.query_params["bias_reference"] == "titanic_aboard"
    assert "bias_alignment" not in app.query_params


def test_an_earlier_version_is_offered(open_page, stored):
    from observatory.ui.session import observatory

    newer = observatory().ingest(frames()[0].head(500), "people")
    app = open_page("bias", dataset=newer.id, bias_reference=stored[0].id)
    box = next(box for box in app.selectbox if box.label == "Compare with")
    assert [option for option in box.options if option.startswith("an earlier version")]
    assert comparing(app) == stored[0].id


def test_shares_in_the_catalog_restore_from_a_link(open_page, stored):
    from observatory.ui.session import observatory

    rows = {"field": ["sex", "sex"], "value": ["F", "M"], "share": [0.5, 0.5]}
    shares = observatory().ingest(pd.DataFrame(rows), "census shares")
    app = finished(open_page("bias", dataset=stored[0].id, bias_marginals=shares.id))
    assert not app.exception
    assert comparing(app) == "shares"
    assert "out of step with the marginals" in verdict(app)


def test_shares_can_be_filled_in(open_page, stored):
    app = open_page("bias", dataset=stored[0].id, bias_reference="shares")
    assert not app.exception
    assert not app.error
    assert any("Fill in what you know" in str(caption.value) for caption in app.caption)


def test_a_reference_is_uploaded_as_a_data_set_of_its_own(open_page, stored):
    app = open_page("bias", dataset=stored[0].id, bias_reference="upload")
    rows = "\n".join(f"{'FM'[i % 2]},{i % 70}" for i in range(400))
    app.file_uploader[0].set_value(("office.csv", f"sex,age\n{rows}\n".encode(), "text/csv")).run()
    assert not app.exception
    assert comparing(app).startswith("office-")
