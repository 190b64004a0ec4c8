"""Runs the benchmarks that were named, or all; prints the table, and keeps it in results.json and the README."""

from __future__ import annotations

import argparse
import sys

from benchmarks import figures, runner

FULL = 1.0


def main() -> int:
    known = runner.keys()
    parser = argparse.ArgumentParser(prog="benchmarks", description="Measures Qunfa and what it is compared with.")
    parser.add_argument("keys", nargs="*", metavar="key", help=f"of: {', '.join(known)}; all when none is named")
    parser.add_argument("--scale", type=float, default=1.0, help="of the full volumes, for example 0.1")
    given = parser.parse_args()
    unknown = [key for key in given.keys if key not in known]
    if unknown:
        parser.error(f"no such benchmark: {', '.join(unknown)}")
    rows = []
    for key in given.keys or known:
        sys.stderr.write(f"{key} …\n")
        rows += runner.measure(runner.module(key), given.scale)
        if given.scale == FULL:  # what was shortened is shown, not kept
            runner.keep(rows)
            figures.write()
    sys.stdout.write(runner.table(rows) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
