// Functions that leave a trace before they answer, and wait while a file says so: for tests that kill in between.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { keyed, type CallContext, type Flow } from "@parley/sdk";

const ledger = process.env["LEDGER"] ?? "/dev/null";
const hold = process.env["HOLD"] ?? "";

async function waiting(ctx: CallContext): Promise<void> {
  while (existsSync(hold) && !ctx.call.signal.aborted) await setTimeout(5);
}

async function ship(ctx: CallContext) {
  const known = existsSync(ledger) ? readFileSync(ledger, "utf8") : "";
  if (!known.includes(ctx.call.idempotencyKey)) appendFileSync(ledger, `shipped ${ctx.call.idempotencyKey}\n`);
  await waiting(ctx);
  return { id: "s_1" };
}

async function announce(ctx: CallContext) {
  appendFileSync(ledger, `announced ${ctx.call.conversationId}\n`);
  await waiting(ctx);
  return { id: "a_1" };
}

export const shipFlow: Flow = {
  triggers: [{ command: "/ship" }],
  steps: [
    { id: "send", type: "tool", call: keyed(ship), save: "sent" },
    { id: "done", type: "message", text: "Shipped as {{ sent.id }}." },
  ],
};

export const announceFlow: Flow = {
  triggers: [{ command: "/announce" }],
  steps: [
    { id: "send", type: "tool", call: announce, save: "sent" },
    { id: "done", type: "message", text: "Announced as {{ sent.id }}." },
  ],
};
