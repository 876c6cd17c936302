"""Flows in Python become documents that the server reads, and the functions in them tools of a worker."""
from __future__ import annotations

import dataclasses
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .flow import Flow
from .tools import Tool

DEFAULT_CONNECTOR = "worker"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CONNECTOR = re.compile(r"[A-Za-z0-9_-]{1,32}")

Declaration = dict[str, Any]
"""A tool as a worker registers it and a file of tools/ declares it."""


@dataclasses.dataclass(frozen=True)
class CompiledTool:
    connector: str
    declaration: Declaration
    run: Callable[..., Any]
    by_name: bool  # its arguments are the function's parameters; else it gets one Context
    wrapped: bool = False  # its arguments are those of the conversation
    takes_call: str | None = None


@dataclasses.dataclass(frozen=True)
class CompiledFlow:
    id: str
    file: str  # how the server names it in diagnostics
    text: str
    source: str  # the file that it was written in


@dataclasses.dataclass(frozen=True)
class Problem:
    source: str
    path: str
    message: str
    help: str = ""


@dataclasses.dataclass
class Project:
    flows: list[CompiledFlow] = dataclasses.field(default_factory=list)
    tools: dict[str, CompiledTool] = dataclasses.field(default_factory=dict)  # by "connector.name"
    problems: list[Problem] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True)
class Place:
    source: str
    flow: str
    path: str

    def within(self, more: str) -> Place:
        return dataclasses.replace(self, path=self.path + more)


class _Compiler:
    def __init__(self, connector: str):
        self.project = Project()
        self.connector = connector
        self.known: dict[int, str] = {}
        self.seen: set[int] = set()

    def problem(self, at: Place, message: str, help: str = "") -> None:
        self.project.problems.append(Problem(at.source, at.path, message, help))

    def module(self, source: str, names: Mapping[str, Any]) -> None:
        for name, value in names.items():
            if id(value) in self.seen or not isinstance(value, (Flow, Tool)):
                continue
            self.seen.add(id(value))
            at = Place(source, "", name)
            if isinstance(value, Tool):
                self.add_tool(value, at)
            else:
                self.add_flow(value, at)

    def add_flow(self, flow: Flow, at: Place) -> None:
        flow_id = flow.id or at.path.removesuffix("_flow")
        if any(other.id == flow_id for other in self.project.flows):
            return self.problem(at, f"there is another flow '{flow_id}'", "give one of them another id")
        document = self.plain({"id": flow_id, **flow.document}, dataclasses.replace(at, flow=flow_id))
        text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        self.project.flows.append(CompiledFlow(flow_id, f"{flow_id}.json", text, at.source))

    def plain(self, value: Any, at: Place) -> Any:
        """The value as JSON, with tools by their names."""
        if value is None or isinstance(value, (str, bool, int)):
            return value
        if isinstance(value, float):
            if not math.isfinite(value):
                self.problem(at, f"{value} is no number of a flow")
            return value
        if isinstance(value, Tool):
            return self.add_tool(value, at)
        if isinstance(value, Mapping):
            return self.members(value, at)
        if isinstance(value, (list, tuple)):
            return [self.plain(each, at.within(f"[{i}]")) for i, each in enumerate(value)]
        function = "a function can only stand as `call` of a tool step"
        self.problem(at, function if callable(value) else f"a {type(value).__name__} cannot be part of a flow")
        return None

    def members(self, value: Mapping[str, Any], at: Place) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for key, member in value.items():
            place = at.within(f".{key}")
            if key in ("call", "compensate") and callable(member) and not isinstance(member, Tool):
                out[key] = self.add_function(member, key, value, place)
            else:
                out[str(key)] = self.plain(member, place)
        # A function that gets no arguments gets what the conversation knows.
        call = value.get("call")
        if value.get("type") == "tool" and callable(call) and not isinstance(call, Tool) and "with" not in value:
            out["with"] = {"slots": "{{ slots }}", "context": "{{ context }}"}
        return out

    def add_function(self, run: Callable[..., Any], key: str, step: Mapping[str, Any], at: Place) -> str:
        if id(run) in self.known:
            return self.known[id(run)]
        step_id = step.get("id")
        if not isinstance(step_id, str):
            self.problem(at, "a step with a function needs an id", "the tool is named after it")
            return ""
        undo = "_undo" if key == "compensate" else ""
        name = re.sub(r"[^A-Za-z0-9_-]", "_", f"{at.flow}_{step_id}{undo}")
        given = step.get("with")
        wrapped = "with" not in step
        anything = {"type": ["object", "null"]}
        properties = {"slots": anything, "context": anything} if wrapped else dict.fromkeys(given or {}, {})
        declaration = {
            "name": name,
            "description": f"The function of step {step_id} in flow {at.flow}.",
            "effect": "read" if step.get("effect") == "read" else "unsafe",
            "parameters": {"type": "object", "properties": properties},
            **getattr(run, "parley_options", {}),
        }
        return self.register(run, CompiledTool(self.connector, declaration, run, by_name=False, wrapped=wrapped), at)

    def add_tool(self, tool: Tool, at: Place) -> str:
        if id(tool) in self.known:
            return self.known[id(tool)]
        connector, dot, name = tool.name.rpartition(".")
        declaration: Declaration = {"name": name, "effect": tool.effect}
        for key in ("description", "timeout", "parameters", "result", "example"):
            if (value := getattr(tool, key)) not in (None, ""):
                declaration[key] = value
        compiled = CompiledTool(
            connector if dot else self.connector, declaration, tool.run, by_name=True, takes_call=tool.takes_call
        )
        return self.register(tool, compiled, at)

    def register(self, key: Any, compiled: CompiledTool, at: Place) -> str:
        name = compiled.declaration["name"]
        full = f"{compiled.connector}.{name}"
        if not _NAME.fullmatch(name) or not _CONNECTOR.fullmatch(compiled.connector):
            help = "use letters, digits, '_' and '-': at most 64, and 32 for the connector"
            self.problem(at, f"'{full}' cannot be the name of a tool", help)
        elif full in self.project.tools:
            self.problem(at, f"there is another tool '{full}'", "give one of them another name")
        else:
            self.project.tools[full] = compiled
        self.known[id(key)] = full
        return full


def compile_modules(modules: Iterable[tuple[str, Mapping[str, Any]]], connector: str = DEFAULT_CONNECTOR) -> Project:
    """`modules` are pairs of a file and the names in it."""
    compiler = _Compiler(connector)
    for source, names in modules:
        compiler.module(source, names)
    return compiler.project


def declarations(project: Project) -> dict[str, dict[str, Any]]:
    """The connectors with their tools, as the server takes them."""
    all: dict[str, dict[str, Any]] = {}
    for tool in project.tools.values():
        one = all.setdefault(tool.connector, {"worker": {"version": 1}, "tools": []})
        one["tools"].append(tool.declaration)
    return all
