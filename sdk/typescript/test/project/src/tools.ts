import { tool, ToolError } from "@parley/sdk";

export const receipt = tool(
  "write_receipt",
  {
    description: "Write the receipt of a charge.",
    effect: "read",
    timeout: "5s",
    parameters: { type: "object", required: ["charge"], properties: { charge: { type: "string" } } },
    result: { type: "object", required: ["text"], properties: { text: { type: "string" } } },
    example: { text: "receipt of {{ args.charge }}" },
  },
  async ({ charge }) => {
    if (charge === "ch_0") throw new ToolError("nothing_charged", "there was nothing to charge");
    return { text: `receipt of ${charge}` };
  },
);
