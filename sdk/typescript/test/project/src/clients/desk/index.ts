// A client as a generator would make it: classes, enums and an instance. It writes to a file what it was asked to do.
import { appendFileSync } from "node:fs";

export enum Priority {
  Low = "low",
  High = "high",
}

export interface Issue {
  fields: { summary: string; labels: string[]; priority?: Priority };
}

export class DeskApi {
  constructor(private readonly journal: string) {}

  async create_issue(issue: Issue, key?: string): Promise<{ id: string }> {
    appendFileSync(this.journal, `${JSON.stringify({ issue, key })}\n`);
    return { id: "D-1" };
  }
}

export const desk = new DeskApi(process.env["DESK_JOURNAL"] ?? "/dev/null");
