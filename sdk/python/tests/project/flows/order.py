from parley_sdk import Flow, keyed
from tools import write_receipt

@keyed(example={"id": "ch_example"})
def charge(ctx):
    return {"id": f"ch_{len(ctx.item)}", "key": ctx.call.idempotency_key}


order = Flow(
    description="Order something",
    triggers=[{"command": "/order"}],
    slots={"item": {"type": "text", "ask": "What would you like?"}},
    steps=[
        {"id": "greet", "type": "message", "text": "Welcome."},
        {"id": "collect", "type": "input", "gather": ["item"]},
        {"id": "charge", "type": "tool", "call": charge, "save": "charge"},
        {"id": "receipt", "type": "tool", "call": write_receipt, "with": {"charge": "{{ charge.id }}"}, "save": "receipt"},
        {"id": "done", "type": "message", "text": "{{ item }} coming, {{ receipt.text }}."},
    ],
)
