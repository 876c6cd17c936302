"""Functions that leave a trace before they answer, and wait while a file says so: for tests that kill in between."""
import os
import pathlib
import time

from parley_sdk import Context, Flow, keyed

LEDGER = pathlib.Path(os.environ.get("LEDGER", "/dev/null"))
HOLD = pathlib.Path(os.environ.get("HOLD", "/nowhere"))


def note(line: str) -> None:
    with LEDGER.open("a") as ledger:
        ledger.write(f"{line}\n")


def waiting(ctx: Context) -> None:
    while HOLD.exists() and not ctx.call.cancelled.wait(0.005):
        pass


@keyed
def ship(ctx: Context):
    key = ctx.call.idempotency_key
    if not LEDGER.exists() or key not in LEDGER.read_text():
        note(f"shipped {key}")
    waiting(ctx)
    return {"id": "s_1"}


def announce(ctx: Context):
    note(f"announced {ctx.call.conversation_id}")
    waiting(ctx)
    return {"id": "a_1"}


ship_flow = Flow(
    triggers=[{"command": "/ship"}],
    steps=[
        {"id": "send", "type": "tool", "call": ship, "save": "sent"},
        {"id": "done", "type": "message", "text": "Shipped as {{ sent.id }}."},
    ],
)
announce_flow = Flow(
    triggers=[{"command": "/announce"}],
    steps=[
        {"id": "send", "type": "tool", "call": announce, "save": "sent"},
        {"id": "done", "type": "message", "text": "Announced as {{ sent.id }}."},
    ],
)
