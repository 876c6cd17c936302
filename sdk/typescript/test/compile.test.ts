import assert from "node:assert/strict";
import { test } from "node:test";
import { compile, declarations, idOf, type Module } from "../src/compile.js";
import { defineFlow, keyed, read, tool, type Flow } from "../src/index.js";

const one = (exports: Record<string, unknown>, source = "src/flows/order.ts"): Module => ({ source, exports });
const documents = (...modules: Module[]) =>
  compile(modules).flows.map((flow) => JSON.parse(flow.text) as { id: string; steps: Record<string, unknown>[] });
const problems = (...modules: Module[]) =>
  compile(modules).problems.map(({ source, path, message }) => `${source}: ${path}: ${message}`);

test("a flow is named by its id, else by its export, else by its file", () => {
  for (const [exported, source, id] of [
    ["escalateFlow", "a.ts", "escalate"],
    ["order", "a.ts", "order"],
    ["Flow", "a.ts", "Flow"],
    ["default", "src/flows/summarize.ts", "summarize"],
  ] as const) {
    assert.equal(idOf(exported, source), id);
  }
  const [flow] = documents(one({ anything: { id: "order", steps: [] } }));
  assert.equal(flow?.id, "order");
});

test("a function becomes a tool, and its step a call with what the conversation knows", () => {
  const run = async () => ({ status: "ok" });
  const project = compile([one({ escalateFlow: { steps: [{ id: "sync_labels", type: "tool", call: run }] } })]);
  const step = (JSON.parse(project.flows[0]!.text) as { steps: unknown[] }).steps[0];
  assert.deepEqual(step, {
    id: "sync_labels",
    type: "tool",
    call: "worker.escalate_sync_labels",
    with: { slots: "{{ slots }}", context: "{{ context }}" },
  });
  const made = project.tools.get("worker.escalate_sync_labels")!;
  assert.equal(made.run, run);
  assert.equal(made.declaration.effect, "unsafe");
  assert.equal(made.wrapped, true);
});

test("the arguments that a step gives are those that its function gets", () => {
  const flow = defineFlow({
    id: "pay",
    steps: [
      {
        id: "charge",
        type: "tool",
        call: keyed((ctx) => ctx["amount"]),
        with: { amount: "{{ total }}" },
        compensate: () => null,
      },
    ],
  });
  const project = compile([one({ flow })]);
  assert.deepEqual(project.tools.get("worker.pay_charge")!.declaration.parameters, {
    type: "object",
    properties: { amount: {} },
  });
  assert.equal(project.tools.get("worker.pay_charge")!.declaration.effect, "keyed");
  assert.ok(project.tools.has("worker.pay_charge_undo"));
});

test("effects come from the function, else from the step, else are unsafe", () => {
  const step = (id: string, more: object) => ({ id, type: "tool", ...more });
  const project = compile([
    one({
      f: {
        id: "f",
        steps: [
          step("a", { call: () => 1 }),
          step("b", { call: () => 1, effect: "read" }),
          step("c", { call: read(() => 1, { timeout: "2s" }), effect: "write" }),
        ],
      },
    }),
  ]);
  const effects = [...project.tools.values()].map((each) => each.declaration.effect);
  assert.deepEqual(effects, ["unsafe", "read", "read"]);
  assert.equal(project.tools.get("worker.f_c")!.declaration.timeout, "2s");
});

test("steps inside of steps, agents and declared tools are found too", () => {
  const look = tool("look", { effect: "read", description: "Look." }, () => 1);
  const file = tool("desk.file", {}, () => 2);
  const flow: Flow = {
    id: "all",
    steps: [
      { type: "loop", max: 2, steps: [{ id: "inner", type: "tool", call: () => 3 }] },
      { type: "parallel", branches: [{ id: "a", steps: [{ type: "tool", call: look }] }] },
      { type: "agent", goal: "help", tools: [look, file, "stripe.charge"] },
    ],
  };
  const project = compile([one({ look }, "src/tools.ts"), one({ flow }), one({ again: flow })]);
  assert.deepEqual(project.problems, []);
  assert.deepEqual([...project.tools.keys()].sort(), ["desk.file", "worker.all_inner", "worker.look"]);
  const agent = (JSON.parse(project.flows[0]!.text) as { steps: { tools?: unknown }[] }).steps[2];
  assert.deepEqual(agent?.tools, ["worker.look", "desk.file", "stripe.charge"]);
  assert.deepEqual([...declarations(project).keys()].sort(), ["desk", "worker"]);
});

test("what cannot be a document is told with its place", () => {
  const flow = (step: object) => one({ flow: { id: "f", steps: [step] } });
  const rows: [Module[], string][] = [
    [[flow({ type: "tool", call: () => 1 })], "src/flows/order.ts: flow.steps[0].call: a step with a function needs an id"],
    [[flow({ type: "message", text: () => 1 })], "src/flows/order.ts: flow.steps[0].text: a function can only stand as `call` of a tool step"],
    [[flow({ type: "set", values: { n: NaN } })], "src/flows/order.ts: flow.steps[0].values.n: NaN is no number of a flow"],
    [[flow({ type: "set", values: { n: 1n } })], "src/flows/order.ts: flow.steps[0].values.n: a bigint cannot be part of a flow"],
    [[one({ a: { id: "f", steps: [] }, b: { id: "f", steps: [] } })], "src/flows/order.ts: b: there is another flow 'f'"],
    [[one({ a: tool("x", {}, () => 1), b: tool("x", {}, () => 2) })], "src/flows/order.ts: b: there is another tool 'worker.x'"],
    [[one({ a: tool("a b", {}, () => 1) })], "src/flows/order.ts: a: 'worker.a b' cannot be the name of a tool"],
  ];
  for (const [modules, said] of rows) assert.deepEqual(problems(...modules), [said]);
});

test("members that are undefined are left out", () => {
  const [flow] = documents(one({ f: { id: "f", guard: undefined, steps: [] } }));
  assert.deepEqual(flow, { steps: [], id: "f" });
});
