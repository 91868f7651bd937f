"""The catalog stays whole: after errors, kills and full disks, among threads and among processes."""

import errno
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from observatory.errors import DatasetNotFound, EmptyTable, ObservatoryError, UnreadableFile, WorkspaceUnavailable
from observatory.model import DataCard
from observatory.settings import Settings
from observatory.store import Store

CARD = DataCard("People", known_bias="Only volunteers.", fields={"a": "age in years"}, tags=("sample",))


def hidden(store):
    """What is in the catalog's folder and not a dataset."""
    return [entry.name for entry in store._folder.iterdir() if entry.name.startswith(".")]


def test_the_same_bytes_under_the_same_name_are_one_dataset(ingest, store):
    first = ingest("a\n1\n")
    assert ingest("a\n1\n") == first
    assert ingest("a\n2\n").id != first.id
    assert ingest("a\n1\n", "other.csv").version == first.version
    assert len(store.datasets()) == 3


def test_datasets_are_still_there_after_a_restart_newest_first(ingest, store, tmp_path):
    made = [ingest(f"a\n{i}\n") for i in range(3)]
    store.close()
    again = Store(tmp_path / "workspace", Settings())
    assert again.datasets() == made[::-1]
    assert again.table(made[0].id).query("SELECT a FROM t")["a"].tolist() == [0]
    again.close()


def test_a_card_is_kept_and_can_be_given_later(store, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("a\n1\n")
    assert store.ingest(path).title == "people"
    dataset = store.ingest(path, card=CARD)
    assert dataset.card == CARD
    assert store.dataset(dataset.id).card == CARD
    assert store.ingest(path).card == CARD
    assert len(store.datasets()) == 1


def test_ids_are_addresses(store, tmp_path):
    path = tmp_path / "x"
    path.write_text("a\n1\n")
    for name in ("Größe & Länge", "../../etc/passwd", "東京", "x" * 300, "a/b\\c?d=e"):
        dataset = store.ingest(path, name=name)
        assert dataset.name == name
        assert set(dataset.id) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        assert store.dataset(dataset.id) == dataset


@pytest.mark.parametrize("id", ["", "nothing", "../table", "table-0000000/..", "a\x00b"])
def test_an_unknown_id_is_told(id, ingest, store):
    ingest("a\n1\n")
    with pytest.raises(DatasetNotFound) as caught:
        store.table(id)
    assert caught.value.hint


def test_forget(ingest, store):
    dataset = ingest("a\n1\n")
    store.table(dataset.id).query("SELECT 1")
    store.forget(dataset.id)
    assert store.datasets() == []
    assert hidden(store) == []
    with pytest.raises(DatasetNotFound):
        store.dataset(dataset.id)
    assert ingest("a\n1\n").n_rows == 1


def test_a_damaged_description_is_left_out_and_can_be_stored_again(ingest, store, caplog):
    good, bad = ingest("a\n1\n"), ingest("a\n2\n")
    (store._folder / bad.id / "dataset.json").write_text('{"id": ')
    with caplog.at_level(logging.WARNING):
        assert store.datasets() == [good]
    assert bad.id in caplog.text
    assert ingest("a\n2\n").id == bad.id
    assert len(store.datasets()) == 2


def test_missing_file_and_folder_are_told(store, tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(UnreadableFile):
            store.ingest(path)


def test_a_workspace_that_is_a_file_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkspaceUnavailable, match="cannot be used"):
        Store(tmp_path / "file", Settings())


def test_a_workspace_that_cannot_be_written_is_told(tmp_path, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("pathlib.Path.mkdir", refuse)
    with pytest.raises(WorkspaceUnavailable, match="permission denied"):
        Store(tmp_path / "w", Settings())


def test_a_full_disk_is_told_and_leaves_nothing(ingest, store, monkeypatch):
    def fill(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("observatory.store.catalog._write", fill)
    with pytest.raises(WorkspaceUnavailable, match="full"):
        ingest("a\n1\n")
    assert store.datasets() == []
    assert hidden(store) == []


INGEST = """
import sys
from pathlib import Path
from observatory.settings import Settings
from observatory.store import Store
store = Store(Path(sys.argv[1]), Settings())
print("open", flush=True)
for path in sys.argv[2:]:
    print(store.ingest(Path(path)).id, flush=True)
"""


def start(workspace, *paths):
    """Another process that ingests the files."""
    command = [sys.executable, "-c", INGEST, str(workspace), *map(str, paths)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_a_killed_ingest_leaves_the_catalog_whole(store, ingest, tmp_path):
    kept = ingest("a\n1\n")
    big = tmp_path / "big.csv"
    pd.DataFrame(np.random.default_rng(0).normal(size=(60_000, 8))).to_csv(big)
    with start(tmp_path / "workspace", big) as child:
        child.stdout.readline()
        while not [name for name in hidden(store) if str(child.pid) in name]:
            time.sleep(0.005)
        os.kill(child.pid, signal.SIGKILL)
    assert store.datasets() == [kept]
    assert hidden(store)
    again = Store(tmp_path / "workspace", Settings())
    assert hidden(again) == []
    assert again.datasets() == [kept]
    assert again.ingest(big).n_rows == 60_000
    again.close()


def test_two_processes_share_a_workspace(store, tmp_path):
    paths = [tmp_path / f"{i}.csv" for i in range(3)]
    for i, path in enumerate(paths):
        path.write_text(f"a\n{i}\n")
    with start(tmp_path / "workspace", *paths) as one, start(tmp_path / "workspace", *paths[::-1]) as two:
        mine = [store.ingest(path) for path in paths]
        said = {line.strip() for child in (one, two) for line in child.stdout} - {"open"}
    assert (one.returncode, two.returncode) == (0, 0)
    assert said == {dataset.id for dataset in mine} == {dataset.id for dataset in store.datasets()}
    assert hidden(store) == []
    for dataset in mine:
        assert store.table(dataset.id).query("SELECT count(*) AS n FROM t")["n"].tolist() == [1]


def test_opening_does_not_sweep_what_is_being_written(store, tmp_path):
    with store._building() as folder:
        Store(tmp_path / "workspace", Settings()).close()
        assert folder.is_dir()
    assert hidden(store) == []


def test_many_threads_query_many_tables(store, ingest):
    datasets = [ingest("a\n" + "".join(f"{i}\n" for i in range(n))) for n in range(1, 11)]
    wrong = []

    def ask(k):
        dataset = datasets[k % len(datasets)]
        answer = store.table(dataset.id).query("SELECT count(*) AS n, sum(a) AS s FROM t")
        if answer["n"].iloc[0] != dataset.n_rows:
            wrong.append(k)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(ask, range(60)))
    assert wrong == []


def test_threads_that_ingest_the_same_file_agree(store, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a\n1\n")
    barrier = threading.Barrier(4)

    def go(_):
        barrier.wait()
        return store.ingest(path)

    with ThreadPoolExecutor(4) as pool:
        assert len({dataset.id for dataset in pool.map(go, range(4))}) == 1
    assert len(store.datasets()) == 1
    assert hidden(store) == []


def test_a_query_sees_its_own_table_only(store, ingest, tmp_path):
    ingest("secret\n1\n", "other.csv")
    table = store.table(ingest("a\n1\n").id)
    local_frame = pd.DataFrame({"x": [1]})
    for sql in (
        "SELECT * FROM local_frame",
        f"SELECT * FROM read_csv('{tmp_path}/other.csv')",
        f"ATTACH '{tmp_path}/new.duckdb'",
        f"COPY t TO '{tmp_path}/out.csv'",
        "DELETE FROM t",
        "SET memory_limit = '1GB'",
        "INSTALL httpfs",
        "SELECT 1; SELECT 2",
        "SELECT nothing FROM t",
    ):
        with pytest.raises(ObservatoryError):
            table.query(sql)
    assert len(local_frame) == 1
    assert table.query("SELECT a FROM t WHERE a = ?", [1])["a"].tolist() == [1]


def test_sample_is_seeded_and_keeps_positions(store, ingest):
    table = store.table(ingest("a\n" + "".join(f"{i}\n" for i in range(1000))).id)
    once, again, other = table.sample(50), table.sample(50), table.sample(50, random_state=1)
    assert once.equals(again)
    assert not once.index.equals(other.index)
    assert once.index.name == "rowid"
    assert (once.index == once["a"]).all()
    assert len(table.sample(5000)) == 1000


def test_whole_numbers_with_gaps_are_exact(store, ingest):
    frame = store.table(ingest("big,small\n9007199254740993,1\n,\n").id).query("SELECT * FROM t")
    assert frame["big"].iloc[0] == 2**53 + 1
    assert frame["small"].dtype == "float64"


def test_frames(store):
    frame = pd.DataFrame(
        {
            "n": [1, 2, None],
            "when": pd.to_datetime(["2020-01-01 10:00", None, "2020-01-02 00:00"]),
            "kind": pd.Categorical(["x", "y", "x"]),
            "mixed": [1, "a", None],
            "took": pd.to_timedelta([1, 2, 3], unit="s"),
            "flag": [True, None, False],
            7: [0.5, 1.5, 2.5],
        },
        index=pd.Index(["p", "q", "r"], name="who"),
    )
    dataset = store.ingest_frame(frame, name="mine")
    assert dataset == store.ingest_frame(frame.copy(), name="mine")
    assert dataset.fields == ("who", "n", "when", "kind", "mixed", "took", "flag", "7")
    back = store.table(dataset.id).query("SELECT * FROM t")
    assert back["who"].tolist() == ["p", "q", "r"]
    assert back["mixed"].tolist()[:2] == ["1", "a"]
    assert back["took"].tolist() == [1.0, 2.0, 3.0]
    assert back["kind"].tolist() == ["x", "y", "x"]
    assert back["flag"].isna().tolist() == [False, True, False]


def test_an_empty_frame_is_refused(store):
    for frame in (pd.DataFrame(), pd.DataFrame({"a": []})):
        with pytest.raises(EmptyTable):
            store.ingest_frame(frame, name="x")


def test_the_description_is_plain_json(ingest, store):
    dataset = ingest("a\n1\n")
    stored = json.loads((store._folder / dataset.id / "dataset.json").read_text())
    assert stored == json.loads(json.dumps(dataset.to_dict()))
    assert (store._folder / dataset.id / "raw.csv").read_text() == "a\n1\n"
