// The same walk as engine_turns.cpp, in WebAssembly. usage: node engine_turns.mjs parley.wasm scenarios.jsonl [CONVERSATIONS]
import { readFile } from "node:fs/promises";
import { loadEngine } from "../../edge/engine.mjs";

const [wasm, scenarios, count = "3000"] = process.argv.slice(2);
const { open } = JSON.parse((await readFile(scenarios, "utf8")).split("\n")[0]);
const started = (n) => JSON.stringify({
  do: "event",
  event: { type: "ConversationStarted", at: { "@time": "2026-01-01T00:00:00Z" }, conversation_id: `c_${n}`, tenant: "t" },
});
const messages = ["/order", "I'd like 2 pizzas and a coke please", "actually, make it three pizzas"];
const begin = performance.now();
const engine = await loadEngine(wasm);
const loaded = performance.now() - begin;
const times = [];
for (let n = 0; n < Number(count); ++n) {
  engine.handle(open);
  engine.handle(started(n));
  for (const text of messages) {
    const before = process.hrtime.bigint();
    engine.message(text, 1767225600);
    if (n >= 200) times.push(Number(process.hrtime.bigint() - before) / 1000);
  }
}
times.sort((a, b) => a - b);
const at = (share) => times[Math.floor((times.length - 1) * share)].toFixed(2);
console.log(`engine turn, WebAssembly: p50 ${at(0.5)} us  p99 ${at(0.99)} us  (${times.length} turns); load ${loaded.toFixed(1)} ms`);
