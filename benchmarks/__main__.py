"""Run what needs nothing but the project: `make bench`. Peers and evaluations have scripts of their own."""

from __future__ import annotations

import os
import subprocess
import sys

SCRIPTS = ("pages", "import_profile", "charts.speed", "sandbox.speed", "sandbox.innocent", "sandbox.matrix", "engine")


def main() -> int:
    """Run each script and return the worst exit code."""
    worst = 0
    for name in SCRIPTS:
        print(f"\n== benchmarks.{name} (load {os.getloadavg()[0]:.1f})", flush=True)
        worst = max(worst, subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode)
    return worst


if __name__ == "__main__":
    raise SystemExit(main())
