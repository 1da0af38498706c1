"""
A server that speaks to Snowflake's Node driver: an HTTP shell around fakesnow, whose own server answers in Arrow and takes
uploads in a way that the driver does not know. What Snowflake documents and fakesnow lacks is added. For tests only.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
import time
import uuid
from typing import Any

from control import Statement, by_request, control, counts, reset, statements
from encode import parameters
from failure import Failure, failure_of
from sessions import Session, kind_of, sessions
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

VALID_SECONDS = 3600


def refusal(code: str, message: str, **data: Any) -> dict[str, Any]:
    return {"data": data or None, "code": code, "message": message, "success": False, "headers": None}


async def body_of(request: Request) -> dict[str, Any]:
    body = await request.body()
    if request.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    return json.loads(body) if body else {}


def session_of(request: Request) -> Session:
    token = request.headers.get("Authorization", "")[len('Snowflake Token="') : -1]
    session = next((each for each in sessions.values() if token in (each.token, each.master)), None)
    if not session or session.state == "ended":
        raise Failure("390111", "Session no longer exists. New login required to access the service.")
    if session.state == "expired" and token != session.master:
        raise Failure("390112", "Your session has expired. Please login again.")
    return session


def answering(handle: Any) -> Any:
    async def answer(request: Request) -> JSONResponse:
        if control.is_unavailable():
            return JSONResponse({}, status_code=control.unavailable_status)
        try:
            return JSONResponse(await handle(request))
        except Failure as error:
            return JSONResponse(refusal(error.code, error.message))

    return answer


async def login(request: Request) -> dict[str, Any]:
    data = (await body_of(request))["data"]
    if control.refuse_logins:
        return refusal(control.refuse_logins["code"], control.refuse_logins["message"])
    password = data.get("PASSWORD") or data.get("TOKEN")
    if password == "wrong":
        return refusal("390100", "Incorrect username or password was specified.")
    database = request.query_params.get("databaseName", "").upper()
    schema = request.query_params.get("schemaName", "PUBLIC").upper()
    parts = (database, schema, data.get("LOGIN_NAME") or "", request.query_params.get("roleName", ""))
    tag = (data.get("SESSION_PARAMETERS") or {}).get("QUERY_TAG", "")
    session = await run_in_threadpool(Session(*parts, request.query_params.get("warehouse", ""), tag).open)
    sessions[session.token] = session
    answer = {
        "token": session.token,
        "masterToken": session.master,
        "validityInSeconds": VALID_SECONDS,
        "masterValidityInSeconds": VALID_SECONDS * 4,
        "sessionId": len(sessions),
        "serverVersion": "9.9.9",
        "parameters": parameters(),
        "sessionInfo": {"databaseName": database, "schemaName": schema},
    }
    return {"data": answer, "code": None, "message": None, "success": True}


async def renew(request: Request) -> dict[str, Any]:
    session = session_of(request)
    if session.master == "":
        raise Failure("390114", "Authentication token has expired. The user must authenticate again.")
    session.state = ""
    data = {"sessionToken": session.token, "masterToken": session.master}
    data |= {"validityInSecondsST": VALID_SECONDS, "validityInSecondsMT": VALID_SECONDS * 4}
    return {"data": data, "success": True}


async def query(request: Request) -> dict[str, Any]:
    session = session_of(request)
    asked = await body_of(request)
    request_id = request.query_params.get("requestId", "")
    runs_alone = bool(asked.get("asyncExec")) and not control.refuse_async
    statement = by_request.get(request_id)
    if statement is None:
        sql = asked["sqlText"]
        tag = (asked.get("parameters") or {}).get("QUERY_TAG", session.tag)
        statement = Statement(str(uuid.uuid4()), sql, kind_of(sql), tag)
        statements[statement.id] = statement
        by_request[request_id] = statement
        bindings = asked.get("bindings") or {}
        own = await run_in_threadpool(session.apart) if runs_alone else session
        threading.Thread(target=carry_out, args=(own, statement, bindings), daemon=True).start()
    if runs_alone:
        data = {"queryId": statement.id, "getResultUrl": f"/queries/{statement.id}/result"}
        return {"data": data, "code": "333334", "message": None, "success": True}
    await run_in_threadpool(statement.done.wait)
    if held := control.take_hold(statement.kind):
        await asyncio.sleep(held)
    return statement.answer or {}


def carry_out(session: Session, statement: Statement, bindings: dict[str, Any]) -> None:
    try:
        result = session.run(statement, bindings)
        statement.answer = answer_of(session, statement, result)
        statement.state = "SUCCESS"
    except Exception as error:  # noqa: BLE001
        failure = failure_of(error)
        was_cancelled = statement.cancelled.is_set()
        statement.state = "ABORTED" if was_cancelled else "FAILED_WITH_ERROR"
        data = {"errorCode": failure.code, "sqlState": failure.state, "queryId": statement.id}
        statement.answer = refusal(failure.code, failure.message, **data)
    statement.ended = time.time()
    statement.done.set()


def answer_of(session: Session, statement: Statement, result: dict[str, Any]) -> dict[str, Any]:
    if "put" in result:
        return {"data": {**result["put"], "queryId": statement.id, "parameters": []}, "success": True}
    statement.rows = len(result["rowset"])
    data = {
        "parameters": parameters(),
        "rowtype": result["rowtype"],
        "rowset": result["rowset"],
        "total": statement.rows,
        "returned": statement.rows,
        "queryId": statement.id,
        "databaseProvider": None,
        "finalDatabaseName": session.database,
        "finalSchemaName": session.schema,
        "numberOfBinds": 0,
        "statementTypeId": result.get("statementTypeId", 4096),
        "version": 1,
        "queryResultFormat": "json",
    }
    return {"data": data, "code": None, "message": None, "success": True}


async def result_of(request: Request) -> dict[str, Any]:
    session_of(request)
    statement = statements.get(request.path_params["id"])
    if not statement:
        raise Failure("000605", "Statement not found.")
    await run_in_threadpool(statement.done.wait)
    return statement.answer or {}


async def monitor(request: Request) -> dict[str, Any]:
    session_of(request)
    statement = statements.get(request.path_params["id"])
    if not statement:
        return {"data": {"queries": []}, "success": True}
    said = statement.answer["message"] if statement.answer and not statement.answer["success"] else None
    return {"data": {"queries": [{"id": statement.id, "status": statement.state, "errorMessage": said}]}, "success": True}


async def abort(request: Request) -> dict[str, Any]:
    session_of(request)
    asked = await body_of(request)
    statement = statements.get(request.path_params.get("id", "")) or by_request.get(asked.get("requestId", ""))
    if statement:
        statement.cancel()
    return {"data": None, "success": True}


async def session_end(request: Request) -> dict[str, Any]:
    session = session_of(request)
    if request.query_params.get("delete"):
        session.state = "ended"
        await run_in_threadpool(session.close)
    return {"data": None, "code": None, "message": None, "success": True}


async def heartbeat(request: Request) -> dict[str, Any]:
    session_of(request)
    return {"data": None, "code": None, "message": None, "success": True}


async def telemetry(_: Request) -> dict[str, Any]:
    return {"success": True}


async def wishes(request: Request) -> JSONResponse:
    """`expire`: "session" (its token), "login" (nothing can be renewed), "ended" (nobody knows it any more)."""
    if request.method == "POST":
        asked = await body_of(request)
        if asked.pop("reset", False):
            reset()
        expire = asked.pop("expire", None)
        for session in sessions.values():
            if expire and session.state != "ended":
                session.state = "ended" if expire == "ended" else "expired"
                session.master = "" if expire == "login" else session.master
        control.set(asked)
    sqls = [{"id": each.id, "kind": each.kind, "sql": each.sql, "state": each.state} for each in statements.values()]
    live = sum(1 for session in sessions.values() if session.state != "ended")
    return JSONResponse({"counts": counts(), "statements": sqls, "sessions": live})


app = Starlette(
    routes=[
        Route("/session/v1/login-request", answering(login), methods=["POST"]),
        Route("/session/token-request", answering(renew), methods=["POST"]),
        Route("/session/heartbeat", answering(heartbeat), methods=["POST"]),
        Route("/session", answering(session_end), methods=["POST"]),
        Route("/queries/v1/query-request", answering(query), methods=["POST"]),
        Route("/queries/v1/abort-request", answering(abort), methods=["POST"]),
        Route("/queries/{id}/abort-request", answering(abort), methods=["POST"]),
        Route("/queries/{id}/result", answering(result_of), methods=["GET"]),
        Route("/monitoring/queries/{id}", answering(monitor), methods=["GET"]),
        Route("/telemetry/send", answering(telemetry), methods=["POST"]),
        Route("/control", wishes, methods=["GET", "POST"]),
    ]
)
