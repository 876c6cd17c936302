// The same walk as engine_turns.cpp, in WebAssembly. usage: node engine_turns.mjs parley.wasm scenarios.jsonl [CONVERSATIONS]
import { readFile } from "node:fs/promises";
import { loadEngine } from "../../edge/engine.mjs";

const [wasm, scenarios, count = "5000"] = process.argv.slice(2);
const { open } = JSON.parse((await readFile(scenarios, "utf8")).split("\n")[0]);
const started = (n) => JSON.stringify({
  do: "event",
  event: { type: "ConversationStarted", at: { "@time": "2026-01-01T00:00:00Z" }, conversation_id: `c_${n}`, tenant: "t" },
});
const messages = [
  "/order",
  "I'd like 2 pizzas and a coke please",
  "actually, make it three pizzas",
  "summarize my tickets",
  "yes",
];
const result = { id: "ch_1", summary: "All is well.", tickets: [{ id: "T-1" }] };

const begin = performance.now();
const engine = await loadEngine(wasm);
const loaded = performance.now() - begin;
engine.handle(open);
engine.handle(JSON.stringify({ do: "stub", result }));
const empty = JSON.stringify({ do: "restore", snapshot: JSON.parse(engine.handle('{"do":"snapshot"}')).snapshot });
const times = messages.map(() => []);
for (let n = 0; n < Number(count) + 200; ++n) {
  engine.handle(empty);
  engine.handle(started(n));
  messages.forEach((text, i) => {
    const before = process.hrtime.bigint();
    engine.message(text, 1767225600);
    const took = Number(process.hrtime.bigint() - before) / 1000;
    if (n >= 200) times[i].push(took);
  });
}
const at = (values, share) => values.sort((a, b) => a - b)[Math.floor((values.length - 1) * share)].toFixed(2);
const all = times.flat();
console.log(`engine turn, WebAssembly: p50 ${at(all, 0.5)} us  p99 ${at(all, 0.99)} us  (${all.length} turns); load ${loaded.toFixed(1)} ms`);
messages.forEach((text, i) => console.log(`  ${at(times[i], 0.5)} us  ${text}`));
