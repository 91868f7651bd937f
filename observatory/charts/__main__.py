"""Writes `draco_rules/README.md` from the rule files."""

from observatory.charts.rules.base import document, rules_folder

if __name__ == "__main__":
    (rules_folder() / "README.md").write_text(document(), encoding="utf-8")
