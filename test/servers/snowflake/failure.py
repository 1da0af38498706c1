"""Errors as Snowflake numbers them."""

from __future__ import annotations

import duckdb
import snowflake.connector.errors


class Failure(Exception):
    def __init__(self, code: str, message: str, state: str = "42000"):
        super().__init__(message)
        self.code = code
        self.message = message
        self.state = state


def missing(kind: str, name: str) -> Failure:
    return Failure("002003", f"SQL compilation error:\n{kind} '{name}' does not exist or not authorized.", "02000")


CANCELLED = ("000604", "SQL execution canceled", "57014")


def failure_of(error: Exception) -> Failure:
    if isinstance(error, Failure):
        return error
    if isinstance(error, duckdb.InterruptException):
        return Failure(*CANCELLED)
    if isinstance(error, (snowflake.connector.errors.ProgrammingError, snowflake.connector.errors.OperationalError)):
        message = str(error.msg)
        if error.errno == 2003 and "does not exist" in message and "Table with name" in message:
            message = f"SQL compilation error:\nObject '{message}' does not exist or not authorized."
        code = 904 if error.errno == 2043 and "column" in message.lower() else error.errno
        return Failure(f"{code:06d}", message, str(error.sqlstate))
    if isinstance(error, duckdb.ConstraintException) and "NOT NULL" in str(error):
        return Failure("100072", "NULL result in a non-nullable column", "22000")
    if isinstance(error, duckdb.ConstraintException):
        return Failure("200001", f"A primary key already exists: {error}", "23505")
    if isinstance(error, duckdb.TransactionException):
        return Failure("000625", f"Statement was aborted because of a conflict of transactions: {error}", "57014")
    return Failure("002140", f"{type(error).__name__}: {error}", "42601")
