"""Results as Snowflake sends them in JSON: every value a text, dates and times as numbers."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from typing import Any

EPOCH = datetime.datetime(1970, 1, 1)
EPOCH_UTC = EPOCH.replace(tzinfo=datetime.UTC)

PARAMETERS = {
    "TIMEZONE": "Etc/UTC",
    "DATE_OUTPUT_FORMAT": "YYYY-MM-DD",
    "TIME_OUTPUT_FORMAT": "HH24:MI:SS",
    "TIMESTAMP_OUTPUT_FORMAT": "YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM",
    "TIMESTAMP_NTZ_OUTPUT_FORMAT": "YYYY-MM-DD HH24:MI:SS.FF3",
    "TIMESTAMP_LTZ_OUTPUT_FORMAT": "",
    "TIMESTAMP_TZ_OUTPUT_FORMAT": "",
    "BINARY_OUTPUT_FORMAT": "HEX",
    "AUTOCOMMIT": True,
    "CLIENT_SESSION_KEEP_ALIVE": True,
    "CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY": 3600,
}


def parameters() -> list[dict[str, Any]]:
    return [{"name": name, "value": value} for name, value in PARAMETERS.items()]


def text_column(name: str) -> dict[str, Any]:
    return column(name, "text", length=16777216, byteLength=16777216)


def fixed_column(name: str) -> dict[str, Any]:
    return column(name, "fixed", precision=38, scale=0)


def column(name: str, type_: str, **more: Any) -> dict[str, Any]:
    info = {"name": name, "database": "", "schema": "", "table": "", "nullable": True, "type": type_}
    return {**info, "byteLength": None, "length": None, "scale": None, "precision": None, "collation": None, **more}


def rows_of(table: Any, rowtype: list[dict[str, Any]]) -> list[list[str | None]]:
    kinds = [each["type"] for each in rowtype]
    columns = [[encode(value, kind) for value in values.to_pylist()] for values, kind in zip(table.columns, kinds)]
    return [list(row) for row in zip(*columns)] if columns else []


def encode(value: Any, kind: str) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        return instant(value)
    if isinstance(value, datetime.date):
        return str((value - EPOCH.date()).days)
    if isinstance(value, datetime.time):
        seconds = value.hour * 3600 + value.minute * 60 + value.second
        return f"{seconds}.{value.microsecond * 1000:09d}"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (bytes, bytearray)):
        return value.hex().upper()
    if isinstance(value, (dict, list)):
        return json.dumps(value)
    return repr(value) if kind == "real" else str(value)


def instant(value: datetime.datetime) -> str:
    zoned = value.tzinfo is not None
    since = value - (EPOCH_UTC if zoned else EPOCH)
    micros = since // datetime.timedelta(microseconds=1)
    text = f"{micros // 1_000_000}.{micros % 1_000_000 * 1000:09d}"
    return f"{text} 1440" if zoned else text
