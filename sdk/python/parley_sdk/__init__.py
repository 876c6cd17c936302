"""Flows and tools of a Parley assistant in Python, and a worker that carries the tools out."""
from .compile import Declaration, Problem, Project, compile_modules, declarations
from .flow import Flow
from .tools import Call, Context, Tool, ToolError, keyed, natural, read, tool
from .worker import Worker, WorkerRefused

__version__ = "0.1.0"
__all__ = [
    "Call", "Context", "Declaration", "Flow", "Problem", "Project", "Tool", "ToolError", "Worker", "WorkerRefused",
    "compile_modules", "declarations", "keyed", "natural", "read", "tool",
]
