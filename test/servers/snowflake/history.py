"""What became of statements, in the columns of QUERY_HISTORY."""

from __future__ import annotations

import datetime
import re
import time
from typing import Any

from control import Statement, control, statements
from encode import column, fixed_column, instant, text_column

HISTORY = re.compile(r"INFORMATION_SCHEMA\.QUERY_HISTORY", re.I)
COLUMNS = [
    text_column("QUERY_ID"),
    text_column("QUERY_TEXT"),
    text_column("QUERY_TAG"),
    text_column("QUERY_TYPE"),
    text_column("EXECUTION_STATUS"),
    text_column("ERROR_CODE"),
    text_column("ERROR_MESSAGE"),
    column("START_TIME", "timestamp_ltz", precision=0, scale=9),
    fixed_column("TOTAL_ELAPSED_TIME"),
    fixed_column("ROWS_PRODUCED"),
    fixed_column("BYTES_SCANNED"),
    text_column("WAREHOUSE_NAME"),
    text_column("WAREHOUSE_SIZE"),
]


def query_history(sql: str, values: list[Any]) -> dict[str, Any]:
    found = sorted(statements.values(), key=lambda each: each.started, reverse=True)
    if re.search(r"QUERY_ID\s*=\s*\?", sql, re.I):
        found = [each for each in found if each.id == values[0]]
    elif re.search(r"QUERY_TAG", sql, re.I):
        found = [each for each in found if each.tag.startswith("longshore") or (values and each.tag == values[0])]
    return {"rowtype": COLUMNS, "rowset": [row_of(each) for each in found]}


def row_of(statement: Statement) -> list[str | None]:
    error = statement.answer if statement.answer and not statement.answer["success"] else None
    state = {"RUNNING": "RUNNING", "SUCCESS": "SUCCESS"}.get(statement.state, "FAIL")
    started = datetime.datetime.fromtimestamp(statement.started, datetime.UTC).replace(tzinfo=None)
    elapsed = round(((statement.ended or time.time()) - statement.started) * 1000)
    return [
        statement.id,
        statement.sql,
        statement.tag,
        statement.kind,
        state,
        error and str(int(error["code"])),
        error and error["message"],
        instant(started),
        str(elapsed),
        str(statement.rows),
        "0",
        control.warehouse,
        control.warehouse_size,
    ]
