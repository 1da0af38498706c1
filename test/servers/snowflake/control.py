"""What tests can ask of the server, and what it remembers for them."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Control:
    """Every wish stays until it is replaced, unless it says how often it counts."""

    # COPY waits for so long before it begins; it can be cancelled meanwhile.
    delay_copy_ms: int = 0
    # {"code": "100038", "message": "…", "times": 1}: COPY ends with this error.
    fail_copy: dict[str, Any] | None = None
    # {"code": "390318", "message": "…"}: nobody can log in.
    refuse_logins: dict[str, Any] | None = None
    # {"kind": "COMMIT", "ms": 3000}: the statement is carried out, and its answer held back, once.
    hold_answer: dict[str, Any] | None = None
    # LIST of a part of a stage is refused, as some servers do.
    refuse_list_paths: bool = False
    # Statements are answered when they have ended, even if they were to run by themselves.
    refuse_async: bool = False
    # Everything beyond the core is refused: warehouses, history, SYSTEM$ functions.
    refuse_extras: bool = False
    # Answers are this HTTP status until the time, in seconds of the monotonic clock.
    unavailable_status: int = 0
    unavailable_until: float = 0
    warehouse: str = "LOAD_M"
    warehouse_size: str = "Medium"

    def set(self, wishes: dict[str, Any]) -> None:
        for name, value in wishes.items():
            if name == "unavailable_ms":
                self.unavailable_until = time.monotonic() + value / 1000
                self.unavailable_status = self.unavailable_status or 503
            elif hasattr(self, name):
                setattr(self, name, value)
            else:
                raise ValueError(f"There is no wish {name}")

    def is_unavailable(self) -> bool:
        return time.monotonic() < self.unavailable_until

    def take_failure(self) -> dict[str, Any] | None:
        failure = self.fail_copy
        if failure and "times" in failure:
            failure["times"] -= 1
            if failure["times"] <= 0:
                self.fail_copy = None
        return failure

    def take_hold(self, kind: str) -> float:
        hold = self.hold_answer
        if not hold or hold["kind"] != kind:
            return 0
        self.hold_answer = None
        return hold["ms"] / 1000


@dataclass
class Statement:
    id: str
    sql: str
    kind: str
    tag: str
    started: float = field(default_factory=time.time)
    ended: float | None = None
    state: str = "RUNNING"
    # The whole answer, as it is sent.
    answer: dict[str, Any] | None = None
    rows: int = 0
    cancelled: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)
    # Stops what the database is doing for it.
    interrupt: Any = None

    def cancel(self) -> bool:
        if self.done.is_set():
            return False
        self.cancelled.set()
        if self.interrupt:
            self.interrupt()
        return True


control = Control()
statements: dict[str, Statement] = {}
# An answer that got lost is asked for again with the same id, and nothing is done twice.
by_request: dict[str, Statement] = {}


def reset() -> None:
    control.__init__()
    statements.clear()
    by_request.clear()


def counts() -> dict[str, int]:
    found: dict[str, int] = {}
    for statement in statements.values():
        found[statement.kind] = found.get(statement.kind, 0) + 1
    return found
