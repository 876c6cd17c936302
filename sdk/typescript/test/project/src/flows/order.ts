import { Priority } from "../clients/desk/index.js";
import { keyed, type Flow } from "@parley/sdk";
import { receipt } from "../tools";

export const orderFlow: Flow = {
  id: "order",
  description: "Order something",
  triggers: [{ command: "/order" }],
  slots: {
    item: { type: "text", ask: "What would you like?" },
  },
  steps: [
    { id: "greet", type: "message", text: "Welcome." },
    { id: "collect", type: "input", gather: ["item"] },
    {
      id: "charge",
      type: "tool",
      call: keyed(
        async (ctx) => ({ id: `ch_${ctx.item.length}`, key: ctx.call.idempotencyKey, priority: Priority.High }),
        { example: { id: "ch_example" } },
      ),
      save: "charge",
    },
    { id: "receipt", type: "tool", call: receipt, with: { charge: "{{ charge.id }}" }, save: "receipt" },
    { id: "done", type: "message", text: "{{ item }} coming, {{ receipt.text }}." },
  ],
};
