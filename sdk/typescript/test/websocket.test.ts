import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer, type Socket as Plain } from "node:net";
import { test } from "node:test";
import { connect, HandshakeRefused } from "../src/websocket.js";

/** A server that answers the handshake with `head`, sends `bytes`, and collects what it is sent. */
async function served(
  head: (key: string) => string,
  bytes: Buffer,
  work: (url: URL, received: () => Buffer) => Promise<void>,
): Promise<void> {
  let got = Buffer.alloc(0);
  const sockets: Plain[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    let asked = "";
    socket.on("error", () => undefined);
    socket.on("data", (data) => {
      if (asked.includes("\r\n\r\n")) {
        got = Buffer.concat([got, data]);
        return;
      }
      asked += data.toString("latin1");
      if (!asked.includes("\r\n\r\n")) return;
      const key = /sec-websocket-key: (.*)\r\n/i.exec(asked)?.[1] ?? "";
      socket.write(Buffer.concat([Buffer.from(head(key)), bytes]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  try {
    await work(new URL(`http://127.0.0.1:${port}/v1/workers`), () => got);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

const accepted = (key: string) => {
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  return `HTTP/1.1 101 x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
};

function frame(first: number, payload: Buffer): Buffer {
  const { length } = payload;
  if (length < 126) return Buffer.concat([Buffer.from([first, length]), payload]);
  const size = Buffer.alloc(8);
  if (length < 65536) {
    size.writeUInt16BE(length);
    return Buffer.concat([Buffer.from([first, 126]), size.subarray(0, 2), payload]);
  }
  size.writeBigUInt64BE(BigInt(length));
  return Buffer.concat([Buffer.from([first, 127]), size, payload]);
}

test("messages of every size arrive, in pieces and with pings between, and the close with its code", async () => {
  const bytes = Buffer.concat([
    frame(0x81, Buffer.from("grüße")),
    frame(0x01, Buffer.from("in ")),
    frame(0x89, Buffer.from("are you there")),
    frame(0x80, Buffer.from("pieces")),
    frame(0x81, Buffer.alloc(300, "a")),
    frame(0x81, Buffer.alloc(70_000, "b")),
    frame(0x88, Buffer.from([0x03, 0xe9])),
  ]);
  await served(accepted, bytes, async (url, received) => {
    const messages: string[] = [];
    let socket: Awaited<ReturnType<typeof connect>> | undefined;
    const code = await new Promise<number>((resolve, reject) => {
      connect(
        { url, headers: {}, timeoutMs: 5000 },
        { message: (text) => messages.push(text), closed: resolve },
      ).then((made) => (socket = made), reject);
    });
    assert.equal(code, 1001);
    assert.deepEqual(
      messages.map((text) => (text.length > 20 ? text.length : text)),
      ["grüße", "in pieces", 300, 70_000],
    );
    assert.equal(socket?.send("too late"), false);
    const pong = received().subarray(0, 2);
    assert.deepEqual([...pong], [0x8a, 0x80 | "are you there".length]);
  });
});

test("what is sent is masked, and long texts are whole", async () => {
  await served(accepted, Buffer.alloc(0), async (url, received) => {
    const socket = await connect({ url, headers: {}, timeoutMs: 5000 }, { message: () => undefined, closed: () => undefined });
    socket.send("x".repeat(200));
    while (received().length < 8 + 200) await new Promise((resolve) => setImmediate(resolve));
    const bytes = received();
    assert.deepEqual([bytes[0], bytes[1], bytes.readUInt16BE(2)], [0x81, 0x80 | 126, 200]);
    const mask = bytes.subarray(4, 8);
    const text = bytes.subarray(8).map((byte, i) => byte ^ (mask[i % 4] as number));
    assert.equal(Buffer.from(text).toString(), "x".repeat(200));
    socket.destroy();
  });
});

test("a refusal carries the server's own words", async () => {
  const body = JSON.stringify({ error: { message: "This needs an API key.", hint: "send one" } });
  const head = () => `HTTP/1.1 401 x\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
  await served(head, Buffer.alloc(0), async (url) => {
    await assert.rejects(
      connect({ url, headers: {}, timeoutMs: 5000 }, { message: () => undefined, closed: () => undefined }),
      (problem: unknown) =>
        problem instanceof HandshakeRefused &&
        problem.status === 401 &&
        problem.message === "This needs an API key. (send one)",
    );
  });
});

test("a peer that proves nothing, or sends masked frames, is not spoken to", async () => {
  const wrong = () => "HTTP/1.1 101 x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: no\r\n\r\n";
  const quiet = { message: () => undefined, closed: () => undefined };
  await served(wrong, Buffer.alloc(0), async (url) => {
    await assert.rejects(connect({ url, headers: {}, timeoutMs: 5000 }, quiet), /handshake is wrong/);
  });
  await served(accepted, Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x61]), async (url) => {
    const code = await new Promise<number>((resolve) => {
      void connect({ url, headers: {}, timeoutMs: 5000 }, { message: () => assert.fail("a message"), closed: resolve });
    });
    assert.equal(code, 1006);
  });
});
