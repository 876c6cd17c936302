"""Functions that flows call."""
from __future__ import annotations

import dataclasses
import datetime
import inspect
import threading
from collections.abc import Callable
from typing import Any, Literal

from .schema import parameters_of

Effect = Literal["read", "keyed", "natural", "reconcile", "unsafe"]


class ToolError(Exception):
    """A failure with a code that flows can catch. Any other exception says nothing of what had been done before it:
    an unsafe call is then looked at by a person."""

    def __init__(self, code: str, message: str | None = None):
        super().__init__(message or code)
        self.code = code


@dataclasses.dataclass(frozen=True)
class Call:
    """What a function may know of the call it carries out."""

    id: str
    tool: str
    attempt: int  # the flow's, from 1
    delivery: int  # how often this call was handed to a worker, from 1
    idempotency_key: str  # the same for every attempt; hand it on to services that take such keys
    user_id: str
    conversation_id: str
    turn: int
    deadline: datetime.datetime
    cancelled: threading.Event  # set when nobody waits for the answer any more
    progress: Callable[[], None]  # says that the function is still at it: its own timeout begins anew


class Context(dict):
    """The arguments of a call by name, as items or attributes, and the call itself as `ctx.call`."""

    def __init__(self, arguments: dict[str, Any], call: Call):
        super().__init__(arguments)
        self.call = call

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"the call has no argument '{name}'") from None


@dataclasses.dataclass(frozen=True)
class Tool:
    name: str
    run: Callable[..., Any]
    effect: Effect = "unsafe"
    description: str = ""
    timeout: str | None = None
    parameters: dict[str, Any] | None = None
    result: dict[str, Any] | None = None
    example: Any = None
    takes_call: str | None = None  # the name of the parameter that gets the Call

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.run(*args, **kwargs)


def tool(
    function: Callable[..., Any] | None = None,
    *,
    name: str | None = None,
    effect: Effect = "unsafe",
    description: str | None = None,
    timeout: str | None = None,
    parameters: dict[str, Any] | None = None,
    result: dict[str, Any] | None = None,
    example: Any = None,
) -> Any:
    """Makes a function a tool. Its parameters become the tool's, by their annotations; one annotated `Call` gets the
    call. The first paragraph of its docstring is the description."""

    def made(run: Callable[..., Any]) -> Tool:
        derived, takes_call = parameters_of(run, Call)
        documented = " ".join((inspect.getdoc(run) or "").split("\n\n")[0].split())
        return Tool(
            name=name or run.__name__,
            run=run,
            effect=effect,
            description=documented if description is None else description,
            timeout=timeout,
            parameters=derived if parameters is None else parameters,
            result=result,
            example=example,
            takes_call=takes_call,
        )

    return made if function is None else made(function)


def _marked(run: Callable[..., Any] | None, effect: Effect, options: dict[str, Any]) -> Any:
    unknown = set(options) - {"description", "timeout", "result", "example"}
    if unknown:
        raise TypeError(f"a function in a step has no {', '.join(sorted(unknown))}")

    def mark(function: Callable[..., Any]) -> Callable[..., Any]:
        function.parley_options = {"effect": effect, **options}  # type: ignore[attr-defined]
        return function

    return mark if run is None else mark(run)


def read(run: Callable[..., Any] | None = None, **options: Any) -> Any:
    """`"call": read(lambda ctx: …)`, or a decorator: the function changes nothing. Options: description, timeout,
    result (a JSON Schema) and example (the answer in test mode)."""
    return _marked(run, "read", options)


def keyed(run: Callable[..., Any] | None = None, **options: Any) -> Any:
    """The function hands ctx.call.idempotency_key on to a service that recognises it, or looks it up itself."""
    return _marked(run, "keyed", options)


def natural(run: Callable[..., Any] | None = None, **options: Any) -> Any:
    """Doing it again leaves everything as doing it once."""
    return _marked(run, "natural", options)
