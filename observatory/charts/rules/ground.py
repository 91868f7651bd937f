"""The part of the rule base that can say anything about a request: what is left out can never fire.

Reading and instantiating a rule costs about the same whether it fires or not, so a rule is left out when one of the
atoms that it needs is neither a fact of the request nor the head of a rule that is left (a relevance analysis over
positive bodies; it leaves all answer sets as they are).
"""

from __future__ import annotations

import atexit
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product

import clingo
from clingo import ast

from observatory.charts.rules.base import blame, program
from observatory.errors import RuleBadRule

_NUMBER_OR_ID = re.compile(r"\b(?:[a-z]*\d+|s_\w+)\b")

_Term = str | None | frozenset["_Term"] | tuple["_Term", ...]
"""A constant, anything at all, one of several terms, or a function: its name and its arguments."""


@dataclass(frozen=True)
class Statement:
    """A statement of a program, or an element of a choice (without code): what it may derive, and what that needs."""

    code: ast.AST | None
    heads: tuple[_Term, ...]
    needs: tuple[_Term, ...]
    followed: _Term = None
    """The need that says the last part of the head, the value: which entity has it is not told apart here."""
    follows: tuple[int | None, ...] = ()
    """For each part of the head the part of `followed` that it repeats."""

    def derived(self, met: _Term) -> tuple[_Term, ...]:
        """The heads that follow from an atom that meets `followed`: constants are handed on, `mark(bar)` stays so."""
        if not self.follows or not isinstance(met, tuple):
            return self.heads
        return tuple(
            tuple(
                part if place is None else _constant(met[place]) for part, place in zip(head, self.follows, strict=True)
            )
            for head in self.heads
            if isinstance(head, tuple)
        )


def program_for(control: clingo.Control, parts: tuple[str, ...], more: str, facts: str) -> None:
    """Add to a control the facts of a request, and what of the rule base and of `more` can fire for them.

    Raises RuleBadRule, which names the file and the line.
    """
    with ast.ProgramBuilder(control) as builder:
        for statement in _reachable(parts, more, _kinds(facts)):
            builder.add(statement)
    control.add("base", [], facts)


def _kinds(facts: str) -> str:
    """The facts with ids and numbers taken out, each once: requests of one kind need the same rules."""
    plain = _NUMBER_OR_ID.sub("_", facts)
    return "\n".join(sorted(set(plain.split("\n"))))


@dataclass(frozen=True)
class _Program:
    """Statements with the atoms that they need; an atom that is needed goes by its place in `needs`."""

    statements: tuple[Statement, ...]
    needs: tuple[_Term, ...]
    needed_by: tuple[tuple[int, ...], ...]
    """For each need the places of the statements that have it."""
    named: dict[str, tuple[int, ...]]
    """The needs of each predicate."""
    meets: dict[_Term, tuple[int, ...]]
    """The needs that a head meets, as far as asked yet: requests ask for the same few heads."""

    def met_by(self, head: _Term) -> tuple[int, ...]:
        """The needs that a head meets."""
        if head not in self.meets:
            near = self.named.get(_name(head), ())
            self.meets[head] = tuple(place for place in near if _unify(self.needs[place], head))
        return self.meets[head]


@lru_cache(maxsize=64)
def _program(parts: tuple[str, ...], more: str) -> _Program:
    known = (*statements(parts), *_read(more, ()))
    needed: dict[_Term, list[int]] = {}
    for place, statement in enumerate(known):
        for need in set(statement.needs):
            needed.setdefault(need, []).append(place)
    named: dict[str, tuple[int, ...]] = {}
    for place, need in enumerate(needed):
        named[_name(need)] = (*named.get(_name(need), ()), place)
    return _Program(known, tuple(needed), tuple(map(tuple, needed.values())), named, {})


@lru_cache(maxsize=512)
def _reachable(parts: tuple[str, ...], more: str, kinds: str) -> tuple[ast.AST, ...]:
    program = _program(parts, more)
    lacking = [len(set(statement.needs)) for statement in program.statements]
    fresh = [head for s, lacks in zip(program.statements, lacking, strict=True) if not lacks for head in s.heads]
    fresh += [head for line in kinds.split("\n") for head in _facts(line)]
    seen = set(fresh)
    met: dict[_Term, list[_Term]] = {}
    while fresh:
        atom = fresh.pop()
        for place in program.met_by(atom):
            need = program.needs[place]
            is_first = need not in met
            met.setdefault(need, []).append(atom)
            for index in program.needed_by[place]:
                lacking[index] -= is_first
                if not lacking[index]:
                    new = _derived(program.statements[index], need, atom, is_first, met)
                    fresh += new - seen
                    seen |= new
    fires = {atom[1] for atom in seen if isinstance(atom, tuple) and atom[0] == "preference"}
    kept = zip(program.statements, lacking, strict=True)
    return tuple(s.code for s, lacks in kept if s.code is not None and not lacks and not _is_idle(s, fires))


def _is_idle(statement: Statement, fires: set[_Term]) -> bool:
    """Whether a statement is the weight of a rule that cannot fire."""
    head = statement.heads[0] if statement.heads else None
    return isinstance(head, tuple) and head[0] == "preference_weight" and head[1] not in fires


def _derived(
    statement: Statement, need: _Term, atom: _Term, is_first: bool, met: dict[_Term, list[_Term]]
) -> set[_Term]:
    """What is new from a statement with all its needs met, now that an atom meets one of them (again)."""
    if is_first:
        sources = met[statement.followed] if statement.follows else [atom]
    else:
        sources = [atom] if statement.follows and need == statement.followed else []
    return {head for source in sources for head in statement.derived(source)}


@cache
def _facts(line: str) -> tuple[_Term, ...]:
    """The facts of a line that `_kinds` wrote: there are few such lines."""
    return tuple(head for fact in _read(line, ()) for head in fact.heads)


@cache
def _name(term: _Term) -> str:
    """The predicate of an atom, with the kind and the property of an attribute."""
    if not isinstance(term, tuple):
        return str(term)
    path = term[1] if len(term) > 1 else None
    return " ".join(map(str, (term[0], *path) if isinstance(path, tuple) else term[:1]))


def _unify(one: _Term, other: _Term) -> bool:
    if one is None or other is None:
        return True
    if isinstance(one, frozenset):
        return any(_unify(term, other) for term in one)
    if isinstance(other, frozenset):
        return _unify(other, one)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(_unify(a, b) for a, b in zip(one, other, strict=True))
    return one == other


@cache
def statements(parts: tuple[str, ...]) -> tuple[Statement, ...]:
    """The statements of some parts of the rule base; raises RuleBadRule.

    >>> statements(("optimise",))[-1].needs[0][0]
    'preference'
    """
    return _read(program(*parts), parts)


def _read(text: str, parts: tuple[str, ...]) -> tuple[Statement, ...]:
    found: list[ast.AST] = []
    messages: list[str] = []
    try:
        ast.parse_string(text, found.append, logger=lambda _, message: messages.append(message))
    except RuntimeError as exc:
        told = blame("\n".join(messages) or str(exc), parts)
        raise RuleBadRule(f"The chart rules cannot be read. {told}", "Mend that file in draco_rules/.") from exc
    kept = (code for code in found if code.ast_type not in (ast.ASTType.Program, ast.ASTType.Comment))
    return tuple(statement for code in kept for statement in _statements(code))


def _statements(code: ast.AST) -> Iterator[Statement]:
    """A statement; what it chooses from comes after it, for an element may need more than the statement."""
    is_rule = code.ast_type is ast.ASTType.Rule
    needed = _needed(code.body) if is_rule or code.ast_type is ast.ASTType.Minimize else []
    if is_rule and code.head.ast_type is ast.ASTType.Literal:
        yield _statement(code, code.head, needed)
        return
    yield Statement(code, (), tuple(map(_atom, needed)))
    for element in code.head.elements if is_rule else ():
        yield _statement(None, element.literal, [*needed, *_needed(element.condition)])


def _statement(code: ast.AST | None, head: ast.AST, needed: Sequence[ast.AST]) -> Statement:
    if head.atom.ast_type is not ast.ASTType.SymbolicAtom:
        return Statement(code, (), tuple(map(_atom, needed)))
    heads = tuple(_apart(_atom(head)))
    followed, follows = max(
        ((_atom(literal), _follows(head, literal)) for literal in needed),
        key=lambda way: [index for index, place in enumerate(way[1]) if place is not None][::-1],
        default=(None, ()),
    )
    return Statement(code, heads, tuple(map(_atom, needed)), followed, follows)


def _apart(term: _Term) -> Iterator[_Term]:
    """The terms that a term with pools stands for."""
    if isinstance(term, frozenset):
        for one in term:
            yield from _apart(one)
    elif isinstance(term, tuple):
        yield from product(*map(_apart, term))
    else:
        yield term


def _needed(body: Sequence[ast.AST]) -> list[ast.AST]:
    return [
        literal
        for literal in body
        if literal.ast_type is ast.ASTType.Literal
        and literal.sign == ast.Sign.NoSign
        and literal.atom.ast_type is ast.ASTType.SymbolicAtom
        and _is_named(_atom(literal))
    ]


def _follows(head: ast.AST, need: ast.AST) -> tuple[int | None, ...]:
    known = _variables(need)
    places = tuple(known.index(name) if name is not None and name in known else None for name in _variables(head))
    return places if any(place is not None for place in places) else ()


def _variables(literal: ast.AST) -> list[str | None]:
    """The names of the variables that are arguments of an atom, each at its place in the term of that atom."""
    is_function = literal.atom.ast_type is ast.ASTType.SymbolicAtom and _is_function(literal.atom.symbol)
    arguments = literal.atom.symbol.arguments if is_function else ()
    return [None, *(a.name if a.ast_type is ast.ASTType.Variable and a.name != "_" else None for a in arguments)]


def _is_function(term: ast.AST) -> bool:
    return term.ast_type is ast.ASTType.Function


def _constant(term: _Term) -> _Term:
    return term if isinstance(term, str) else None


def _is_named(need: _Term) -> bool:
    """Whether an atom says in full which predicate, and which attribute, it is of; others count as met."""
    path = need[1] if isinstance(need, tuple) and len(need) > 1 else ()
    return need is not None and not (isinstance(path, tuple) and None in path)


def _atom(literal: ast.AST) -> _Term:
    return _term(literal.atom.symbol)


def _term(term: ast.AST) -> _Term:
    if term.ast_type is ast.ASTType.SymbolicTerm and term.symbol.type is clingo.SymbolType.Function:
        return str(term.symbol)
    if term.ast_type is ast.ASTType.Function:
        arguments = tuple(_term(argument) for argument in term.arguments)
        return (term.name, *arguments) if arguments or not term.name else term.name
    if term.ast_type is ast.ASTType.Pool:
        return frozenset(_term(argument) for argument in term.arguments)
    return None


@atexit.register
def _forget() -> None:
    """Let go of the statements while clingo is still there to free them."""
    statements.cache_clear()
    _program.cache_clear()
    _reachable.cache_clear()
