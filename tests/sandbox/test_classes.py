"""Plain classes work as people write them; none passes for something that libraries or checks take at its word."""

import pandas as pd
import pytest

from observatory.errors import ChartCodeError
from observatory.sandbox import guard, program

FRAME = pd.DataFrame({"kind": list("aab"), "n": [1, 2, 3]})
CHART = "chart = alt.Chart(data).mark_bar(color=colour).encode(x='kind', y='sum(n)')"
PLAIN = {
    "settings": "class Config:\n    COLOUR = 'red'\ncolour = Config.COLOUR",
    "methods": """
class Builder:
    def __init__(self, frame, colour):
        self.frame, self.colour = frame, colour

    @property
    def n_rows(self):
        return len(self.frame)

    def transform(self, frame):
        return frame.assign(z=self.n_rows)

    @staticmethod
    def name(colour):
        return colour.lower()

builder = Builder(data, 'RED')
builder.colour = builder.name(builder.colour)
data = builder.transform(data)
colour = builder.colour
""",
    "subclass": "class A:\n    colour = 'red'\nclass B(A):\n    pass\ncolour = B().colour",
    "error": "class Absent(ValueError):\n    pass\ntry:\n    raise Absent('x')\nexcept Absent:\n    colour = 'red'",
    "enumeration": "from enum import Enum\nclass Colour(Enum):\n    A = 'red'\ncolour = Colour.A.value",
    "enumeration of texts": "from enum import Enum\nclass C(str, Enum):\n    A = 'red'\ncolour = C.A.lower()",
    "super": """
class Base:
    def __init__(self, colour):
        self.colour = colour

    def told(self):
        return self.colour

class Own(Base):
    def __init__(self, colour):
        super().__init__(colour.lower())

    def told(self):
        return super().told()

colour = Own('RED').told()
""",
    "error of its own": """
class Absent(ValueError):
    def __init__(self, colour):
        super().__init__('no ' + colour)
        self.colour = colour

try:
    raise Absent('red')
except Absent as error:
    colour = error.colour
""",
    "parts of a named tuple": "from collections import namedtuple as nt\ncolour = nt('S', ['a'])('red')._asdict()['a']",
    "typed dictionary": "from typing import TypedDict\nclass S(TypedDict):\n    a: str\ncolour = S(a='red')['a']",
    "protocol": "from typing import Protocol\nclass S(Protocol):\n    a = 'red'\ncolour = S.a",
    "alias": "from typing import Optional, Union\nT = Union[int, Optional[alt.Chart]]\ncolour = 'red'",
    "abstract": "from abc import ABC, abstractmethod\nclass S(ABC):\n    a = 'red'\ncolour = S.a",
    "simple namespace": "from types import SimpleNamespace\ncolour = SimpleNamespace(a='red').a",
    "set by name": "class S:\n    pass\ns = S()\nsetattr(s, 'a', 'red')\ncolour = s.a",
    "class name": "colour = 'red' if data.__class__.__name__ == 'DataFrame' else 'blue'",
    "in a with": """
class Kept:
    def __enter__(self):
        return 'red'

    def __exit__(self, *_):
        pass

with Kept() as colour:
    pass
""",
    "case": """
from enum import Enum

class C(Enum):
    A = 1
    B = 2

match C.B:
    case C.A:
        colour = 'blue'
    case C.B:
        colour = 'red'
""",
    "arrays": """
def first(values: np.ndarray | None) -> np.ndarray:
    return values

colour = 'red' if isinstance(first(np.zeros(2)), np.ndarray) and type(np.zeros(2)) is np.ndarray else 'blue'
""",
    "copies": "from copy import copy, deepcopy\nclass A:\n    b = ['red']\ncolour = deepcopy(copy(A())).b[0]",
    "own attributes": "class A:\n    def __init__(self, c):\n        self._c = c\ncolour = A('red')._c",
    "named tuple": "from typing import NamedTuple\nclass Style(NamedTuple):\n    a: str = 'red'\ncolour = Style().a",
    "dataclass": """
from dataclasses import dataclass, field, replace

@dataclass(frozen=True, slots=True)
class Style:
    colour: str
    sizes: list[int] = field(default_factory=list)

colour = replace(Style('blue'), colour='red').colour
""",
}


@pytest.mark.parametrize(("guarded", "facade"), [(True, True), (True, False), (False, True)])
@pytest.mark.parametrize("code", PLAIN.values(), ids=PLAIN)
def test_a_plain_class_works(code, guarded, facade):
    answer = program.run(f"{code}\n{CHART}", FRAME.copy(), guard=guarded, facade=facade)
    assert answer["spec"]["mark"] == {"type": "bar", "color": "red"}, answer


@pytest.mark.parametrize(("guarded", "facade"), [(True, True), (True, False), (False, True)])
@pytest.mark.parametrize(
    "code",
    [
        "class Text(str):\n    pass",
        "class Names(dict):\n    pass",
        "class Table(pd.DataFrame):\n    pass",
        "class Mine(alt.Chart):\n    pass",
        "class Meta(type):\n    pass",
        "class Made(metaclass=type):\n    pass",
        "from dataclasses import dataclass\ndataclass(alt.Chart)",
        "import dataclasses\ndataclasses.dataclass(pd.DataFrame)",
        "type(int)('Mine', (alt.Chart,), {})",
        "class A:\n    pass\nmake = type\nmake(A)('Mine', (alt.Chart,), {})",
        "type(alt.theme)('x', {'__array_' + 'interface__': 1})",
        "np.ndarray((1,), dtype=object, buffer=np.array([1]))",
        "type(np.array([1]))((1,), dtype=object, buffer=np.array([1]))",
        "import contextlib\ncontextlib.contextmanager(np).info",
        "setattr(alt.Chart, 'to_dict', None)",
        "import types\ntypes.SimpleNamespace(**{'__array_interface__': 1})",
        "from enum import Enum\ntype(Enum)('Mine', (alt.Chart,), {})",
        "from functools import wraps\nclass A:\n    pass\nwraps(A)(pd.DataFrame)\nclass B(pd.DataFrame):\n    pass",
    ],
)
def test_a_class_cannot_pass_for_what_it_is_not(code, guarded, facade):
    answer = program.run(f"{code}\ncolour = 'red'\n{CHART}", FRAME.copy(), guard=guarded, facade=facade)
    assert answer["error"]["type"] == "ChartCodeRejected"


@pytest.mark.parametrize("name", ["__call__", "__eq__", "__getattr__", "__array__", "__getitem__", "__class_getitem__"])
def test_methods_that_libraries_call_unasked_cannot_be_written(name):
    answer = program.run(
        f"class A:\n    def {name}(self, *a):\n        return 1\ncolour = 'red'\n{CHART}", FRAME.copy()
    )
    assert name in answer["error"]["message"]
    assert answer["error"]["line"] == 2


def test_an_object_of_the_code_shows_no_more_than_it_holds():
    for reach in ("A().__dict__", "A.__subclasses__()", "A.mro()", "getattr(A(), '__class__')", "A().f.__globals__"):
        code = f"class A:\n    def f(self):\n        return 1\nprint({reach})\ncolour = 'red'\n{CHART}"
        assert program.run(code, FRAME.copy())["error"]["type"] == "ChartCodeRejected"


@pytest.mark.parametrize(
    "code", ["data._mgr", "data._mgr = 1", "alt.Chart(data)._kwds", "chart._kwds = {}", "pd._libs"]
)
def test_private_parts_of_libraries_stay_private(code):
    answer = program.run(f"colour = 'red'\n{CHART}\n{code}", FRAME.copy())
    assert answer["error"]["type"] == "ChartCodeRejected"
    assert answer["error"]["line"] == 3


@pytest.mark.parametrize(("guarded", "facade"), [(True, True), (True, False), (False, True)])
@pytest.mark.parametrize(
    "use",
    [
        "data.agg({'n': C.A})",
        "data.query(C.B)",
        "data.eval(C.B)",
        "C.D.format(data)",
        "C.format(C.D, data)",
        "str.format(C.D, data)",
        "getattr(data, C.A)",
        "__import__(C.E).getcwd()",
    ],
)
def test_a_text_of_an_enumeration_is_what_it_holds(use, guarded, facade):
    code = f"""
from enum import Enum

class C(str, Enum):
    A = "to_pickle"
    B = "@pd.io"
    D = "{{0.__class__}}"
    E = "os"

    def __str__(self):
        return "mean"

print({use})
colour = 'red'
{CHART}
"""
    answer = program.run(code, FRAME.copy(), guard=guarded, facade=facade)
    assert not answer["ok"] or ("format" in use and not guarded)


_ADDRESS = "int(repr(print).split(' at 0x')[1][:-1], 16)"
_VIEW = f"view = {{'data': ({_ADDRESS} + 24, True), 'shape': (1,), 'typestr': '|O8', 'version': 3}}"
_SPECIAL = "'__array_' + 'interface__'"


@pytest.mark.parametrize(
    "held",
    [
        f"pd.Series([view], index=[{_SPECIAL}], dtype=object)",
        f"pd.DataFrame({{{_SPECIAL}: [view]}}, dtype=object).iloc[0]",
        f"alt.Dict(**{{{_SPECIAL}: view}})",
        f"enum.Enum('E', {{'A': 1, {_SPECIAL}: view}}).A",
    ],
)
def test_no_object_of_the_code_shows_numpy_a_place_in_memory(held, box, rows):
    code = (
        f"import enum\n{_VIEW}\nheld = {held}\nchart = alt.Chart(data, title=str(np.array(held)[0]['open'])).mark_bar()"
    )
    with pytest.raises(ChartCodeError) as failed:
        box.run(code, "special", lambda: rows)
    assert "built-in function" not in str(failed.value.to_dict())


@pytest.mark.parametrize("name", ["_convert_", "_new_member_", "_member_map_", "_generate_next_value_"])
def test_the_inner_parts_of_an_enumeration_stay_its_own(name):
    code = f"from enum import Enum\nclass E(Enum):\n    A = 1\nprint(E.{name})\ncolour = 'red'\n{CHART}"
    assert name in program.run(code, FRAME.copy())["error"]["message"]


@pytest.mark.parametrize("name", sorted({guard.HAS, guard.SET, guard.SETTABLE_OF, guard.IMPORTED, guard.TYPE_OF}))
def test_what_stands_behind_a_rewritten_word_has_a_name_that_cannot_be_written(name):
    assert not name.isidentifier()


def test_super_is_said_in_a_method_and_gives_no_special_name():
    for said in ("super", "super().__class__", "super().__getattribute__('x')", "super(A, self).x"):
        code = f"class A:\n    def f(self):\n        return {said}\nA().f()\ncolour = 'red'\n{CHART}"
        assert program.run(code, FRAME.copy())["error"]["line"] == 3


def test_a_copy_gives_away_nothing_of_what_it_copied():
    code = "import copy\nmemo = {}\nkept = [copy.deepcopy][0](alt.Chart(data), memo)\n"
    assert not program.run(f"{code}colour = 'red'\n{CHART}", FRAME.copy())["ok"]


def test_what_an_error_prints_while_it_is_told_is_kept_too():
    code = "class Loud(ValueError):\n    def __str__(self):\n        print('loud')\n        return 'told'\nraise Loud()"
    answer = program.run(code, FRAME.copy())
    assert "loud" in answer["printed"]
    assert "told" in answer["error"]["message"]


@pytest.mark.parametrize("made", ["Enum('C', 'RED BLUE').RED.name", "Enum('C', {'A': 'red', 'B': 'blue'}).A.value"])
def test_an_enumeration_is_made_by_a_call(made, box, rows):
    code = f"from enum import Enum\nchart = alt.Chart(data).mark_bar(color={made}.lower()).encode(x='name')"
    assert box.run(code, "called", lambda: rows).spec["mark"]["color"] == "red"
