"""What a person prefers: the rules that weigh differently for it, each to be set by hand, and the way back."""

from __future__ import annotations

import streamlit as st

from observatory.charts.rules.base import rules
from observatory.charts.rules.rule_weights import MOST, shipped
from observatory.model import Task
from observatory.quoting import markdown
from observatory.report import words
from observatory.ui.session import guard, observatory

_SHOWN = 12
_NOTHING = (
    "Nothing yet: every rule costs what it costs as shipped. Set two charts side by side with “Better than …” and say "
    "which one you find better, or weigh a rule by hand."
)


def preferences(task: Task | None) -> None:
    """The weights that differ from the rule base for a task, what they come from, and one button to reset them."""
    box = st.expander("What you prefer", icon=":material/thumbs_up_down:", on_change="rerun", key="charts_prefer")
    if not box.open:
        return
    with box, guard():
        choices, changed = observatory().choices(), changed_rules(task)
        st.caption(_NOTHING if not choices and not changed else _summary(len(choices), len(changed)))
        for rule in changed[:_SHOWN]:
            _weight(rule, task)
        if len(changed) > _SHOWN:
            st.caption(f"And {words.count(len(changed) - _SHOWN, 'rule')} with smaller differences.")
        _another(changed, task)
        with st.container(horizontal=True, gap="small"):
            if choices:
                st.button("Forget the last choice", key="prefer_forget", type="tertiary", on_click=_forget)
            if choices or changed:
                st.button("Reset to the rule base", key="prefer_reset", icon=":material/restart_alt:", on_click=_reset)


def changed_rules(task: Task | None) -> list[str]:
    """The rules that weigh differently here than as shipped, the largest differences first."""
    own, base = observatory().rule_weights(), shipped()
    gaps = {rule: own.of(rule, task) - base.of(rule, task) for rule in base.every}
    return sorted((rule for rule, gap in gaps.items() if gap), key=lambda rule: (-abs(gaps[rule]), rule))


def _summary(n_choices: int, n_changed: int) -> str:
    chosen = f"You found {words.count(n_choices, 'chart')} better than another. " if n_choices else ""
    if not n_changed:
        return f"{chosen}No rule weighs differently for it."
    weigh = "rule weighs" if n_changed == 1 else "rules weigh"
    return f"{chosen}{n_changed} {weigh} differently here than as shipped. A higher weight means: avoided more."


def _weight(rule: str, task: Task | None) -> None:
    """A rule in its sentence with its weight, which can be set by hand."""
    key = f"prefer_{rule}"
    st.session_state[key] = observatory().rule_weights().of(rule, task)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.number_input(
            f"Weight of {rule}",
            0,
            MOST,
            key=key,
            on_change=_set,
            args=(rule, key),
            label_visibility="collapsed",
            width=130,
        )
        st.markdown(
            f"{markdown(rules()[rule].reason)} :gray[{markdown(rule)}, {shipped().of(rule, task)} as shipped]",
            width="stretch",
        )


def _another(changed: list[str], task: Task | None) -> None:
    """Choose a rule to weigh by hand."""
    others = sorted((rule for rule in shipped().every if rule not in changed), key=lambda rule: rules()[rule].reason)
    chosen = st.selectbox(
        "Weigh a rule by hand",
        others,
        index=None,
        format_func=lambda rule: rules()[rule].reason,
        placeholder="choose a rule",
        key="prefer_another",
    )
    if chosen is not None:
        _weight(chosen, task)


def _set(rule: str, key: str) -> None:
    with guard():
        observatory().set_rule_weight(rule, st.session_state[key])


def _forget() -> None:
    with guard():
        observatory().forget_choice(len(observatory().choices()) - 1)


def _reset() -> None:
    with guard():
        observatory().reset_rule_weights()
        st.toast("Every rule costs what it costs as shipped.", icon=":material/restart_alt:")
