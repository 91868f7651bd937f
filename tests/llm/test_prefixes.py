"""A prompt goes where most of it was read, and what another slot has read is copied rather than read again."""

from observatory.errors import LLMUnavailable
from observatory.llm.prefixes import Prefixes, prompt_text

FACTS = "facts of a table, many of them. " * 40
OTHER = "another table. " * 60


class Server:
    """Remembers what it was told to save and restore; `fails` makes it refuse."""

    def __init__(self) -> None:
        self.acts: list[tuple[int, str, str]] = []
        self.fails = False

    def act(self, slot: int, action: str, copy: str) -> None:
        self.acts.append((slot, action, copy))
        if self.fails:
            raise LLMUnavailable("The server refused.")


def answer(prefixes: Prefixes, text: str, free: list[int]) -> int:
    slot = prefixes.choose(text, free)
    prefixes.prepare(slot, text)
    prefixes.keep(slot, text)
    return slot


def test_prompts_that_begin_alike_have_texts_that_begin_alike():
    system = {"role": "system", "content": FACTS}
    texts = [prompt_text([system, {"role": "user", "content": question}]) for question in ("Why?", "When?")]
    assert texts[0].startswith(f"system: {FACTS}\nuser: Wh")
    assert texts[0] != texts[1]


def test_a_question_goes_to_the_slot_that_has_read_its_beginning():
    prefixes = Prefixes(3, [], lambda *_: None)
    first, second = answer(prefixes, FACTS + "one", [0, 1, 2]), answer(prefixes, OTHER + "one", [0, 1, 2])
    assert first != second
    assert answer(prefixes, FACTS + "two", [0, 1, 2]) == first
    assert answer(prefixes, OTHER + "two", [0, 1, 2]) == second


def test_a_new_prompt_goes_to_the_slot_that_was_used_least_lately():
    prefixes = Prefixes(3, [], lambda *_: None)
    for slot in (2, 0, 1):
        prefixes.keep(slot, str(slot))
    assert prefixes.choose("new", [0, 1, 2]) == 2


def test_what_a_busy_slot_has_read_is_copied_once_to_each_of_the_others():
    server = Server()
    prefixes = Prefixes(3, ["a", "b"], server.act)
    answer(prefixes, FACTS + "one", [0])
    answer(prefixes, FACTS + "two", [1])
    answer(prefixes, FACTS + "three", [1])
    answer(prefixes, FACTS + "four", [0])
    assert server.acts == [(0, "save", "a"), (1, "restore", "a")]


def test_what_is_short_is_read_again_and_not_copied():
    server = Server()
    prefixes = Prefixes(2, ["a"], server.act)
    answer(prefixes, "short one", [0])
    answer(prefixes, "short two", [1])
    assert server.acts == []


def test_the_copy_that_was_used_least_lately_makes_room():
    server = Server()
    prefixes = Prefixes(2, ["a", "b"], server.act)
    for text in (FACTS, OTHER):
        answer(prefixes, text, [0])
    answer(prefixes, FACTS + "again", [1])
    answer(prefixes, "a third table " * 60, [0])
    assert server.acts[-1] == (0, "save", "b")


def test_a_server_that_cannot_copy_is_only_slower():
    server = Server()
    prefixes = Prefixes(2, ["a"], server.act)
    server.fails = True
    answer(prefixes, FACTS + "one", [0])
    answer(prefixes, FACTS + "two", [1])
    assert {action for _, action, _ in server.acts} == {"save"}  # what was not saved is not restored


def test_nothing_is_taken_from_an_answer_that_was_ended():
    prefixes = Prefixes(2, [], lambda *_: None)
    answer(prefixes, FACTS, [1])
    prefixes.forget(1)
    assert prefixes.choose(FACTS, [0, 1]) == 0
