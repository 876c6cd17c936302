import { desk } from "../clients/desk";

export const escalateFlow: Flow = {
  steps: [
    {
      id: "sync_labels",
      type: "tool",
      call: async (ctx) => {
        await desk.create_issue({
          fields: { summary: ctx.ticket.title, labels: ["support"] },
        });
        return { status: "ok" };
      },
    },
  ],
};
