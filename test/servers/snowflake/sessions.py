"""Sessions, and how a statement is carried out in one."""

from __future__ import annotations

import re
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import stages
from control import Statement, control
from copying import COPY, copy_into
from encode import column, fixed_column, rows_of, text_column
from failure import CANCELLED, Failure
from fakesnow.converter import from_binding
from fakesnow.info_schema import insert_text_lengths_sql
from fakesnow.instance import FakeSnow
from fakesnow.rowtype import describe_as_rowtype
from fakesnow.statement_type import statement_type_id
from history import HISTORY, query_history

server = FakeSnow()
sessions: dict[str, Session] = {}
making = threading.Lock()

KINDS = ["PUT", "LIST", "REMOVE", "COPY", "SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER", "SHOW"]
KINDS += ["BEGIN", "COMMIT", "ROLLBACK"]
CURRENT = re.compile(r"^\s*SELECT\s+CURRENT_(WAREHOUSE|ROLE|USER|ACCOUNT)\(\)\s*;?\s*$", re.I)
CANCEL = re.compile(r"^\s*SELECT\s+SYSTEM\$CANCEL_QUERY\((?:'([^']+)'|\?)\)\s*;?\s*$", re.I)
SHOW = re.compile(r"^\s*SHOW\s+WAREHOUSES(?:\s+LIKE\s+'([^']*)')?\s*;?\s*$", re.I)
TRANSIENT = re.compile(r"^(\s*CREATE\s+(?:OR\s+REPLACE\s+)?)TRANSIENT\s+(?=TABLE)", re.I)
NAME = r'(?:"[^"]+"|\w+)(?:\.(?:"[^"]+"|\w+))*'
AS_SELECT = re.compile(
    rf"^\s*CREATE\s+(?:OR\s+REPLACE\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?({NAME})\s+AS\s+SELECT\s.+\sFROM\s+({NAME})", re.I | re.S
)
DELETE = re.compile(rf"^\s*DELETE\s+FROM\s+({NAME})", re.I)
BEFORE = re.compile(rf"({NAME})\s+(?:BEFORE|AT)\s*\(\s*STATEMENT\s*=>\s*(?:'([^']+)'|\?)\s*\)", re.I)


def kind_of(sql: str) -> str:
    word = (re.findall(r"[A-Za-z]+", sql) or [""])[0].upper()
    return {"RM": "REMOVE", "LS": "LIST"}.get(word, word if word in KINDS else "OTHER")


@dataclass
class Session:
    database: str
    schema: str
    user: str
    role: str
    warehouse: str
    tag: str
    token: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    master: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    # "" | "expired" | "ended"
    state: str = ""
    connection: Any = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def open(self) -> Session:
        with making:
            self.connection = server.connect(self.database, self.schema)
        return self

    def apart(self) -> Session:
        """A session with the same settings, for a statement that runs by itself."""
        return Session(self.database, self.schema, self.user, self.role, self.warehouse, self.tag).open()

    def close(self) -> None:
        try:
            self.connection._duck_conn.interrupt()
            self.connection._duck_conn.rollback()
        except Exception:  # noqa: BLE001
            pass
        self.connection.close()

    def run(self, statement: Statement, bindings: dict[str, Any]) -> dict[str, Any]:
        """Columns and rows of the answer, or for PUT where the file goes."""
        with self.lock:
            statement.interrupt = self.connection._duck_conn.interrupt
            if statement.cancelled.is_set():
                raise Failure(*CANCELLED)
            try:
                return self.carry_out(statement, [from_binding(bindings[str(at + 1)]) for at in range(len(bindings))])
            finally:
                statement.interrupt = None

    def carry_out(self, statement: Statement, values: list[Any]) -> dict[str, Any]:
        sql, home = statement.sql, (self.database, self.schema)
        if match := COPY.match(sql):
            return self.copy(statement, match)
        if match := stages.PUT.match(sql):
            return {"put": stages.put(match, *home)}
        if match := stages.CREATE.match(sql):
            return stages.create(match, *home)
        if match := stages.LIST.match(sql):
            if control.refuse_list_paths and (match["path"] or match["qpath"]):
                raise Failure("001003", "SQL compilation error:\nsyntax error in LIST.")
            return stages.listing(match, *home)
        if match := stages.REMOVE.match(sql):
            return stages.remove(match, *home)
        if (extra := self.extra(sql, values)) is not None:
            return extra
        return self.database_run(statement, values)

    def extra(self, sql: str, values: list[Any]) -> dict[str, Any] | None:
        current, cancel, show = CURRENT.match(sql), CANCEL.match(sql), SHOW.match(sql)
        history = HISTORY.search(sql)
        if not (current or cancel or show or history):
            return None
        if control.refuse_extras:
            raise Failure("002140", f"SQL compilation error:\nUnknown function or command in {sql}", "42601")
        if current:
            value = {"WAREHOUSE": control.warehouse, "ROLE": self.role, "USER": self.user, "ACCOUNT": "TEST"}
            name = current[1].upper()
            return {"rowtype": [text_column(f"CURRENT_{name}()")], "rowset": [[value[name]]]}
        if cancel:
            from control import statements

            found = statements.get(cancel[1] or str(values[0]))
            if not found:
                raise Failure("000709", "Statement not found", "02000")
            said = "query terminated." if found.cancel() else "Identified SQL statement is not currently executing."
            return {"rowtype": [text_column("SYSTEM$CANCEL_QUERY")], "rowset": [[said]]}
        if history:
            return query_history(sql, values)
        columns = [text_column(name) for name in ("name", "state", "type", "size")]
        rows = [[control.warehouse, "STARTED", "STANDARD", control.warehouse_size]]
        return {"rowtype": columns, "rowset": rows if not show[1] or show[1].upper() == control.warehouse else []}

    def copy(self, statement: Statement, match: re.Match[str]) -> dict[str, Any]:
        until = time.monotonic() + control.delay_copy_ms / 1000
        while time.monotonic() < until:
            if statement.cancelled.wait(0.02):
                raise Failure(*CANCELLED)
        if failure := control.take_failure():
            raise Failure(failure["code"], failure["message"], "22000")
        answer = copy_into(self.connection._duck_conn, match, self.database, self.schema, self.lengths)
        if statement.cancelled.is_set():
            raise Failure(*CANCELLED)
        return answer

    def lengths(self, database: str, schema: str, table: str) -> list[tuple[str, int]]:
        return self.connection._duck_conn.execute(
            "SELECT ext_column_name, ext_character_maximum_length FROM _fs_global._fs_information_schema._fs_columns_ext "
            "WHERE ext_table_catalog = ? AND ext_table_schema = ? AND ext_table_name = ?",
            [database, schema, table],
        ).fetchall()

    def names(self, text: str) -> list[str]:
        names = [part.strip('"') if part[0] == '"' else part.upper() for part in re.findall(r'"[^"]+"|\w+', text)]
        return [self.database, self.schema][: 3 - len(names)] + names

    def database_run(self, statement: Statement, values: list[Any]) -> dict[str, Any]:
        sql = TRANSIENT.sub(r"\1", statement.sql)
        raw = self.connection._duck_conn
        if match := DELETE.match(sql):
            # Rows that are gone can be asked for as they were before.
            table = ".".join(f'"{name}"' for name in self.names(match[1]))
            raw.execute(f'CREATE TABLE "{self.database}"."{self.schema}"."_BEFORE_{statement.id}" AS SELECT * FROM {table}')
        if match := BEFORE.search(sql):
            id_ = match[2] or values.pop(sql[: match.start(2) if match[2] else match.end()].count("?") - 1)
            sql = f'{sql[: match.start()]}"{self.database}"."{self.schema}"."_BEFORE_{id_}"{sql[match.end() :]}'
        cursor = self.connection.cursor()
        cursor.execute(sql, binding_params=tuple(values) if values else None, server=True)
        if match := AS_SELECT.match(sql):
            made, source = self.names(match[1]), self.names(match[2])
            there = {name for name, *_ in raw.execute("DESCRIBE " + ".".join(f'"{name}"' for name in made)).fetchall()}
            lengths = [(name, length) for name, length in self.lengths(*source) if name in there and length]
            if lengths:
                raw.execute(insert_text_lengths_sql(*made, lengths))
        rowtype = describe_as_rowtype(cursor._describe_last_sql())
        table = cursor._arrow_table
        rowtype = [column(each["name"], each["type"], **{key: each[key] for key in ("length", "byteLength", "precision", "scale")}) for each in rowtype]
        answer = {"rowtype": rowtype, "rowset": rows_of(table, rowtype)}
        if statement.kind in ("INSERT", "UPDATE", "DELETE"):
            answer["rowtype"] = [fixed_column(each["name"]) for each in rowtype]
        expression = cursor._last_transformed
        return {**answer, "statementTypeId": statement_type_id(expression) if expression is not None else 0}
