"""Pure: a carrier's answer file as rows of what it says: CSV or TSV, UTF-8, UTF-16 or GB18030, its columns guessed by
their names. Ours come back with the columns we sent; others name them as they like.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tenants.core.errors import Invalid
from tenants.core.values import date_of

BYTES_MAX = 4_000_000
ROWS_MAX = 20_000
COLUMNS_MAX = 60
CELL_MAX = 2_000

# Column → what its name may hold. The first column that fits is taken, the exacter names first.
COLUMNS: Mapping[str, str] = {
    "number": (
        r"我方编号|报备单号|申请编号|流水号|our\s*(filing\s*)?number|filing\s*(no|number|id)"
        r"|^(no\.?|number|编号|序号)$"
    ),
    "result": r"审核结果|报备结果|备案结果|结果|状态|result|status",
    "reason": r"驳回原因|失败原因|原因|备注|说明|意见|reason|remark|comment",
    "template_code": r"模板\s*(编号|编码|代码|code|id)|template\s*(code|id|no|number)\b",
    "carrier_no": r"备案号|报备号|carrier.*number|approval\s*(no|number)",
    "valid_until": r"有效期|到期|截止|valid\s*until|expir",
    "signature": r"签名|signature",
    "operator": r"运营商|operator|carrier$",
}
NEVER = {"carrier_no": r"icp", "valid_until": r"资质|papers|licen", "reason": r"申请说明"}
FILED = {
    "通过", "已通过", "审核通过", "已备案", "已报备", "备案成功", "报备成功", "成功",
    "filed", "approved", "passed", "pass", "ok", "yes", "y",
}  # fmt: skip
REJECTED = {
    "不通过", "未通过", "审核不通过", "驳回", "已驳回", "拒绝", "失败", "报备失败", "备案失败",
    "rejected", "refused", "failed", "fail", "no", "n",
}  # fmt: skip
OPERATORS = {
    "移动": "mobile", "中国移动": "mobile", "mobile": "mobile", "cmcc": "mobile", "china mobile": "mobile",
    "联通": "unicom", "中国联通": "unicom", "unicom": "unicom", "cucc": "unicom", "china unicom": "unicom",
    "电信": "telecom", "中国电信": "telecom", "telecom": "telecom", "ctcc": "telecom", "china telecom": "telecom",
    "广电": "broadnet", "中国广电": "broadnet", "broadnet": "broadnet", "cbn": "broadnet",
}  # fmt: skip
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
NUMBER_PREFIX = "QF"
_NUMBER = re.compile(rf"{NUMBER_PREFIX}[- ]?(\d{{1,18}})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Said:
    """One row: which filing (by our number, or signature and operator), and the answer. `fault`: why it is no use."""

    row_no: int
    shown: str
    filing_id: int | None = None
    signature: str = ""
    operator: str = ""
    filed: bool = False
    reason: str = ""
    carrier_no: str = ""
    valid_until: date | None = None
    template_code: str = ""
    fault: str = ""


def number(filing_id: int) -> str:
    """What a filing is called on sheets."""
    return f"{NUMBER_PREFIX}{filing_id}"


def read(content: bytes, operator: str) -> list[Said]:
    """Every row that is not empty. `operator` holds where the file names none. Invalid for what is no such file."""
    rows = _rows(content)
    if not rows:
        raise Invalid({"file": "file_empty"})
    columns = guessed(rows[0][1])
    if "result" not in columns or not {"number", "signature"} & set(columns):
        raise Invalid({"file": "answer_columns_missing"})
    return [_said(row_no, cells, columns, operator) for row_no, cells in rows[1:]]


def _rows(content: bytes) -> list[tuple[int, list[str]]]:
    if len(content) > BYTES_MAX:
        raise Invalid({"file": ("file_too_large", {"bytes_max": BYTES_MAX})})
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Invalid({"file": "file_is_workbook"})
    text = _decoded(content)
    head = text.partition("\n")[0]
    delimiter = max(("\t", ",", ";"), key=head.count)
    found: list[tuple[int, list[str]]] = []
    try:
        for row_no, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
            cells = [_tidy(cell) for cell in row[:COLUMNS_MAX]]
            if any(cells):
                found.append((row_no, cells))
            if len(found) > ROWS_MAX + 1:
                raise Invalid({"file": ("answer_rows", {"max": ROWS_MAX})})
    except csv.Error as error:
        raise Invalid({"file": "row_quote_open"}) from error
    return found


def _decoded(content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def _tidy(cell: str) -> str:
    # Our own sheets put a quote before what a spreadsheet would take for a formula.
    return cell.strip(" \t\r\n'\ufeff\u3000")[:CELL_MAX]


def _plain(cell: str) -> str:
    """Full width and half width are the same, except in what people read."""
    return unicodedata.normalize("NFKC", cell).strip()


def guessed(header: Sequence[str]) -> dict[str, int]:
    """Which column is which, by its name."""
    found: dict[str, int] = {}
    for field, names in COLUMNS.items():
        for at, name in enumerate(map(_plain, header)):
            fits = re.search(names, name, re.IGNORECASE) and not re.search(NEVER.get(field, "$^"), name, re.IGNORECASE)
            if fits and at not in found.values():
                found[field] = at
                break
    return found


def _said(row_no: int, cells: Sequence[str], columns: Mapping[str, int], operator: str) -> Said:
    def cell(name: str) -> str:
        at = columns.get(name)
        return cells[at] if at is not None and at < len(cells) else ""

    named, written, result = _plain(cell("number")), _plain(cell("operator")).lower(), _plain(cell("result")).lower()
    match = _NUMBER.fullmatch(named)
    signature, until = _plain(cell("signature")).strip("【】[] "), _plain(cell("valid_until"))
    said = Said(
        row_no, named or signature, int(match[1]) if match else None, signature,
        OPERATORS.get(written, "") if written else operator, result in FILED, cell("reason"),
        cell("carrier_no"), date_of(until), _plain(cell("template_code")),
    )  # fmt: skip
    return replace(said, fault=_fault(said, result, until))


def _fault(said: Said, result: str, until: str) -> str:
    if result not in FILED | REJECTED:
        return "answer_result_unknown" if result else "answer_result_missing"
    if said.filing_id is None and not said.signature:
        return "answer_key_missing"
    if not said.operator:
        return "answer_operator_unknown"
    return "answer_date_unknown" if until and said.valid_until is None else ""
