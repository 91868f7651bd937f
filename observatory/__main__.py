"""`python -m observatory` is the shell."""

from observatory.cli import main

raise SystemExit(main())
