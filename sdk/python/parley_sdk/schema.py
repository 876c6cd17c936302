"""JSON Schema of a function's parameters, from their annotations."""
from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable
from typing import Any

_SIMPLE = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


def schema_of(annotation: Any) -> dict[str, Any]:
    """What cannot be said in a schema is anything."""
    if annotation in _SIMPLE:
        return {"type": _SIMPLE[annotation]}
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        described = [text for text in arguments[1:] if isinstance(text, str)]
        return {**schema_of(arguments[0]), **({"description": described[0]} if described else {})}
    if origin is typing.Literal:
        return {"enum": list(arguments)}
    if origin in (typing.Union, types.UnionType):
        choices = [schema_of(each) for each in arguments]
        if all(set(each) == {"type"} for each in choices):
            return {"type": [each["type"] for each in choices]}
        return {"anyOf": choices}
    if annotation in (list, tuple) or origin in (list, tuple):
        return {"type": "array", **({"items": schema_of(arguments[0])} if arguments else {})}
    if typing.is_typeddict(annotation):
        hints = typing.get_type_hints(annotation, include_extras=True)
        required = sorted(annotation.__required_keys__)
        return {
            "type": "object",
            "properties": {name: schema_of(each) for name, each in hints.items()},
            **({"required": required} if required else {}),
        }
    if annotation is dict or origin is dict:
        return {"type": "object"}
    return {}


def parameters_of(function: Callable[..., Any], call_type: type) -> tuple[dict[str, Any], str | None]:
    """The schema, and the name of the parameter that gets the call."""
    hints = typing.get_type_hints(function, include_extras=True)
    properties: dict[str, Any] = {}
    required: list[str] = []
    takes_call = None
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
            raise TypeError(f"{function.__name__}: a tool's parameters are given by name, so '{name}' cannot be one")
        if hints.get(name) is call_type:
            takes_call = name
            continue
        properties[name] = schema_of(hints.get(name, Any))
        if parameter.default is parameter.empty:
            required.append(name)
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        schema["required"] = required
    return schema, takes_call
