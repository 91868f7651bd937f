"""What the pages draw with: the open data set, cards for each noun of the model, and one way to fail."""

from observatory.quoting import markdown as text
from observatory.ui.ask import question_box
from observatory.ui.bias_job import Asked, declared_target, parameters, progress, so_far, target_box, verdict
from observatory.ui.chart_link import open_charts
from observatory.ui.chart_pins import pinned_charts
from observatory.ui.charts import Showing, chart_cards, chart_grid, chart_wish, pinned_grid, spec_chart
from observatory.ui.conversation import conversation
from observatory.ui.data import dataset_card, drop_zone, field_table, import_report, sample_card
from observatory.ui.enrichment import field_meanings
from observatory.ui.explanation import explanation
from observatory.ui.explore import explore, odd_rows
from observatory.ui.fairness import fairness
from observatory.ui.findings import checks, combinations, finding_line, findings, first_findings, notes
from observatory.ui.goals import goals
from observatory.ui.infographic import infographic
from observatory.ui.personas import persona_choice
from observatory.ui.reference import Comparison, compared_with, comparison, declared_reference
from observatory.ui.remedy import remedy
from observatory.ui.session import current, guard, heading, observatory, open_dataset, page_link
from observatory.ui.sidebar import ICON, LOGO, LOOK, sidebar
from observatory.ui.summary import summary
from observatory.ui.weighted import weights_switch

__all__ = [
    "ICON",
    "LOGO",
    "LOOK",
    "Asked",
    "Comparison",
    "Showing",
    "chart_cards",
    "chart_grid",
    "chart_wish",
    "checks",
    "combinations",
    "compared_with",
    "comparison",
    "conversation",
    "current",
    "dataset_card",
    "declared_reference",
    "declared_target",
    "drop_zone",
    "explanation",
    "explore",
    "fairness",
    "field_meanings",
    "field_table",
    "finding_line",
    "findings",
    "first_findings",
    "goals",
    "guard",
    "heading",
    "import_report",
    "infographic",
    "notes",
    "observatory",
    "odd_rows",
    "open_charts",
    "open_dataset",
    "page_link",
    "parameters",
    "persona_choice",
    "pinned_charts",
    "pinned_grid",
    "progress",
    "question_box",
    "remedy",
    "sample_card",
    "sidebar",
    "so_far",
    "spec_chart",
    "summary",
    "target_box",
    "text",
    "verdict",
    "weights_switch",
]
