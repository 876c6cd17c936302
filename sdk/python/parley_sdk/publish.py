"""What a project becomes: flows and declarations on a server, or in an assistant's folder."""
from __future__ import annotations

import dataclasses
import json
import pathlib
import re
import shutil
import urllib.error
import urllib.request
from typing import Any

from .compile import Project, declarations


@dataclasses.dataclass
class Answer:
    ok: bool
    diagnostics: list[str] = dataclasses.field(default_factory=list)  # each as the terminal shows it
    changed: list[str] = dataclasses.field(default_factory=list)
    problem: str = ""  # the server could not be asked, or said no, beside mistakes in flows


def with_sources(text: str, project: Project) -> str:
    """Diagnostics name the documents that flows became; people know the files they wrote."""
    sources = {flow.file: flow.source for flow in project.flows}

    def named(match: re.Match[str]) -> str:
        file = match.group(1).removeprefix("flows/")
        return f"--> {sources[file]}, as {match.group(1)}:" if file in sources else match.group(0)

    return re.sub(r"--> (\S+\.json):", named, text)


def _active_release(url: str, headers: dict[str, str]) -> str:
    """What new conversations run on: publishing on anything else than what was looked at is a conflict."""
    try:
        with urllib.request.urlopen(urllib.request.Request(f"{url}/v1/flows", headers=headers), timeout=60) as answer:
            return json.load(answer).get("release") or ""
    except urllib.error.HTTPError:
        return ""  # whoever may not look is told so when publishing


def publish(project: Project, url: str, key: str, reason: str, author: str, check_only: bool) -> Answer:
    body: dict[str, Any] = {
        "flows": [{"file": flow.file, "text": flow.text} for flow in project.flows],
        "check_only": check_only,
        "reason": reason,
    }
    workers = [{"connector": name, "declaration": each} for name, each in declarations(project).items()]
    if workers:
        body["workers"] = workers
    if author:
        body["author"] = author
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {key}"} if key else {})}
    url = url.rstrip("/")
    try:
        if base := _active_release(url, headers):
            body["base"] = base
        request = urllib.request.Request(f"{url}/v1/flows", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            said = json.load(answer)
    except urllib.error.HTTPError as refused:
        return _refusal(refused, project)
    except (OSError, ValueError) as problem:
        return Answer(False, problem=f"{url} cannot be reached: {getattr(problem, 'reason', problem)}")
    shown = [with_sources(text, project) for text in said.get("warnings", [])]
    return Answer(True, shown, [f"{flow['id']}  {flow['hash'][:12]}" for flow in said["flows"]])


def _refusal(refused: urllib.error.HTTPError, project: Project) -> Answer:
    try:
        error = json.load(refused)["error"]
    except (ValueError, KeyError):
        return Answer(False, problem=f"the server answered {refused.code}")
    if error["code"] == "flow_invalid":
        return Answer(False, [with_sources(text, project) for text in error.get("diagnostics", [])])
    hint = f"\n  help: {error['hint']}" if error.get("hint") else ""
    return Answer(False, problem=error["message"] + hint)


def write_folder(project: Project, out: pathlib.Path, base: pathlib.Path | None = None) -> None:
    """An assistant's folder: `base` copied, if there is one, and the project's flows and declarations in it."""
    if base is not None:
        left_out = shutil.ignore_patterns("parley-data", ".*", "__pycache__", "node_modules", "*.py")
        shutil.copytree(base, out, ignore=left_out, dirs_exist_ok=True)
    (out / "flows").mkdir(parents=True, exist_ok=True)
    for flow in project.flows:
        (out / "flows" / flow.file).write_text(flow.text, encoding="utf-8")
    for connector, declaration in declarations(project).items():
        (out / "tools").mkdir(exist_ok=True)
        text = json.dumps(declaration, indent=2, ensure_ascii=False) + "\n"
        (out / "tools" / f"{connector}.json").write_text(text, encoding="utf-8")
