"""What fields mean: by name, values and numbers; of the model only what the name and the data bear out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from observatory.errors import LLMUnavailable
from observatory.insight import enrich, summarize
from observatory.insight.enrich import describes
from observatory.insight.meanings import fits, is_personal, meaning
from observatory.llm import ScriptedLLM
from observatory.model import DataCard, Enrichment, FieldProfile, Profile, TopValue


def field(name: str, *values: object, low: float | None = None, high: float | None = None, **more: Any) -> FieldProfile:
    """A category of these values, or with bounds a measure."""
    top = tuple(TopValue(v, 3) for v in values)  # type: ignore[arg-type]
    if low is not None:
        return FieldProfile(name, "quantitative", "measure", "DOUBLE", 0, 90, low, high, top=top, **more)
    return FieldProfile(name, "nominal", "dimension", "VARCHAR", 0, max(2, len(values)), top=top, **more)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (field("Age", low=0, high=99), "age"),
        (field("Age", low=0, high=5000), "measure"),
        (field("model_year", low=1970, high=1982), "year"),
        (field("year", low=1, high=30), "measure"),
        (field("lat", low=-34.5, high=60), "latitude"),
        (field("lat", low=-340.5, high=60), "measure"),
        (field("home_country", "France", "Peru"), "country"),
        (field("g", "male", "female"), "sex"),
        (field("helped", "yes", "no"), "yes-no"),
        (field("c", "ann@example.org", "bob@example.org"), "email"),
        (field("pct_poor", low=0, high=87.5), "share"),
        (field("annualSalary", low=0, high=9e5), "money"),
        (field("day", "Mon", "Tue", "Sun"), "day of the week"),
        (field("who", "Allen, Miss. Elisabeth", "Braund, Mr. Owen"), "name of a person"),
        (field("flavour", "sweet", "sour"), "category"),
    ],
    ids=lambda f: f if isinstance(f, str) else f.name,
)
def test_names_values_and_numbers_say_what_a_field_means(found: FieldProfile, expected: str) -> None:
    assert meaning(found) == expected


@pytest.mark.parametrize(
    "found",
    [
        field("Last Name", "Miller", "Smith"),
        field("CustomerName", "Miller", "Smith"),
        field("tel", "+44 20 7946 0958", "030 1234567"),
        field("konto", "DE89 3704 0044 0532 0130 00", "GB29 NWBK 6016 1331 9268 19"),
        field("n", "123-45-6789", "987-65-4321"),
        field("where", "12 Elm Street", "7 Oak Road"),
        field("date_of_birth", "1970-01-01", "1980-02-03"),
        field("dob", "1970-01-01", "1980-02-03"),
        field("workEmail", "x", "y"),
    ],
    ids=lambda f: f.name,
)
def test_what_tells_who_somebody_is_is_personal(found: FieldProfile) -> None:
    assert is_personal(found)


@pytest.mark.parametrize("name", ["manufacturer", "file name", "birth_rate", "class", "emailed"])
def test_most_fields_are_not_personal(name: str) -> None:
    assert not is_personal(field(name, "alpha", "beta"))


WEIGHT = field("parcel_weight_kg", low=0.1, high=30)
SHAPE = field("shp", "round", "flat")
TABLE = Profile(60, (WEIGHT, SHAPE))


def enriched(said: object, table: Profile = TABLE, card: DataCard | None = None) -> Enrichment:
    model = None if said is None else ScriptedLLM([said if isinstance(said, Exception) else json.dumps(said)])
    return enrich(table, summarize(table, (), None, title="Parcels"), card, model, title="Parcels")


def test_words_that_spell_the_name_out_are_shown() -> None:
    found = enriched({"parcel_weight_kg": {"meaning": "weight", "description": "Weight of the parcel in kilograms"}})
    assert found.fields[0].description == "Weight of the parcel in kilograms."
    assert (found.fields[0].source, found.dropped) == ("llm", 0)


@pytest.mark.parametrize(
    "said",
    [
        "Weight of the parcel, 12 kg on average.",
        "Weight of the customer.",
        "Weight of the parcel, which rises with its price.",
        "The most important weight.",
        "Weight <b>parcel</b>",
        "",
        "It is what it is.",
    ],
)
def test_words_that_the_name_does_not_bear_out_are_dropped(said: str) -> None:
    found = enriched({"parcel_weight_kg": {"meaning": "weight", "description": said}})
    assert (found.fields[0].source, found.dropped) == ("template", 1)


def test_a_meaning_that_the_data_forbid_is_not_believed() -> None:
    found = enriched({"shp": {"meaning": "year", "description": "Shape."}})
    assert (found.fields[1].semantic_type, found.fields[1].semantic_source) == ("category", "rules")
    assert not fits("latitude", SHAPE)


def test_what_people_say_comes_first() -> None:
    card = DataCard("Parcels", "Parcels of a day.", fields={"shp": "Shape of the box.", "parcel_weight_kg": "Weight."})
    model = ScriptedLLM([])
    found = enrich(TABLE, summarize(TABLE, (), None, title="Parcels"), card, model, title="Parcels")
    assert [f.source for f in found.fields] == ["card", "card"]
    assert (found.description.text, model.history) == ("Parcels of a day.", [])


@pytest.mark.parametrize("said", [LLMUnavailable("Down."), [], {"shp": 3}, "x", {}])
def test_a_failing_model_leaves_the_templates(said: object) -> None:
    assert enriched(said) == enriched(None)


def test_a_wide_table_is_asked_for_in_batches() -> None:
    wide = Profile(60, tuple(field(f"shape_{i}", "round", "flat") for i in range(30)))
    model = ScriptedLLM(["{}", "{}", "{}"])
    found = enrich(wide, summarize(wide, (), None, title="Wide"), None, model, title="Wide")
    assert (len(model.history), len(found.fields)) == (3, 30)
    assert max(len(call.schema["properties"]) for call in model.history if call.schema) == 12


def test_titles_and_cards_lend_their_words() -> None:
    assert not describes("Weight of what the courier brings.", WEIGHT, "weight")
    assert describes("Weight of what the courier brings.", WEIGHT, "weight", frozenset({"courier", "bring"}))


def test_every_value_survives_the_round_trip() -> None:
    found = enriched(None)
    assert Enrichment.from_dict(json.loads(json.dumps(found.to_dict()))) == found
