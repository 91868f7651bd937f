"""Every table that ships is documented, small, clean and true to its card."""

import csv
from pathlib import Path

import pandas as pd
import pytest

from observatory.errors import UnreadableFile
from observatory.store.samples import Sample, samples, samples_folder

SAMPLES = {sample.name: sample for sample in samples()}
CENSUS_INCOME = {"census_income", "adult", "census_income_1994"}
KEPT_FOR_JUDGING = CENSUS_INCOME | {
    *("cps88", "diamonds", "flights", "nycflights", "nycflights13", "gss", "insurance"),
    *("loans", "loans_full_schema", "mplsstops", "tv16", "yrbss"),
}

each_sample = pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES.keys())


def rows_of(sample: Sample) -> pd.DataFrame:
    return pd.read_csv(sample.path, dtype=str, keep_default_na=False)


def share(name: str, where: str) -> float:
    rows = pd.read_csv(SAMPLES[name].path)
    return len(rows.query(where)) / len(rows)


def write_card(folder: Path, text: str) -> None:
    (folder / "birds.csv").write_text("kind\nwren\n", encoding="utf-8")
    (folder / "birds.toml").write_text(text, encoding="utf-8")


def test_every_table_has_a_card_and_every_card_a_table() -> None:
    assert {path.stem for path in samples_folder().glob("*.csv")} == set(SAMPLES)
    assert len(SAMPLES) >= 4


def test_the_readme_lists_every_table() -> None:
    readme = (samples_folder() / "README.md").read_text(encoding="utf-8")
    assert [name for name in SAMPLES if f"`{name}`" not in readme] == []


def test_tables_kept_for_judging_stay_out() -> None:
    assert not KEPT_FOR_JUDGING & set(SAMPLES)


@each_sample
def test_the_card_tells_the_size_of_the_table(sample: Sample) -> None:
    rows = rows_of(sample)
    assert (sample.n_rows, sample.n_fields) == rows.shape


@each_sample
def test_the_card_describes_every_field_in_order(sample: Sample) -> None:
    assert list(sample.card.fields) == list(rows_of(sample).columns)
    assert all(text.endswith(".") for text in sample.card.fields.values())


@each_sample
def test_the_card_says_where_it_is_from_and_what_is_biased(sample: Sample) -> None:
    card = sample.card
    assert all([card.title, card.description, card.source, card.licence, card.population, card.known_bias, card.tags])


@each_sample
def test_the_target_is_a_field(sample: Sample) -> None:
    assert sample.card.target is None or sample.card.target in sample.card.fields


@each_sample
def test_the_file_is_clean_utf8_and_small(sample: Sample) -> None:
    text = sample.path.read_bytes().decode("utf-8")
    assert len(text.encode()) < 300_000
    assert "\r" not in text
    cells = [cell for line in csv.reader(text.splitlines()) for cell in line]
    assert [cell for cell in cells if cell != cell.strip()] == []


def test_all_tables_together_are_under_two_megabytes() -> None:
    assert sum(sample.path.stat().st_size for sample in SAMPLES.values()) < 2_000_000


PAIRS = [(sample, SAMPLES[sample.card.reference]) for sample in SAMPLES.values() if sample.card.reference]


def test_there_is_a_sample_with_its_reference_population() -> None:
    assert PAIRS


@pytest.mark.parametrize(("sample", "reference"), PAIRS, ids=[sample.name for sample, _ in PAIRS])
def test_a_sample_and_its_reference_share_fields_and_levels(sample: Sample, reference: Sample) -> None:
    ours, theirs = rows_of(sample), rows_of(reference)
    shared = [name for name in ours if name in theirs]
    assert len(shared) >= 2
    for name in shared:
        assert set(ours[name]) - {""} <= set(theirs[name]), name


@pytest.mark.parametrize(
    ("name", "where", "percent"),
    [
        ("titanic_aboard", "`class` == 'crew'", 40.2),
        ("titanic_passengers", "sex == 'female'", 35.6),
        ("titanic_aboard", "sex == 'female'", 21.4),
        ("titanic_passengers", "survived == 'yes'", 38.2),
        ("titanic_aboard", "survived == 'yes'", 32.3),
        ("us_forces", "gender == 'female'", 14.8),
        ("us_residents", "gender == 'female'", 48.5),
        ("us_residents", "race == 'black'", 10.3),
        ("us_residents", "age >= 65", 17.1),
        ("us_forces", "race.isnull()", 5.4),
        ("atlantic_storms", "hurricane_force_diameter.isnull()", 46.9),
    ],
)
def test_shares_that_the_cards_state_are_true(name: str, where: str, percent: float) -> None:
    assert 100 * share(name, where) == pytest.approx(percent, abs=0.06)


def test_age_is_missing_by_passenger_class_as_the_card_states() -> None:
    rows = pd.read_csv(SAMPLES["titanic_passengers"].path)
    missing = rows["age"].isna().groupby(rows["class"]).mean().mul(100).round(1)
    assert missing.to_dict() == {"1st": 12.1, "2nd": 5.8, "3rd": 29.3}


def test_race_is_missing_by_hispanic_as_the_card_states() -> None:
    rows = pd.read_csv(SAMPLES["us_forces"].path)
    missing = rows["race"].isna().groupby(rows["hispanic"]).mean().mul(100).round(1)
    assert missing.to_dict() == {"no": 2.7, "yes": 28.8}


def test_the_weather_label_breaks_while_the_rain_goes_on() -> None:
    rows = pd.read_csv(SAMPLES["seattle_weather"].path)
    year = rows["date"].str[:4]
    assert (rows["weather"] == "rain").groupby(year).sum()[["2012", "2014"]].tolist() == [191, 3]
    assert (rows["precipitation"] > 0).groupby(year).sum()[["2012", "2014"]].tolist() == [177, 150]


def test_repeated_rows_are_as_many_as_the_cards_state() -> None:
    repeated = {name: int(rows_of(sample).duplicated().sum()) for name, sample in SAMPLES.items()}
    assert {name: n for name, n in repeated.items() if n} == {
        "cars": 9,
        "titanic_aboard": 2201 - 24,
        "us_forces": 5000 - 512,
        "us_residents": 185,
    }


def test_a_folder_without_cards_has_no_samples(tmp_path: Path) -> None:
    assert samples(tmp_path) == ()
    assert samples(tmp_path / "nowhere") == ()


@pytest.mark.parametrize("text", ["title = ", 'rows = 1\n[fields]\nkind = "Kind."', 'title = "Birds"\nrows = 1'])
def test_a_broken_card_is_named(tmp_path: Path, text: str) -> None:
    write_card(tmp_path, text)
    with pytest.raises(UnreadableFile, match=r"birds\.toml"):
        samples(tmp_path)


def test_a_card_without_its_table_is_named(tmp_path: Path) -> None:
    write_card(tmp_path, 'title = "Birds"\nrows = 1\n[fields]\nkind = "Kind."')
    (tmp_path / "birds.csv").unlink()
    with pytest.raises(UnreadableFile, match=r"birds\.toml"):
        samples(tmp_path)
