"""`python -m observatory` is the shell."""

import sys

try:
    from observatory.cli import main
except ModuleNotFoundError as missing:
    sys.exit(f"The library {missing.name} is not installed for this Python. Try .venv/bin/observatory, or: make run")

raise SystemExit(main())
