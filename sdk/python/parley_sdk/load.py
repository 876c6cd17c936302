"""A project's flows and tools, read from its files."""
from __future__ import annotations

import importlib.util
import pathlib
import sys
import tomllib
from typing import Any

from .compile import DEFAULT_CONNECTOR, Project, compile_modules


class SetupProblem(Exception):
    """The command cannot go on; `hint` says what to do."""

    def __init__(self, message: str, hint: str = ""):
        super().__init__(message)
        self.hint = hint


def settings_of(home: pathlib.Path) -> tuple[list[str], str]:
    """[tool.parley] of pyproject.toml: flows = [paths], connector = name."""
    flows: list[str] = []
    connector = DEFAULT_CONNECTOR
    file = home / "pyproject.toml"
    if file.exists():
        own = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get("parley", {})
        flows, connector = own.get("flows", []), own.get("connector", connector)
    usual = ("flows", "tools", "flows.py", "tools.py")
    return flows or [path for path in usual if (home / path).exists()], connector


def files_in(path: pathlib.Path) -> list[pathlib.Path]:
    if path.is_file():
        return [path]
    return sorted(
        file for file in path.rglob("*.py")
        if not file.name.startswith(("test_", "_")) and not any(part.startswith(".") for part in file.parts)
    )


def module_names(file: pathlib.Path, home: pathlib.Path) -> dict[str, Any]:
    """Runs the file as the module that others of the project import it as, so that it is run once."""
    relative = file.relative_to(home)
    name = ".".join(relative.with_suffix("").parts)
    module = sys.modules.get(name)
    if module is None or getattr(module, "__file__", None) != str(file):
        spec = importlib.util.spec_from_file_location(name, file)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return vars(module)


def load(home: pathlib.Path, paths: list[str], connector: str) -> Project:
    home = home.resolve()
    if str(home) not in sys.path:
        sys.path.insert(0, str(home))
    modules = []
    for path in paths:
        start = (home / path).resolve()
        if not start.exists():
            raise SetupProblem(f"there is no {path}", "name the files or folders of your flows")
        for file in files_in(start):
            source = str(file.relative_to(home)) if file.is_relative_to(home) else str(file)
            try:
                modules.append((source, dict(module_names(file, home))))
            except Exception as problem:
                raise SetupProblem(f"{source} cannot be read: {type(problem).__name__}: {problem}") from problem
    return compile_modules(modules, connector)
