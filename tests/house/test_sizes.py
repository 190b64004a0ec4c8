"""Files and functions stay small enough to read; the medians are printed, only the caps are enforced."""

from __future__ import annotations

from statistics import median, quantiles

from tests.house.tree import functions, length, modules, trees

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
# Tables of facts, longer because the world is.
FACTS = ("tenants/core/operator_prefixes.py", "workers/protocols/")


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    lines = {str(path): text.count("\n") for path, text in modules().items() if not str(path).startswith(FACTS)}
    long = {path: count for path, count in lines.items() if count > FILE_LINES_MAX}
    nine_of_ten = quantiles(lines.values(), n=10)[8]
    print(f"files: {len(lines)}, median {median(lines.values()):.0f} lines, nine of ten below {nine_of_ten:.0f}")
    assert not long


def test_no_function_is_longer_than_sixty_lines() -> None:
    lengths = [(length(node), f"{path}:{node.name}") for path, tree in trees().items() for node in functions(tree)]
    print(f"functions: {len(lengths)}, median {median(size for size, _ in lengths):.0f} lines")
    assert not [name for size, name in lengths if size > FUNCTION_LINES_MAX]
