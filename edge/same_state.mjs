// Plays every recorded scenario in WebAssembly and compares the state hash after each event with the native one.
// usage: node same_state.mjs parley.wasm scenarios.jsonl
import { readFile } from "node:fs/promises";
import { loadEngine } from "./engine.mjs";

const [wasmPath, scenariosPath] = process.argv.slice(2);
const lines = (await readFile(scenariosPath, "utf8")).split("\n").filter(Boolean);
let passed = 0;
let failed = 0;
let events = 0;
for (const line of lines) {
  const scenario = JSON.parse(line);
  const engine = await loadEngine(wasmPath);
  const opened = JSON.parse(engine.handle(scenario.open));
  let difference = opened.release === scenario.release ? "" : `release ${opened.release ?? JSON.stringify(opened)}`;
  for (const { request, state_hash: expected } of scenario.events) {
    if (difference) break;
    const answer = JSON.parse(engine.handle(request));
    if (answer.state_hash !== expected) difference = `after ${request}: ${answer.state_hash ?? JSON.stringify(answer)}, natively ${expected}`;
    ++events;
  }
  if (difference) {
    console.log(`${scenario.name}: ${difference}`);
    ++failed;
  } else {
    ++passed;
  }
}
console.log(`${events} events compared`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
