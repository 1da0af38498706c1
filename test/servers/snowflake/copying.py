"""COPY INTO a table from a stage: all of its files or none, and errors that name file, line and column."""

from __future__ import annotations

import re
from typing import Any

import duckdb
from encode import fixed_column, text_column
from failure import Failure
from stages import PLACE, files_below, place_of

COPY = re.compile(
    rf'^\s*COPY\s+INTO\s+(?P<table>(?:"[^"]+"|\w+)(?:\.(?:"[^"]+"|\w+))*)\s+FROM\s+{PLACE}(?P<rest>.*)$', re.I | re.S
)
TEXT = r"'(?:[^'\\]|''|\\.)*'"
INNER = rf"\((?:[^()']|{TEXT})*\)"
OPTION = re.compile(rf"(\w+)\s*=\s*(\((?:[^()']|{TEXT}|{INNER})*\)|{TEXT}|[\w.]+)", re.S)
LITERAL = re.compile(r"'((?:[^'\\]|''|\\.)*)'", re.S)
ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "0": "\0"}
KNOWN = {
    "TYPE", "FIELD_DELIMITER", "RECORD_DELIMITER", "SKIP_HEADER", "FIELD_OPTIONALLY_ENCLOSED_BY", "NULL_IF",
    "ESCAPE_UNENCLOSED_FIELD", "EMPTY_FIELD_AS_NULL", "DATE_FORMAT", "TIMESTAMP_FORMAT", "COMPRESSION", "ENCODING",
    "ERROR_ON_COLUMN_COUNT_MISMATCH",
}  # fmt: skip
# Tables remember what was copied into them: by the number of the table, since a name may be used again.
loaded: set[tuple[int, str]] = set()


def text_of(literal: str) -> str:
    inner = literal[1:-1].replace("''", "'")
    return re.sub(r"\\(.)", lambda match: ESCAPES.get(match[1], match[1]), inner, flags=re.S)


def options_of(text: str) -> dict[str, str]:
    return {name.upper(): value for name, value in OPTION.findall(text)}


def list_of(value: str) -> list[str]:
    return [text_of(match[0]) for match in LITERAL.finditer(value)]


def quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def strptime_of(format_: str) -> str:
    marks = {"YYYY": "%Y", "YY": "%y", "MON": "%b", "MM": "%m", "DD": "%d", "HH24": "%H", "MI": "%M", "SS": "%S"}
    return re.sub(r"YYYY|YY|MON|MM|DD|HH24|MI|SS|FF\d?", lambda match: marks.get(match[0], "%f"), format_)


def copy_into(connection: Any, match: re.Match[str], database: str, schema: str, lengths: Any) -> dict[str, Any]:
    folder, stage, path = place_of(match, database, schema)
    options = options_of(match["rest"])
    if options.get("ON_ERROR", "ABORT_STATEMENT").strip("'").upper() != "ABORT_STATEMENT":
        raise Failure("002140", "Only ON_ERROR = ABORT_STATEMENT is known here.")
    format_ = options_of(options.get("FILE_FORMAT", "()")[1:-1])
    unknown = set(format_) - KNOWN
    if unknown:
        raise Failure("001008", f"SQL compilation error:\ninvalid parameter '{sorted(unknown)[0]}'", "22023")
    names = [part.strip('"') if part.startswith('"') else part.upper() for part in re.findall(r'"[^"]+"|\w+', match["table"])]
    whole = [database, schema][: 3 - len(names)] + names
    table = ".".join('"' + name + '"' for name in whole)
    number = connection.execute(
        "SELECT table_oid FROM duckdb_tables() WHERE database_name = ? AND schema_name = ? AND table_name = ?", whole
    ).fetchone()
    if not number:
        raise Failure("002003", f"SQL compilation error:\nTable '{'.'.join(whole)}' does not exist or not authorized.")
    columns = connection.execute(f"DESCRIBE {table}").fetchall()
    texts = dict(lengths(*whole))
    rows = []
    remembered = []
    connection.execute("BEGIN TRANSACTION")
    try:
        named = [f"{path}{name}" for name in list_of(options["FILES"])] if "FILES" in options else None
        for relative in named or [name for name, _ in files_below(folder, path)]:
            file = folder / relative
            if not file.is_file():
                raise Failure("091016", f"Remote file '{stage.lower()}/{relative}' was not found.", "22000")
            if (number[0], relative) in loaded:
                rows.append([f"{stage.lower()}/{relative}", "LOAD_SKIPPED", "0", "0"])
                continue
            count = one_file(connection, str(file), relative, table, whole[-1], columns, texts, format_)
            rows.append([f"{stage.lower()}/{relative}", "LOADED", str(count), str(count)])
            remembered.append((number[0], relative))
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    loaded.update(remembered)
    rowtype = [text_column("file"), text_column("status"), fixed_column("rows_parsed"), fixed_column("rows_loaded")]
    return {"rowtype": rowtype, "rowset": rows}


def one_file(
    connection: Any, file: str, name: str, table: str, short: str, columns: list, texts: dict, format_: dict[str, str]
) -> int:
    fields = ", ".join(f"{quoted(f'c{index}')}: 'VARCHAR'" for index in range(len(columns)))
    nulls = list_of(format_.get("NULL_IF", "('\\\\N')"))
    if format_.get("EMPTY_FIELD_AS_NULL", "TRUE").upper() == "TRUE":
        nulls.append("")
    quote = format_.get("FIELD_OPTIONALLY_ENCLOSED_BY", "NONE")
    settings = [
        "header = false",
        "auto_detect = false",
        f"columns = {{{fields}}}",
        f"skip = {format_.get('SKIP_HEADER', '0')}",
        f"delim = {quoted(text_of(format_.get('FIELD_DELIMITER', chr(39) + ',' + chr(39))))}",
        f"quote = {quoted('' if quote == 'NONE' else text_of(quote))}",
        f"escape = {quoted('' if quote == 'NONE' else text_of(quote))}",
        f"nullstr = [{', '.join(quoted(null) for null in dict.fromkeys(nulls))}]",
        f"compression = {quoted('zstd' if file.endswith('.zst') else 'gzip' if file.endswith('.gz') else 'none')}",
        "allow_quoted_nulls = false",
        "max_line_size = 20000000",
        "parallel = false",
    ]
    reading = "CREATE OR REPLACE TEMP TABLE _copied AS SELECT *, row_number() OVER () AS rn FROM read_csv"
    try:
        try:
            connection.execute(f"{reading}({quoted(file)}, {', '.join(settings)})")
        except duckdb.InvalidInputException as error:
            # Line ends of two kinds in one file.
            if "invalid state" not in str(error):
                raise
            connection.execute(f"{reading}({quoted(file)}, {', '.join([*settings, 'strict_mode = false'])})")
    except duckdb.InterruptException:
        raise
    except duckdb.Error as error:
        raise malformed(str(error), name, short, columns) from None
    values = []
    for index, (column, type_, *_) in enumerate(columns):
        value = value_of(f"c{index}", type_, format_)
        check(connection, name, short, index, column, type_, value, texts.get(column))
        values.append(value)
    return connection.execute(f"INSERT INTO {table} SELECT {', '.join(values)} FROM _copied ORDER BY rn").fetchone()[0]


def value_of(source: str, type_: str, format_: dict[str, str]) -> str:
    if type_ in ("VARCHAR", "JSON"):
        return source
    if type_ == "DATE":
        if "DATE_FORMAT" in format_:
            return f"CAST(try_strptime({source}, {quoted(strptime_of(text_of(format_['DATE_FORMAT'])))}) AS DATE)"
        # A whole number is an instant in seconds, as Snowflake takes it to be.
        seconds = f"CAST(to_timestamp(TRY_CAST({source} AS BIGINT)) AS DATE)"
        return f"CASE WHEN regexp_full_match({source}, '[0-9]+') THEN {seconds} ELSE TRY_CAST({source} AS DATE) END"
    if type_.startswith("TIMESTAMP") and "TIMESTAMP_FORMAT" in format_:
        return f"CAST(try_strptime({source}, {quoted(strptime_of(text_of(format_['TIMESTAMP_FORMAT'])))}) AS {type_})"
    return f"TRY_CAST({source} AS {type_})"


def check(
    connection: Any, file: str, table: str, index: int, column: str, type_: str, value: str, length: int | None
) -> None:
    if type_ == "VARCHAR":
        if length is None:
            return
        wrong, what = f"length(c{index}) > {length}", "long"
    else:
        wrong, what = f"c{index} IS NOT NULL AND {value} IS NULL", type_
    bad = connection.execute(f"SELECT rn, c{index} FROM _copied WHERE {wrong} ORDER BY rn LIMIT 1").fetchone()
    if not bad:
        return
    row, text = bad
    code, message = message_of(what, text, length)
    place = f"  File '{file}', line {row}, character 1\n  Row {row}, column \"{table}\"[\"{column}\":{index + 1}]"
    raise Failure(code, f"{message}\n{place}\n{ADVICE}", "22000")


ADVICE = "  If you would like to continue loading when an error is encountered, use other values for the ON_ERROR option."


def message_of(what: str, text: str, length: int | None) -> tuple[str, str]:
    if what == "long":
        return "100078", f"String '{text}' is too long and would be truncated"
    if what == "DATE":
        return "100040", f"Date '{text}' is not recognized"
    if what.startswith("TIMESTAMP"):
        return "100035", f"Timestamp '{text}' is not recognized"
    if what == "BOOLEAN":
        return "100037", f"Boolean value '{text}' is not recognized"
    return "100038", f"Numeric value '{text}' is not recognized"


def malformed(error: str, file: str, table: str, columns: list) -> Failure:
    line = re.search(r"on Line: (\d+)", error, re.I)
    found = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", error)
    at = line[1] if line else "1"
    place = f"  File '{file}', line {at}, character 1\n  Row {at}, column \"{table}\"[\"{columns[-1][0]}\":{len(columns)}]"
    if found:
        text = f"Number of columns in file ({found[2]}) does not match that of the corresponding table ({found[1]}), use file format option error_on_column_count_mismatch=false to ignore this error"
        return Failure("100080", f"{text}\n{place}\n{ADVICE}", "22000")
    if "UTF-8" in error or "unicode" in error.lower():
        return Failure("100144", f"Invalid UTF8 detected in string\n{place}\n{ADVICE}", "22000")
    return Failure("100016", f"{error.splitlines()[0]}\n{place}\n{ADVICE}", "22000")
