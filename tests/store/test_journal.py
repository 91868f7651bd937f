"""Records of a workspace outlive what goes wrong while they are written."""

import pytest

from observatory.errors import WorkspaceUnavailable
from observatory.store.journal import Journal


def test_records_come_back_in_order_and_as_they_were(tmp_path):
    journal = Journal(tmp_path / "pins.jsonl")
    assert journal.read() == []
    journal.change(lambda records: [*records, {"name": "größe\n"}])
    journal.change(lambda records: [*records, {"name": "b", "n": [1, None]}])
    assert Journal(tmp_path / "pins.jsonl").read() == [{"name": "größe\n"}, {"name": "b", "n": [1, None]}]


def test_a_damaged_line_costs_only_itself(tmp_path):
    path = tmp_path / "pins.jsonl"
    path.write_bytes(b'{"a": 1}\n{"b": \n[2]\n\xff\n{"c": 3}\n')
    assert Journal(path).read() == [{"a": 1}, {"c": 3}]


def test_what_cannot_be_written_leaves_the_old_records(tmp_path):
    journal = Journal(tmp_path / "pins.jsonl")
    journal.change(lambda records: [{"a": 1}])
    with pytest.raises(TypeError):
        journal.change(lambda records: [{"a": object()}])
    assert journal.read() == [{"a": 1}]


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(WorkspaceUnavailable):
        Journal(tmp_path / "gone" / "pins.jsonl").change(lambda records: records)
