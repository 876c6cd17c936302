import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer, type Socket as Plain } from "node:net";
import { test } from "node:test";
import { compile } from "../src/compile.js";
import { tool } from "../src/tool.js";
import { Worker, WorkerRefused } from "../src/worker.js";

type Message = { type: string; [name: string]: unknown };

/** A text frame of a server. */
function text(message: unknown): Buffer {
  const payload = Buffer.from(JSON.stringify(message));
  const size = Buffer.alloc(2);
  size.writeUInt16BE(payload.length);
  return Buffer.concat([Buffer.from([0x81, 126]), size, payload]);
}

/** The texts in a client's frames. */
function* unmasked(bytes: Buffer): Generator<Message> {
  while (bytes.length >= 2) {
    const short = bytes[1]! & 0x7f;
    const at = short === 126 ? 4 : 2;
    const size = short === 126 ? bytes.readUInt16BE(2) : short;
    const mask = bytes.subarray(at, at + 4);
    const payload = bytes.subarray(at + 4, at + 4 + size).map((byte, i) => byte ^ mask[i % 4]!);
    if ((bytes[0]! & 0x0f) === 1) yield JSON.parse(Buffer.from(payload).toString()) as Message;
    bytes = bytes.subarray(at + 4 + size);
  }
}

/** A server that says `answers[n]` on its nth connection, to what the worker says first. */
async function served(answers: Buffer[], work: (url: string, heard: Message[]) => Promise<void>): Promise<void> {
  const heard: Message[] = [];
  const sockets: Plain[] = [];
  const server = createServer((socket) => {
    const answer = answers[Math.min(sockets.push(socket), answers.length) - 1]!;
    let received = 0;
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      if (received++ > 0) {
        heard.push(...unmasked(data));
        if (received === 2) socket.write(answer);
        return;
      }
      const key = /sec-websocket-key: (.*)\r\n/i.exec(data.toString("latin1"))?.[1] ?? "";
      const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
      const head = `HTTP/1.1 101 x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
      socket.write(head);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  try {
    await work(`http://127.0.0.1:${port}`, heard);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

const odd = tool("odd", {}, () => () => "a function is no JSON");
const project = () => compile([{ source: "tools.ts", exports: { odd } }]);
const registered = text({
  type: "registered", version: 1, session: "w_1", connector: "worker", heartbeat_ms: 10_000, lease_ms: 30_000, capacity: 16,
  result_bytes: 65_536, tools: ["worker.odd"], refused: [],
});
const refused = (code: string) => text({ type: "error", code, message: "not now" });

test("a result that has no JSON is null", async () => {
  const call = text({
    type: "call", call_id: "w_2", tool: "worker.odd", attempt: 1, delivery: 1, idempotency_key: "k", deadline_ms: 3_000_000_000,
    user_id: "ana", conversation_id: "c_1", turn: 1, arguments: {},
  });
  await served([Buffer.concat([registered, call])], async (url, heard) => {
    const worker = new Worker(project(), { url });
    const running = worker.run();
    await until(() => heard.some((message) => message["call_id"] === "w_2"));
    assert.deepEqual(heard.at(-1), { type: "result", call_id: "w_2", result: null });
    await worker.stop();
    await running;
  });
});

test("what no message can carry fails its own call and leaves the connection to the others", async () => {
  const large = tool("large", {}, () => "x".repeat(1 << 20));
  const loud = tool("loud", {}, () => {
    throw new Error("y".repeat(1 << 20));
  });
  const call = (name: string) =>
    text({
      type: "call", call_id: name, tool: `worker.${name}`, attempt: 1, delivery: 1, idempotency_key: "k", deadline_ms: 10_000,
      user_id: "ana", conversation_id: "c_1", turn: 1, arguments: {},
    });
  await served([Buffer.concat([registered, call("large"), call("loud")])], async (url, heard) => {
    const worker = new Worker(compile([{ source: "tools.ts", exports: { large, loud } }]), { url });
    const running = worker.run();
    await until(() => heard.filter((message) => message.type === "error").length === 2);
    for (const message of heard.filter((each) => each.type === "error")) {
      assert.equal(message["code"], "exception");
      assert.ok(String(message["message"]).length <= 1000);
    }
    await worker.stop();
    await running;
  });
});

test("a server that cannot register now is asked again, one that never will is not", async () => {
  await served([refused("unavailable"), registered], async (url, heard) => {
    const worker = new Worker(project(), { url, backoff: { first: 1, longest: 1 } });
    const running = worker.run();
    await until(() => heard.filter((message) => message.type === "register").length === 2);
    await worker.stop();
    await running;
  });
  await served([refused("invalid_input")], async (url) => {
    await assert.rejects(new Worker(project(), { url }).run(), WorkerRefused);
  });
});
