"""What Qunfa reaches, measured beside what it is compared with: `python -m benchmarks [keys…] [--scale 0.1]`.

Each module has `KEY` and `run(scale) -> list[Row]`, called inside the app's context on a database of its own.
"""
