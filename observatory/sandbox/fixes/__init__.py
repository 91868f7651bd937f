"""A suggested change for chart code that failed: the smallest that is likely to mend it.

`code` holds the text and its edits, `failure` what the error tells, `words` the words that exist. Each of the other
files holds cures of one kind: a function from code and failure to whole texts, the likeliest first.
"""

from observatory.sandbox.fixes.suggest import suggest

__all__ = ["suggest"]
