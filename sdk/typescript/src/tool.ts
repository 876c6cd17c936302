// Functions that flows call.

/** What repeating a call does. Unknown is unsafe: never repeated. */
export type Effect = "read" | "keyed" | "natural" | "reconcile" | "unsafe";

export interface CallInfo {
  readonly id: string;
  readonly tool: string;
  /** The flow's attempt, from 1. */
  readonly attempt: number;
  /** How often this call was handed to a worker, from 1. */
  readonly delivery: number;
  /** The same for every attempt; hand it on to services that take such keys. */
  readonly idempotencyKey: string;
  readonly userId: string;
  readonly conversationId: string;
  readonly turn: number;
  readonly deadline: Date;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** Says that the function is still at it: its own timeout begins anew. */
  progress(): void;
}

/** The arguments of the call by name; what they are is the flow's business, so they have no type here. */
export interface CallContext {
  readonly call: CallInfo;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly [name: string]: any;
}

export type CallFunction = (ctx: CallContext) => unknown;

export type JsonSchema = { readonly [key: string]: unknown };

export interface ToolOptions {
  description?: string;
  effect?: Effect;
  /** How long one call may take, such as "10s"; as long as the flow's step waits when left out. */
  timeout?: string;
  /** JSON Schema of the arguments: an object. */
  parameters?: JsonSchema;
  /** JSON Schema of the result; checked by the server. */
  result?: JsonSchema;
  /** The answer in test mode; texts may be templates over {{ args }}. */
  example?: unknown;
}

const kTool = Symbol.for("parley.tool");

export interface Tool extends ToolOptions {
  /** "create_issue", or with its connector "jira_worker.create_issue". */
  readonly name: string;
  readonly run: CallFunction;
  readonly [kTool]: true;
}

/** Declares a tool by its name. */
export function tool(name: string, options: ToolOptions, run: CallFunction): Tool {
  return { ...options, name, run, [kTool]: true };
}

export function isTool(value: unknown): value is Tool {
  return typeof value === "object" && value !== null && kTool in value;
}

/** What may be said of a function that stands in a step; its name and arguments are the step's. */
export type FunctionOptions = Pick<ToolOptions, "description" | "effect" | "timeout" | "result" | "example">;

const kOptions = Symbol.for("parley.options");
type Marked = CallFunction & { [kOptions]?: FunctionOptions };

function marked(run: CallFunction, options: FunctionOptions): CallFunction {
  const copy: Marked = (ctx) => run(ctx);
  Object.defineProperty(copy, "name", { value: run.name });
  copy[kOptions] = options;
  return copy;
}

/** `call: read(async (ctx) => …)`: the function changes nothing. */
export const read = (run: CallFunction, options: FunctionOptions = {}): CallFunction =>
  marked(run, { effect: "read", ...options });
/** The function hands ctx.call.idempotencyKey on to a service that recognises it, or looks it up itself. */
export const keyed = (run: CallFunction, options: FunctionOptions = {}): CallFunction =>
  marked(run, { effect: "keyed", ...options });
/** Doing it again leaves everything as doing it once. */
export const natural = (run: CallFunction, options: FunctionOptions = {}): CallFunction =>
  marked(run, { effect: "natural", ...options });

export function optionsOf(run: CallFunction): FunctionOptions {
  return (run as Marked)[kOptions] ?? {};
}

/**
 * A failure with a code that flows can catch. Any other error says nothing of what had been done before it: an
 * unsafe call is then looked at by a person.
 */
export class ToolError extends Error {
  readonly code: string;
  constructor(code: string, message: string = code) {
    super(message);
    this.name = "ToolError";
    this.code = code;
  }
}
