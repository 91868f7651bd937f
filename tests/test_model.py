"""The nouns survive JSON, and settings and quoting mean what they say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observatory import quoting
from observatory.errors import FieldNotFound, ObservatoryError
from observatory.model import (
    Effect,
    FieldProfile,
    Filter,
    Finding,
    HistogramBin,
    Profile,
    TopValue,
    Wish,
    WishedField,
)
from observatory.settings import Settings

FARE = FieldProfile(
    name="Fare",
    type="quantitative",
    role="measure",
    storage="DOUBLE",
    missing=1,
    distinct=3,
    min=0.0,
    max=512.3,
    quantiles={"0.5": 14.4},
    top=(TopValue(8.05, 43),),
    histogram=(HistogramBin(0, 50, 730),),
)


def test_a_profile_survives_json() -> None:
    profile = Profile(891, (FARE,))
    assert Profile.from_dict(json.loads(json.dumps(profile.to_dict()))) == profile


def test_a_histogram_bin_says_from_and_to() -> None:
    assert HistogramBin(0, 50, 730).to_dict() == {"from": 0, "to": 50, "n": 730}


def test_a_finding_survives_json() -> None:
    finding = Finding(
        id="f1",
        kind="region",
        columns=("sex",),
        where="\"sex\" = 'female'",
        direction="under",
        rows=None,
        n=31,
        sample_share=0.31,
        reference_share=0.51,
        interval=(0.22, 0.41),
        effect=Effect("Cohen's h", -0.41),
        p=1e-5,
        q=1e-4,
        severity="medium",
        evidence="reference",
        detector="cells",
        statement="Women are 31 % of this sample and 51 % of the reference.",
        evidence_sql="SELECT count(*) FROM t",
        remedy={"weight": 1.6},
    )
    assert Finding.from_dict(json.loads(json.dumps(finding.to_dict()))) == finding


def test_a_wish_survives_json() -> None:
    wish = Wish(fields=(WishedField("a", aggregate="mean"),), filters=(Filter("b", "oneOf", ["x"]),), limit=3)
    assert Wish.from_dict(json.loads(json.dumps(wish.to_dict()))) == wish


def test_a_missing_field_is_named_with_the_closest_one() -> None:
    with pytest.raises(FieldNotFound) as caught:
        Profile(891, (FARE,)).field("fair")
    assert "Fare" in caught.value.hint


def test_a_setting_of_the_wrong_kind_names_its_variable() -> None:
    with pytest.raises(ObservatoryError, match="OBSERVATORY_PORT"):
        Settings.from_env({"OBSERVATORY_PORT": "many"})


def test_settings_expand_the_home_folder() -> None:
    assert Settings.from_env({"OBSERVATORY_WORKSPACE": "~/o"}).workspace == Path.home() / "o"


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_a_vega_field_name_round_trips(name: str) -> None:
    assert quoting.vega_name(quoting.vega_field(name)) == name


@pytest.mark.parametrize("address", ["http://evil.example", "www.evil.example", "a@evil.example"])
def test_markdown_makes_no_link_of_an_address(address: str) -> None:
    quoted = quoting.markdown(address)
    assert address not in quoted.replace("\\", "")
    assert quoted.replace("\\", "").replace("\u2060", "") == address


@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_markdown_leaves_no_active_character(text: str) -> None:
    quoted = quoting.markdown(text)
    assert "\n" not in quoted
    for position, character in enumerate(quoted):
        if character in "*_[]<>:$#|":
            assert quoted[position - 1] == "\\"
