"""The shell: every command calls the method of the workbench of the same name.

One JSON document or a readable text on stdout, logs on stderr. Exit 0 done, 2 the input is at fault, 3 a needed
service is down; then `{"error": {"type", "message", "hint"}}` stands on stdout with `--json`, on stderr without.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from observatory.cli.parser import parser
from observatory.errors import ObservatoryError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = parser().parse_args(argv)
    try:
        arguments.run(arguments)
    except ObservatoryError as error:
        return _fail(error, as_json=arguments.json)
    except BrokenPipeError:
        sys.stderr.close()
    except KeyboardInterrupt:
        return 130
    return 0


def _fail(error: ObservatoryError, *, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"error": error.to_dict()}, ensure_ascii=False))
    else:
        print(f"{error.message} {error.hint}".rstrip(), file=sys.stderr)
    return error.exit_code
