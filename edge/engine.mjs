// Loads parley.wasm without any WASI runtime: the engine asks nothing of the world, so the few imports that the C library
// brings along answer "not available".
import { readFile } from "node:fs/promises";

const ENOSYS = 52;

export async function loadEngine(path) {
  const module = await WebAssembly.compile(await readFile(path));
  const wasi = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    if (from !== "wasi_snapshot_preview1") throw new Error(`unexpected import ${from}.${name}`);
    wasi[name] = name === "proc_exit" ? (code) => { throw new Error(`engine stopped with ${code}`); } : () => ENOSYS;
  }
  const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: wasi });
  const { memory, parley_alloc, parley_free, parley_handle, parley_answer_size, parley_message, _initialize } = instance.exports;
  _initialize();
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();

  function withText(text, use) {
    const bytes = encoder.encode(text);
    const at = parley_alloc(bytes.length || 1);
    new Uint8Array(memory.buffer).set(bytes, at);
    try {
      return use(at, bytes.length);
    } finally {
      parley_free(at);
    }
  }

  return {
    // Text in, text out: see edge/session.hpp.
    handle(request) {
      return withText(request, (at, size) => {
        const answer = parley_handle(at, size);
        return decoder.decode(new Uint8Array(memory.buffer, answer, parley_answer_size()));
      });
    },
    // A whole message without JSON, for measuring.
    message: (text, seconds) => withText(text, (at, size) => parley_message(at, size, seconds)),
  };
}
