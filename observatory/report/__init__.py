"""One Report, four renderings: a page, Markdown, plain text for the terminal, and JSON through `Report.to_dict`."""

from observatory.report import trust, words
from observatory.report.html import html
from observatory.report.infographic import compose
from observatory.report.markdown import markdown
from observatory.report.text import text

__all__ = ["compose", "html", "markdown", "text", "trust", "words"]
