from typing import TypedDict

from parley_sdk import Call, ToolError, tool


class Receipt(TypedDict):
    text: str


@tool(
    effect="read",
    timeout="5s",
    result={"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}},
    example={"text": "receipt of {{ args.charge }}"},
)
def write_receipt(charge: str, about: Call) -> Receipt:
    """Write the receipt of a charge."""
    if charge == "ch_0":
        raise ToolError("nothing_charged", "there was nothing to charge")
    return {"text": f"receipt of {charge}"}
