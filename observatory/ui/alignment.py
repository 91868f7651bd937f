"""How the fields and levels of a reference are matched, in a table to change."""

from __future__ import annotations

import json

import pandas as pd
import streamlit as st

from observatory.model import Alignment, Dataset, FieldLevels, FieldMatch, Proposal
from observatory.quoting import markdown
from observatory.ui.session import observatory

NOT_COMPARED = "not compared"
AS_IT_IS = "as it is"
_EAGER_ROWS = 200_000
_SHOWN = 4


def matching(dataset: Dataset, reference: str, given: Alignment | None, parameter: str) -> Alignment | None:
    """The alignment of the link, to look at and to change behind one click; `None` leaves it to what is certain.

    A change stands in the link as `parameter`, as JSON.
    """
    obs = observatory()
    is_quick = dataset.n_rows <= _EAGER_ROWS and obs.dataset(reference).n_rows <= _EAGER_ROWS
    label = _label(obs.propose_alignment(dataset, reference), given) if is_quick else "How the fields are matched"
    box = st.expander(label, icon=":material/compare_arrows:", on_change="rerun", key=f"bias_matching_{dataset.id}")
    if is_quick and given is None:
        _suggestion(obs.propose_alignment(dataset, reference), parameter, f"bias_suggested_{dataset.id}_{reference}")
    if box.open:
        with box:
            _editor(obs.propose_alignment(dataset, reference), given, parameter, f"{dataset.id}_{reference}")
    return given


def _suggestion(proposal: Proposal, parameter: str, key: str) -> None:
    """What else may match, in words, with one button to compare it too; nothing where all that matches is certain."""
    more = [match for match in proposal.suggested.matches if match not in proposal.certain.matches]
    if not more:
        return
    told = "; ".join(markdown(_reading(match)) for match in more[:_SHOWN])
    left = f" and {len(more) - _SHOWN} more" if len(more) > _SHOWN else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"Not compared yet: {told}{left}?", width="stretch")
        st.button("Compare these too", key=key, on_click=_apply, args=(proposal.suggested, parameter))


def _reading(match: FieldMatch) -> str:
    levels = ", ".join(f"{a} as {b}" for a, b in list(match.levels.items())[:_SHOWN])
    return f"is {match.theirs.strip()} the same as {match.field}" + (f", {levels}" if levels else "")


def _label(proposal: Proposal, given: Alignment | None) -> str:
    used = given or proposal.certain
    label = f"How the fields are matched: {len(used.matches)} of {len(proposal.ours)} are compared"
    more = 0 if given else sum(m not in proposal.certain.matches for m in proposal.suggested.matches)
    return f"{label}, **{more} more may match**" if more else label


def _editor(proposal: Proposal, given: Alignment | None, parameter: str, key: str) -> None:
    shown = given or proposal.suggested
    key = f"bias_{key}_{abs(hash(json.dumps(shown.to_dict())))}"
    st.caption(
        "Which field of the reference stands for which field of this table. A match by likeness counts once applied."
    )
    column, named = st.column_config, _trimmed(proposal)
    labels = {name: label for label, name in named.items()}
    table = st.data_editor(
        pd.DataFrame([_row(f, shown.match(f.name), proposal, given) for f in proposal.ours]).replace(
            {"theirs": labels}
        ),
        hide_index=True,
        disabled=["ours", "state", "levels"],
        key=f"{key}_fields",
        column_config={
            "ours": column.TextColumn("Field of this table"),
            "theirs": column.SelectboxColumn("Field of the reference", options=[NOT_COMPARED, *named], required=True),
            "state": column.TextColumn("Matched by"),
            "levels": column.TextColumn("Levels", width="medium"),
        },
        alt="Every field of this table with the field of the reference that stands for it",
    )
    pairs = {a: named[b] for a, b in zip(table["ours"], table["theirs"]) if b != NOT_COMPARED}
    levels = _levels(proposal, shown, pairs, key)
    made = Alignment(tuple(FieldMatch(a, b, levels.get(a, _kept(shown, a, b))) for a, b in pairs.items()))
    with st.container(horizontal=True):
        st.button(
            "Apply",
            key=f"{key}_apply",
            on_click=_apply,
            args=(made, parameter),
            disabled=made == (given or proposal.certain),
        )
        if given is not None:
            st.button("Match by name only", key=f"{key}_reset", on_click=_apply, args=(None, parameter))


def _trimmed(proposal: Proposal) -> dict[str, str]:
    """The fields of the reference by their names without spaces around them, which the grid would not show."""
    named: dict[str, str] = {}
    for field in proposal.theirs:
        label = field.name.strip()
        named[label if label not in named else f"“{field.name}”"] = field.name
    return named


def _row(field: FieldLevels, match: FieldMatch | None, proposal: Proposal, given: Alignment | None) -> dict[str, str]:
    theirs = {f.name: f for f in proposal.theirs}
    if match is None or match.theirs not in theirs:
        return {"ours": field.name, "theirs": NOT_COMPARED, "state": "", "levels": ""}
    state = "you" if given else "name" if match in proposal.certain.matches else "likeness"
    return {
        "ours": field.name,
        "theirs": match.theirs,
        "state": state,
        "levels": _difference(field, theirs[match.theirs], match),
    }


def _difference(ours: FieldLevels, theirs: FieldLevels, match: FieldMatch) -> str:
    """Levels read otherwise, and levels that one side lacks, in words."""
    if not ours.levels or not theirs.levels:
        return ""
    read = [match.levels.get(level, level) for level in theirs.levels]
    parts = [", ".join(f"{a} as {b}" for a, b in list(match.levels.items())[:_SHOWN])]
    parts.append(_only([v for v in ours.levels if v not in read], "here"))
    parts.append(_only([v for v in read if v not in ours.levels], "in the reference"))
    return "; ".join(part for part in parts if part) or "the same"


def _only(levels: list[str], where: str) -> str:
    more = f" and {len(levels) - _SHOWN} more" if len(levels) > _SHOWN else ""
    return f"only {where}: {', '.join(levels[:_SHOWN])}{more}" if levels else ""


def _levels(proposal: Proposal, shown: Alignment, pairs: dict[str, str], key: str) -> dict[str, dict[str, str]]:
    """The levels of one field, chosen above them, each with the level of this table that it stands for."""
    ours, theirs = ({f.name: f.levels for f in side} for side in (proposal.ours, proposal.theirs))
    fields = [a for a, b in pairs.items() if ours[a] and theirs[b]]
    if not fields:
        return {}
    differ = [a for a in fields if {*theirs[pairs[a]]} != {*ours[a]}]
    field = st.selectbox("Levels of", fields, index=fields.index(differ[0]) if differ else 0, key=f"{key}_levels_of")
    other, known = pairs[field], _kept(shown, field, pairs[field])
    column = st.column_config
    table = st.data_editor(
        pd.DataFrame({"theirs": theirs[other], "ours": [known.get(v, AS_IT_IS) for v in theirs[other]]}),
        hide_index=True,
        disabled=["theirs"],
        key=f"{key}_levels_{field}_{other}",
        column_config={
            "theirs": column.TextColumn("Level in the reference"),
            "ours": column.SelectboxColumn("Is read as", options=[AS_IT_IS, *ours[field]], required=True),
        },
        alt=f"Every level of {other} in the reference with the level of {field} that it stands for",
    )
    lacking = [v for v in ours[field] if v not in theirs[other] and v not in set(table["ours"])]
    if lacking:
        st.caption(markdown(f"Not in the reference: {', '.join(lacking[:10])}."))
    return {field: {a: b for a, b in zip(table["theirs"], table["ours"]) if b not in (AS_IT_IS, a)}}


def _kept(shown: Alignment, field: str, other: str) -> dict[str, str]:
    """The levels known of a pair of fields; another field has none of them."""
    match = shown.match(field)
    return dict(match.levels) if match is not None and match.theirs == other else {}


def _apply(made: Alignment | None, parameter: str) -> None:
    st.query_params.pop(parameter, None)
    if made is not None:
        st.query_params[parameter] = json.dumps(made.to_dict(), ensure_ascii=False, separators=(",", ":"))
