"""Internal stages: folders that the driver copies files into by itself."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from encode import fixed_column, text_column
from failure import Failure, missing

ROOT = Path(tempfile.mkdtemp(prefix="snowflake-stages-"))

CREATE = re.compile(r"^\s*CREATE\s+(OR\s+REPLACE\s+)?STAGE\s+(IF\s+NOT\s+EXISTS\s+)?(\S+?)\s*;?\s*$", re.I)
PLACE = r"(?:@(?P<stage>[^\s/']+)(?:/(?P<path>[^\s']*))?|'@(?P<qstage>[^/']+)(?:/(?P<qpath>[^']*))?')"
LIST = re.compile(rf"^\s*(?:LIST|LS)\s+{PLACE}\s*;?\s*$", re.I)
REMOVE = re.compile(rf"^\s*(?:REMOVE|RM)\s+{PLACE}\s*;?\s*$", re.I)
PUT = re.compile(rf"^\s*PUT\s+'?(?P<file>file://[^']*?)'?\s+{PLACE}(?P<options>.*)$", re.I | re.S)


def place_of(match: re.Match[str], database: str, schema: str) -> tuple[Path, str, str]:
    """Folder of a stage that is there, its name, and the path within it."""
    name = (match["stage"] or match["qstage"]).replace('"', "")
    path = match["path"] or match["qpath"] or ""
    parts = [part.upper() for part in name.split(".")]
    whole = [database, schema][: 3 - len(parts)] + parts
    folder = ROOT.joinpath(*whole)
    if not folder.is_dir():
        raise missing("Stage", ".".join(whole))
    return folder, parts[-1], path


def create(match: re.Match[str], database: str, schema: str) -> dict[str, Any]:
    parts = [part.upper() for part in match[3].replace('"', "").split(".")]
    folder = ROOT.joinpath(*([database, schema][: 3 - len(parts)] + parts))
    if folder.is_dir() and match[1]:
        shutil.rmtree(folder)
    if folder.is_dir() and not match[2]:
        raise Failure("002002", f"SQL compilation error:\nObject '{parts[-1]}' already exists.", "42710")
    folder.mkdir(parents=True, exist_ok=True)
    return status(f"Stage area {parts[-1]} successfully created.")


def put(match: re.Match[str], database: str, schema: str) -> dict[str, Any]:
    folder, _, path = place_of(match, database, schema)
    options = dict(re.findall(r"(\w+)\s*=\s*(\w+)", match["options"]))
    options = {name.upper(): value for name, value in options.items()}
    target = folder / path
    return {
        "command": "UPLOAD",
        "src_locations": [unquote(urlparse(match["file"]).path)],
        "parallel": int(options.get("PARALLEL", 4)),
        "autoCompress": options.get("AUTO_COMPRESS", "TRUE").upper() == "TRUE",
        "overwrite": options.get("OVERWRITE", "FALSE").upper() == "TRUE",
        "sourceCompression": options.get("SOURCE_COMPRESSION", "AUTO_DETECT").lower(),
        "stageInfo": {"locationType": "LOCAL_FS", "location": f"{target}/", "creds": {}, "path": path},
    }


def files_below(folder: Path, path: str) -> list[tuple[str, Path]]:
    found = [Path(root) / name for root, _, names in os.walk(folder) for name in names]
    named = sorted((str(file.relative_to(folder)), file) for file in found)
    return [(name, file) for name, file in named if name.startswith(path)]


def listing(match: re.Match[str], database: str, schema: str) -> dict[str, Any]:
    folder, stage, path = place_of(match, database, schema)
    rows = []
    for name, file in files_below(folder, path):
        md5 = hashlib.md5(file.read_bytes()).hexdigest()
        stat = file.stat()
        rows.append([f"{stage.lower()}/{name}", str(stat.st_size), md5, formatdate(stat.st_mtime, usegmt=True)])
    columns = [text_column("name"), fixed_column("size"), text_column("md5"), text_column("last_modified")]
    return {"rowtype": columns, "rowset": rows}


def remove(match: re.Match[str], database: str, schema: str) -> dict[str, Any]:
    folder, stage, path = place_of(match, database, schema)
    rows = []
    for name, file in files_below(folder, path):
        file.unlink()
        rows.append([f"{stage.lower()}/{name}", "removed"])
    return {"rowtype": [text_column("name"), text_column("result")], "rowset": rows}


def status(text: str) -> dict[str, Any]:
    return {"rowtype": [text_column("status")], "rowset": [[text]]}
