"""What pandas, Altair and Python say of common mistakes, in plain words."""

from __future__ import annotations

import re

from observatory.sandbox.fixes.at_hand import AtHand

_TABLE: tuple[tuple[str, str, str], ...] = (
    (
        r"only use \.str accessor with string values, not (?:datetime|period)",
        "{column} holds dates, and .str is for text.",
        "Use .dt, as in .dt.year or .dt.strftime('%Y').",
    ),
    (
        r"only use \.str accessor with string values, not (?:integer|floating|mixed-integer|decimal)",
        "{column} holds numbers, and .str is for text.",
        "Make text of it first: .astype(str).",
    ),
    (r"only use \.str accessor", "{column} holds no text, and .str is for text.", "Make text of it: .astype(str)."),
    (r"only use \.dt accessor", "{column} holds no dates, and .dt is for dates.", "Make dates with pd.to_datetime."),
    (
        r"Invalid comparison between dtype=datetime64\S* and (?:int|float)",
        "{column} holds dates, and is compared with a number.",
        "Compare the year, as in .dt.year > 2013, or give a date, as in '2013-01-31'.",
    ),
    (
        r"Invalid comparison between dtype=datetime64\S* and str",
        "{other} is not a date.",
        "Write year, month and day, as in '2013-01-31'.",
    ),
    (
        r"Invalid comparison between dtype=datetime64\S* and \w+",
        "{column} holds dates, and is compared with something else.",
        "Compare it with a date in quotes, as in '2013-01-31'.",
    ),
    (
        r"Invalid comparison between dtype=u?(?:int|float)\S* and str",
        "{column} holds numbers, and is compared with text.",
        "Write the number without quotes.",
    ),
    (
        r"Invalid comparison between dtype=(?:str|object|string)\S* and (?:int|float)",
        "{column} is text, and is compared with a number.",
        "Compare it with a text in quotes.",
    ),
    (
        r"'(?:method|function)' and '\w+'|'\w+' and '(?:method|function)'",
        "A method of pandas stands where a column is meant.",
        'Write a column of that name as in data["count"].',
    ),
    (
        r"between instances of '(?:Timestamp|datetime\.date)' and|and '(?:Timestamp|datetime\.date)'",
        "A date is compared with something else.",
        "Compare it with pd.Timestamp('2013-01-31'), or compare its .year.",
    ),
    (
        r"between instances of '(?:str|int|float)' and '(?:str|int|float)'",
        "Text is compared with a number.",
        "Compare text with text, and numbers with numbers.",
    ),
    (r"'mark' is a required property", "The chart has no mark.", "Say what to draw: add .mark_point()."),
    (
        r"\"(.*?)\" is not one of the valid encoding data types",
        "“{1}” behind a colon is not a type.",
        "The types are Q for numbers, N for names, O for ranks and T for dates.",
    ),
    (
        r"(?:\w+\.)*(\w+)\(\) got an unexpected keyword argument '(\w+)'",
        "{1}() takes no argument “{2}”.",
        "Leave it out.",
    ),
    (
        r"^positional of type",
        "encode() is given a column without its channel.",
        "Write x= before the first column and y= before the second.",
    ),
    (
        r"(?:\w+\.)*(\w+)\(\) missing \d+ required positional arguments?: '(\w+)'",
        "{1}() needs the argument “{2}”.",
        "Give it in the brackets.",
    ),
    (
        r"(?:\w+\.)*(mark_\w+)\(\) takes 1 positional argument",
        "{1}() takes no value without a name.",
        "Write what it sets, as in color='red'.",
    ),
    (
        r"(?:\w+\.)*(\w+)\(\) takes (?:from \d+ to )?\d+ positional arguments?",
        "{1}() is given more than it takes.",
        "Leave the last value out, or write its name and = before it.",
    ),
    (
        r"argument of type '(?:int|float|bool)' is not",
        "A channel is given a fixed value.",
        "Write it as alt.value(…), or name a column.",
    ),
    (
        r"^(.+?) encoding field is specified without a type",
        "The type of “{1}” is not known, for the chart's rows are not a table.",
        "Add .reset_index() to what was grouped, or write the type, as in “{1}:N”.",
    ),
    (r"Hierarchical indices", "The table has an index of several levels.", "Make columns of it: .reset_index()."),
    (
        r"contains invalid column name: (.+?)\.",
        "A column is called {1}, which is not text.",
        "Give it a name, as in .reset_index(name='count').",
    ),
    (
        r"truth value of a \w+ is ambiguous",
        "A column is not one truth but many.",
        "Write & for and, | for or, ~ for not, with brackets around each comparison.",
    ),
    (
        r"Only valid with DatetimeIndex",
        "The rows are not by date.",
        "Name the column, as in resample('ME', on='date').",
    ),
    (r"Invalid frequency: (\w+)", "“{1}” is not a frequency.", "Use D, W, ME, QE or YE."),
    (
        r"could not convert string to float: '(.{1,60})'",
        "“{1}” is not a number.",
        "Choose the columns that hold numbers, or use pd.to_numeric with errors='coerce'.",
    ),
    (
        r"agg function failed|does not support operation '(?:mean|sum|std|median|var)'",
        "Text has no mean.",
        "Choose the columns that hold numbers, or add numeric_only=True.",
    ),
    (r"^'(.{1,60})' is not of type 'number'", "“{1}” is not a number.", "Give a number without quotes."),
    (r"Expected a predicate", "A filter is given a column of rows.", "Write alt.datum in the place of data."),
    (
        r"Only chart objects can be used in",
        "Something else stands where charts belong.",
        "Give the charts one by one, or write * before a list of them.",
    ),
    (r"'op' is a required property", "A summary has no function that Vega-Lite knows.", "Write one such as mean(…)."),
    (r"data type '(.{1,40})' not understood", "“{1}” is not a type of column.", "Write 'number' for numbers."),
    (
        r"'[(\[][^,]+, [^,]+[)\]]' is an invalid value for `0`",
        "The chart holds intervals, which cannot be drawn.",
        "Make text of them: pd.cut(…).astype(str).",
    ),
    (
        r"Addition/subtraction of integers",
        "A number is added to a date.",
        "Say of what, as in pd.Timedelta(days=7).",
    ),
    (r"is not of type 'string'", "Something else is given where a text belongs.", "Give a text in quotes."),
    (
        r"Failed validating '\w+' in schema",
        "A value here is not one that Vega-Lite takes.",
        "Look its values up in Altair's documentation.",
    ),
    (
        r"^'(?:Timestamp|datetime\.date)' object is not subscriptable",
        "A date is not text of which letters can be taken.",
        "Use its parts, such as .year and .month.",
    ),
    (r"strptime\(\) argument 1 must be str, not", "The column holds dates already.", "Use them as they are."),
    (
        r"^'NoneType' object has no attribute '(\w+)'",
        "There is nothing here that has “{1}”.",
        "What works in place gives nothing back: leave inplace=True out, or write it on a line of its own.",
    ),
    (r"^'(?:method|function)' object is not subscriptable", "A method is called with round brackets.", "Write ()."),
    (r"^'(DataFrame|Series)' object is not callable", "A {1} cannot be called.", 'Write data["column"] for a column.'),
)
_SYNTAX: tuple[tuple[str, str], ...] = (
    (r"was never closed", "Close the bracket."),
    (r"unmatched|does not match", "Leave out the bracket that nothing opens."),
    (r"expected ':'", "End the line with a colon."),
    (r"unterminated", "End the text with a quote."),
    (r"forgot a comma", "Put a comma between the values."),
    (r"indent", "Let the lines of one block begin at the same place."),
    (r"invalid character|non-printable", "Use the plain signs of the keyboard."),
    (r"Maybe you meant '=='", "Write == to compare."),
)


def said(text: str, hand: AtHand) -> tuple[str, str] | None:
    """The message and the hint for what a library says, or None where it is not known here.

    >>> said("DataFrame.nlargest() missing 1 required positional argument: 'columns'", AtHand())
    ('nlargest() needs the argument “columns”.', 'Give it in the brackets.')
    """
    for pattern, message, hint in _TABLE:
        if found := re.search(pattern, text, re.DOTALL):
            column = f"“{hand.column[:60]}”" if hand.column else "The column"
            other = f"“{hand.other[:60]}”" if hand.other else "The text"
            parts = ["", *((group or "")[:60] for group in found.groups())]
            known = {"column": column, "other": other}
            return message.format(*parts, **known), hint.format(*parts, **known)
    return None


def syntax_hint(message: str) -> str:
    """What to do about a syntax error, "" where its message says it already.

    >>> syntax_hint("'(' was never closed"), syntax_hint("invalid syntax")
    ('Close the bracket.', '')
    """
    return next((hint for pattern, hint in _SYNTAX if re.search(pattern, message)), "")
