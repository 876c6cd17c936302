// A worker: connects to a server, registers its tools and carries out the calls it is handed. It connects again
// by itself, and finishes what it has begun before it stops.
import { hostname } from "node:os";
import { type CompiledTool, type Declaration, type Project, declarations } from "./compile.js";
import { ToolError, type CallContext, type CallInfo } from "./tool.js";
import { connect, HandshakeRefused, type Socket } from "./websocket.js";

export const kVersion = "0.1.0";

export interface WorkerOptions {
  /** Of the server: "http://127.0.0.1:8080". */
  url: string;
  /** An admin's API key; a development server on this machine needs none. */
  key?: string;
  /** For people; host and process when left out. */
  name?: string;
  /** Calls at once; 16 when left out. */
  capacity?: number;
  /** The shortest and the longest pause before connecting again, in milliseconds. */
  backoff?: { first: number; longest: number };
  /** How long stop() waits for calls under way, in milliseconds. */
  patienceMs?: number;
  log?: (line: string) => void;
}

interface CallMessage {
  call_id: string;
  tool: string;
  attempt: number;
  delivery: number;
  idempotency_key: string;
  deadline_ms: number;
  user_id: string;
  conversation_id: string;
  turn: number;
  arguments: Record<string, unknown>;
}

interface FromServer {
  type: string;
  [name: string]: unknown;
}

/** What keeps a server from registering a worker now, and not for good. */
const kPassing = ["unavailable", "internal", "limit_exceeded", "deadline_exceeded"];
/** Of the words of a failure; more is not kept of them. */
const kLongestReason = 1000;
/** The longest time that setTimeout knows; a longer one would be over at once. */
const kLongestTimer = 2 ** 31 - 1;

/** What a server takes in one message; for a longer one it ends the connection, and every other call under way on it. */
const kLongestMessage = 1 << 20;

/** Connecting again would not help. */
export class WorkerRefused extends Error {}

export class Worker {
  private readonly options: Required<Omit<WorkerOptions, "key">> & { key: string };
  private readonly tools: ReadonlyMap<string, CompiledTool>;
  private readonly declared: Map<string, { tools: Declaration[] }>;
  private readonly aborts = new Map<string, AbortController>();
  /** Functions under way, by call. */
  private readonly running = new Map<string, Promise<void>>();
  /** Answers that found no connection. */
  private unsent: string[] = [];
  /** Of keyed calls under way: a second delivery of the same waits for the first. */
  private readonly byKey = new Map<string, Promise<unknown>>();
  private socket: Socket | undefined;
  private stopping = false;
  private failure: WorkerRefused | undefined;
  private wake: (() => void) | undefined;
  private registeredCount = 0;

  constructor(project: Project, options: WorkerOptions) {
    this.tools = project.tools;
    this.declared = declarations(project);
    this.options = {
      key: "",
      name: `${hostname()}:${process.pid}`,
      capacity: 16,
      backoff: { first: 250, longest: 30_000 },
      patienceMs: 30_000,
      log: () => undefined,
      ...options,
    };
  }

  /** Until stop(); fails when the server refuses this worker for good. */
  async run(): Promise<void> {
    for (let failures = 0; !this.stopping; ) {
      try {
        if (await this.serve()) failures = 0;
      } catch (problem) {
        if (problem instanceof HandshakeRefused && [401, 403, 404, 426].includes(problem.status)) {
          throw new WorkerRefused(problem.message);
        }
        this.options.log(`cannot connect: ${message_of(problem)}`);
      }
      if (this.failure !== undefined) throw this.failure;
      if (!this.stopping) await this.pause(failures++);
    }
    await this.finished();
  }

  /** No new calls; those under way are answered, then the connection ends. */
  async stop(): Promise<void> {
    if (this.stopping) return;
    this.stopping = true;
    this.wake?.();
    this.socket?.send(JSON.stringify({ type: "drain" }));
    await this.finished();
    this.socket?.close();
  }

  private async finished(): Promise<void> {
    const all = Promise.allSettled([...this.running.values()]);
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => (timer = setTimeout(resolve, this.options.patienceMs)));
    await Promise.race([all, patience]);
    clearTimeout(timer);
  }

  /** Half of the pause is chance, so that workers who were cut off together do not come back together. */
  private pause(failures: number): Promise<void> {
    const { first, longest } = this.options.backoff;
    const most = Math.min(longest, first * 2 ** Math.min(failures, 20));
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, most * (0.5 + Math.random() / 2));
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** One connection, from beginning to end. True if the server accepted this worker. */
  private async serve(): Promise<boolean> {
    const url = new URL("/v1/workers", this.options.url);
    const headers = this.options.key === "" ? {} : { Authorization: `Bearer ${this.options.key}` };
    let ended: (code: number) => void = () => undefined;
    const end = new Promise<number>((resolve) => (ended = resolve));
    this.registeredCount = 0;
    let heartbeat: NodeJS.Timeout | undefined;
    const socket = await connect(
      { url, headers, timeoutMs: 10_000 },
      {
        message: (text) => {
          const message = JSON.parse(text) as FromServer;
          if (message.type === "registered") heartbeat ??= this.keep_alive(message);
          this.take(message);
        },
        closed: (code) => ended(code),
      },
    );
    this.socket = socket;
    for (const [connector, { tools }] of this.declared) {
      const { name, capacity } = this.options;
      const sdk = `typescript/${kVersion}`;
      socket.send(JSON.stringify({ type: "register", version: 1, connector, worker: name, sdk, capacity, tools }));
    }
    if (this.stopping) socket.close();
    const code = await end;
    clearInterval(heartbeat);
    if (!this.stopping) this.options.log(`disconnected (${code})`);
    return this.registeredCount === this.declared.size;
  }

  private keep_alive(registered: FromServer): NodeJS.Timeout {
    const [every, lease] = [Number(registered["heartbeat_ms"]), Number(registered["lease_ms"])];
    return setInterval(() => {
      const socket = this.socket;
      if (socket === undefined) return;
      if (Date.now() - socket.heard > lease) return socket.destroy();
      socket.send('{"type":"heartbeat"}');
      socket.ping();
    }, every);
  }

  private take(message: FromServer): void {
    switch (message.type) {
      case "registered":
        return this.registered(message);
      case "call":
        return this.begin(message as unknown as CallMessage);
      case "cancel":
        this.aborts.get(String(message["call_id"]))?.abort();
        return;
      case "drain":
        return this.options.log("the server is about to stop");
      case "error": {
        const hint = message["hint"] === undefined ? "" : ` (${String(message["hint"])})`;
        const text = `${String(message["message"])}${hint}`;
        this.options.log(`the server says: ${text}`);
        if (this.registeredCount === this.declared.size) return;
        if (!kPassing.includes(String(message["code"]))) this.failure = new WorkerRefused(text);
        this.socket?.close();
        return;
      }
      default:
        return; // of a later server
    }
  }

  private registered(message: FromServer): void {
    for (const { tool, reason } of message["refused"] as { tool: string; reason: string }[]) {
      this.options.log(`the server refuses ${String(message["connector"])}.${tool}: ${reason}`);
    }
    if (++this.registeredCount < this.declared.size) return;
    this.options.log(`connected to ${this.options.url}: ${this.tools.size} tools`);
    const unsent = this.unsent;
    this.unsent = [];
    for (const text of unsent) this.say(text);
  }

  private say(text: string): void {
    const ready = this.socket !== undefined && this.registeredCount === this.declared.size;
    if (!ready || !this.socket?.send(text)) this.unsent.push(text);
  }

  private begin(call: CallMessage): void {
    if (this.running.has(call.call_id)) return; // handed out again while it is under way
    const work = this.carry_out(call).then((answer) => {
      this.running.delete(call.call_id);
      this.aborts.delete(call.call_id);
      this.say(answer);
    });
    this.running.set(call.call_id, work);
  }

  /** The answer as a message. Never fails. */
  private async carry_out(call: CallMessage): Promise<string> {
    const tool = this.tools.get(call.tool);
    const failed = (code: string, message: string) =>
      JSON.stringify({ type: "error", call_id: call.call_id, code, message: message.slice(0, kLongestReason) });
    if (tool === undefined) return failed("unknown_tool", `this worker has no tool ${call.tool}`);
    const abort = new AbortController();
    this.aborts.set(call.call_id, abort);
    const timer = setTimeout(() => abort.abort(), Math.min(call.deadline_ms, kLongestTimer));
    try {
      // What has no JSON, such as undefined or a function, is null.
      const result = JSON.stringify(await this.once(tool, call, abort.signal)) ?? "null";
      const answer = `{"type":"result","call_id":${JSON.stringify(call.call_id)},"result":${result}}`;
      if (Buffer.byteLength(answer) <= kLongestMessage) return answer;
      this.options.log(`${call.tool} gave a result of more than 1 MiB, which cannot be sent`);
      return failed("exception", "the result has more than 1 MiB; return what the flow needs and no more");
    } catch (problem) {
      if (problem instanceof ToolError) return failed(problem.code, problem.message);
      this.options.log(`${call.tool} threw: ${problem instanceof Error ? problem.stack : String(problem)}`);
      return failed("exception", message_of(problem));
    } finally {
      clearTimeout(timer);
    }
  }

  private once(tool: CompiledTool, call: CallMessage, signal: AbortSignal): Promise<unknown> {
    const run = async () => await tool.run(this.context(tool, call, signal));
    if (tool.declaration.effect !== "keyed" || call.idempotency_key === "") return run();
    const key = `${call.tool} ${call.idempotency_key}`;
    const under_way = this.byKey.get(key);
    if (under_way !== undefined) return under_way;
    const work = run().finally(() => this.byKey.delete(key));
    this.byKey.set(key, work);
    return work;
  }

  private context(tool: CompiledTool, call: CallMessage, signal: AbortSignal): CallContext {
    const info: CallInfo = {
      id: call.call_id,
      tool: call.tool,
      attempt: call.attempt,
      delivery: call.delivery,
      idempotencyKey: call.idempotency_key,
      userId: call.user_id,
      conversationId: call.conversation_id,
      turn: call.turn,
      deadline: new Date(Date.now() + call.deadline_ms),
      signal,
      progress: () => {
        this.socket?.send(JSON.stringify({ type: "progress", call_id: call.call_id }));
      },
    };
    const given = call.arguments;
    const known = tool.wrapped ? { ...(given["context"] as object | null), ...(given["slots"] as object | null) } : given;
    return { ...known, call: info };
  }
}

function message_of(problem: unknown): string {
  if (problem instanceof AggregateError && problem.errors.length > 0) return message_of(problem.errors[0]);
  return problem instanceof Error ? problem.message : String(problem);
}
