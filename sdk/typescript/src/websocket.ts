// The client's half of RFC 6455, as far as a worker needs it: text messages, pings, closing. Node's own client can
// send no Authorization header, and other packages would be the only dependency of this one.
import { createHash, randomBytes } from "node:crypto";
import { request as http } from "node:http";
import { request as https } from "node:https";
import type { Duplex } from "node:stream";

const kMagic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const kMaxMessage = 16 * 1024 * 1024;
const kCloseAbnormal = 1006;

const enum Opcode {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10,
}

/** The server's answer to a handshake, when it is no. */
export class HandshakeRefused extends Error {
  readonly status: number;
  constructor(status: number, body: string) {
    super(refusal(status, body));
    this.name = "HandshakeRefused";
    this.status = status;
  }
}

function refusal(status: number, body: string): string {
  try {
    const { error } = JSON.parse(body) as { error: { message: string; hint?: string } };
    return error.hint ? `${error.message} (${error.hint})` : error.message;
  } catch {
    return `the server answered ${status}`;
  }
}

export interface SocketEvents {
  message(text: string): void;
  closed(code: number): void;
}

export class Socket {
  /** When anything came from the server last; milliseconds of Date.now(). */
  heard = Date.now();
  private readonly stream: Duplex;
  private readonly events: SocketEvents;
  private pending: Buffer = Buffer.alloc(0);
  private parts: Buffer[] = [];
  private size = 0;
  private code = kCloseAbnormal;
  private over = false;

  constructor(stream: Duplex, head: Buffer, events: SocketEvents) {
    this.stream = stream;
    this.events = events;
    stream.on("data", (data: Buffer) => this.take(data));
    stream.on("error", () => stream.destroy());
    stream.on("close", () => this.end());
    if (head.length > 0) this.take(head);
  }

  get open(): boolean {
    return !this.over && this.stream.writable;
  }

  send(text: string): boolean {
    if (!this.open) return false;
    this.frame(Opcode.text, Buffer.from(text, "utf8"));
    return true;
  }

  ping(): void {
    if (this.open) this.frame(Opcode.ping, Buffer.alloc(0));
  }

  close(code = 1000): void {
    if (!this.open) return;
    const payload = Buffer.alloc(2);
    payload.writeUInt16BE(code);
    this.frame(Opcode.close, payload);
    this.stream.end();
    setTimeout(() => this.stream.destroy(), 1000).unref();
  }

  destroy(): void {
    this.stream.destroy();
  }

  private end(): void {
    if (this.over) return;
    this.over = true;
    this.events.closed(this.code);
  }

  private frame(opcode: Opcode, payload: Buffer): void {
    const length = payload.length;
    const head = length < 126 ? Buffer.alloc(2) : length < 65536 ? Buffer.alloc(4) : Buffer.alloc(10);
    head[0] = 0x80 | opcode;
    if (length < 126) head[1] = 0x80 | length;
    else if (length < 65536) {
      head[1] = 0x80 | 126;
      head.writeUInt16BE(length, 2);
    } else {
      head[1] = 0x80 | 127;
      head.writeBigUInt64BE(BigInt(length), 2);
    }
    const mask = randomBytes(4);
    const body = Buffer.allocUnsafe(length);
    for (let i = 0; i < length; ++i) body[i] = (payload[i] as number) ^ (mask[i & 3] as number);
    this.stream.write(Buffer.concat([head, mask, body]));
  }

  private take(data: Buffer): void {
    this.heard = Date.now();
    this.pending = this.pending.length === 0 ? data : Buffer.concat([this.pending, data]);
    while (!this.over && this.take_frame()) continue;
  }

  /** False: more bytes are needed. */
  private take_frame(): boolean {
    const bytes = this.pending;
    if (bytes.length < 2) return false;
    const [first, second] = [bytes[0] as number, bytes[1] as number];
    let length = second & 0x7f;
    let at = 2;
    if (length === 126) {
      if (bytes.length < 4) return false;
      length = bytes.readUInt16BE(2);
      at = 4;
    } else if (length === 127) {
      if (bytes.length < 10) return false;
      length = Number(bytes.readBigUInt64BE(2));
      at = 10;
    }
    if ((second & 0x80) !== 0 || length + this.size > kMaxMessage) {
      this.stream.destroy();
      return false;
    }
    if (bytes.length < at + length) return false;
    const payload = bytes.subarray(at, at + length);
    this.pending = bytes.subarray(at + length);
    this.take_payload(first & 0x0f, (first & 0x80) !== 0, payload);
    return true;
  }

  private take_payload(opcode: number, last: boolean, payload: Buffer): void {
    if (opcode === Opcode.ping) return this.open ? this.frame(Opcode.pong, payload) : undefined;
    if (opcode === Opcode.pong) return;
    if (opcode === Opcode.close) {
      this.code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
      if (this.open) this.frame(Opcode.close, payload.subarray(0, 2));
      this.stream.end();
      return;
    }
    this.parts.push(payload);
    this.size += payload.length;
    if (!last) return;
    const text = Buffer.concat(this.parts).toString("utf8");
    this.parts = [];
    this.size = 0;
    this.events.message(text);
  }
}

export interface ConnectOptions {
  url: URL;
  headers: Readonly<Record<string, string>>;
  timeoutMs: number;
}

export function connect(options: ConnectOptions, events: SocketEvents): Promise<Socket> {
  const { url } = options;
  const secure = url.protocol === "https:" || url.protocol === "wss:";
  const key = randomBytes(16).toString("base64");
  const accept = createHash("sha1").update(key + kMagic).digest("base64");
  return new Promise((resolve, reject) => {
    const asked = (secure ? https : http)({
      host: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port || (secure ? 443 : 80),
      path: url.pathname + url.search,
      timeout: options.timeoutMs,
      headers: {
        ...options.headers,
        Connection: "Upgrade",
        Upgrade: "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": key,
      },
    });
    asked.on("timeout", () => asked.destroy(new Error("the server did not answer in time")));
    asked.on("error", reject);
    asked.on("response", (answer) => {
      let body = "";
      answer.setEncoding("utf8");
      answer.on("data", (text: string) => (body += text));
      answer.on("end", () => reject(new HandshakeRefused(answer.statusCode ?? 0, body)));
    });
    asked.on("upgrade", (answer, stream, head) => {
      if (answer.headers["sec-websocket-accept"] !== accept) {
        stream.destroy();
        return reject(new Error("the server's handshake is wrong"));
      }
      stream.setTimeout(0);
      (stream as Duplex & { setNoDelay?(on: boolean): void }).setNoDelay?.(true);
      resolve(new Socket(stream, head, events));
    });
    asked.end();
  });
}
