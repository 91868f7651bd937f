"""Fair turns: nobody waits longer than others do because those asked more, and nobody waits for ever."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from observatory.errors import LLMCancelled, LLMUnavailable
from observatory.llm.asker import Asker, asking
from observatory.llm.turns import Turns


class Office:
    """People who ask in threads of their own; an answer lasts until `finish` is called."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.served: list[str] = []
        self.refused: list[tuple[str, Exception]] = []
        self.most = 0
        self._done: dict[str, threading.Event] = {}
        self._threads: list[threading.Thread] = []

    def ask(self, asker: Asker, name: str) -> None:
        """Ask, and return once the question waits or is being answered."""
        before = self.turns.waiting + len(self.served) + len(self.refused)
        self._done[name] = threading.Event()
        self._threads.append(threading.Thread(target=self._ask, args=(asker, name)))
        self._threads[-1].start()
        assert eventually(lambda: self.turns.waiting + len(self.served) + len(self.refused) > before)

    def _ask(self, asker: Asker, name: str) -> None:
        try:
            with asking(asker), self.turns.turn():
                self.served.append(name)
                self.most = max(self.most, self.turns.answering)
                self._done[name].wait(20)
        except (LLMCancelled, LLMUnavailable) as exc:
            self.refused.append((name, exc))

    def finish(self, name: str) -> None:
        """Finish an answer, and return once the next one is begun if one waits."""
        served, waits = len(self.served), self.turns.waiting > 0
        self._done[name].set()
        assert eventually(lambda: len(self.served) > served or not waits)

    def finish_all(self) -> None:
        for done in self._done.values():
            done.set()
        for thread in self._threads:
            thread.join(20)


def eventually(fact: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while not fact() and time.monotonic() < deadline:
        time.sleep(0.005)
    return fact()


@pytest.fixture
def office() -> Iterator[Office]:
    office = Office(Turns(slots=1, longest=20, patience=20))
    yield office
    office.finish_all()
    assert (office.turns.answering, office.turns.waiting) == (0, 0)


def test_ten_questions_of_one_hold_up_another_by_one_answer_only(office: Office):
    many, one = Asker("many"), Asker("one")
    for n in range(10):
        office.ask(many, f"many {n}")
    office.ask(one, "one")
    assert office.served == ["many 0"]
    office.finish("many 0")
    assert office.served == ["many 0", "one"]
    office.finish("one")
    assert office.served[-1] == "many 1"


def test_askers_take_turns_and_each_is_answered_in_the_order_of_asking(office: Office):
    first, second, third = Asker("a"), Asker("b"), Asker("c")
    for asker in (first, first, first, second, second, third):
        office.ask(asker, f"{asker.id}{sum(n.startswith(asker.id) for n in office._done)}")
    while office.turns.waiting:
        office.finish(office.served[-1])
    assert office.served == ["a0", "b0", "c0", "a1", "b1", "a2"]


def test_never_more_answers_at_once_than_slots():
    office = Office(Turns(slots=3, longest=20, patience=20))
    for n in range(8):
        office.ask(Asker(f"asker {n % 2}"), f"question {n}")
    assert (office.turns.answering, office.turns.waiting) == (3, 5)
    office.finish_all()
    assert (len(office.served), office.most) == (8, 3)


def test_with_several_slots_one_asker_does_not_keep_the_others_out():
    office = Office(Turns(slots=2, longest=20, patience=20))
    many, one = Asker("many"), Asker("one")
    for n in range(4):
        office.ask(many, f"many {n}")
    office.ask(one, "one 0")
    office.ask(one, "one 1")
    office.finish("many 0")
    office.finish("many 1")
    assert office.served == ["many 0", "many 1", "one 0", "many 2"]
    office.finish_all()


def test_a_question_whose_asker_left_is_dropped_at_once_and_takes_no_slot(office: Office):
    gone, stays = Asker("gone"), Asker("stays")
    office.ask(stays, "stays 0")
    office.ask(gone, "gone")
    office.ask(stays, "stays 1")
    gone.cancel()
    assert eventually(lambda: len(office.refused) == 1, 1.0)
    assert isinstance(office.refused[0][1], LLMCancelled)
    office.finish("stays 0")
    assert office.served == ["stays 0", "stays 1"]


def test_a_queue_that_is_full_refuses_in_one_sentence():
    office = Office(Turns(slots=1, longest=2, patience=20))
    for n in range(4):
        office.ask(Asker(f"asker {n}"), f"question {n}")
    ((name, error),) = office.refused
    assert name == "question 3"
    assert str(error) == "The language model has 2 questions waiting, as many as it takes."
    office.finish_all()


def test_waiting_has_an_end_of_its_own():
    turns = Turns(slots=1, longest=2, patience=0.2)
    with turns.turn(), pytest.raises(LLMUnavailable, match=r"no time for the question in 0\.2 seconds"), turns.turn():
        pytest.fail("there is no slot")
    assert (turns.waiting, turns.answering) == (0, 0)


def test_the_slot_is_free_again_after_an_error():
    turns = Turns(slots=1, longest=2, patience=0.2)
    with pytest.raises(ValueError, match="wrong"), turns.turn():
        raise ValueError("wrong")
    with turns.turn() as slot:
        assert slot == 0
