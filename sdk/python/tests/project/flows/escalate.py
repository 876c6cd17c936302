import desk
from parley_sdk import Context, Flow


async def sync_labels(ctx: Context):
    desk.create_issue(summary=ctx.ticket["title"], labels=["support"])
    return {"status": "ok"}


escalate_flow = Flow(steps=[{"id": "sync_labels", "type": "tool", "call": sync_labels}])
