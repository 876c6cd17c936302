// Flows as TypeScript objects: the same keys as in YAML (docs/reference/steps.md), and functions where a tool is
// called. The server checks everything; these types say early what a step of each type needs.
import type { CallFunction, Tool } from "./tool.js";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** A text, or one for each locale or tone. */
export type Text = string | { readonly [key: string]: Json | undefined };

/** A name, or the names by language: {en: "people", de: "Personen"}. */
export type Wording = string | { readonly [language: string]: string };
export interface Slot {
  type?: string;
  label?: Wording;
  ask?: Text;
  reprompt?: Text | readonly Text[];
  validate?: string | { check: string; message: Text };
  choices?: readonly Json[];
  min?: number;
  max?: number;
  pattern?: string;
  max_attempts?: number;
  on_exhausted?: string;
  optional?: boolean;
  ask_if?: "empty" | "always";
  scope?: "flow" | "conversation" | "user";
  sensitive?: boolean;
  depends_on?: string | readonly string[];
  [key: string]: Json | undefined;
}

/** A tool: its name, one that `tool()` made, or a function. */
export type Callee = string | Tool | CallFunction;

interface Every {
  id?: string;
  next?: string;
  if?: string;
  tone?: string | number;
}

export interface MessageStep extends Every {
  type: "message";
  text?: Text;
  buttons?: readonly Json[] | Text;
  buttons_from?: string;
  card?: Json;
  mode?: "exact" | "rephrase";
}
export interface InputStep extends Every {
  type: "input";
  gather: string | readonly string[];
  text?: Text;
  timeout?: string;
  on_timeout?: string;
  remind?: string | readonly string[];
  remind_text?: Text;
}
export interface ConfirmStep extends Every {
  type: "confirm";
  text: Text;
  yes?: string;
  no?: string;
  buttons?: readonly Json[] | Text;
}
export interface ToolStep extends Every {
  type: "tool";
  call: Callee;
  with?: Json;
  save?: string;
  timeout?: string;
  on_error?: string;
  effect?: "read" | "write";
  retry?: Json;
  compensate?: Callee | { call: Callee; with?: Json };
  approve?: string;
  approver?: Text;
  approve_within?: string;
  on_rejected?: string;
}
export interface AgentStep extends Every {
  type: "agent";
  goal: Text;
  tools: Callee | readonly Callee[];
  allow?: Callee | readonly Callee[];
  with?: Json;
  until?: string;
  max_rounds?: number;
  approver?: Text;
  save?: string;
  model?: string;
  timeout?: string;
  on_error?: string;
}
export interface LoopStep extends Every {
  type: "loop";
  while?: string;
  for_each?: string;
  as?: string;
  max?: number;
  steps: readonly Step[];
}
export interface ParallelStep extends Every {
  type: "parallel";
  branches: readonly { id?: string; steps: readonly Step[] }[];
  join?: "all" | "any" | number;
}
export interface TryStep extends Every {
  type: "try";
  steps: readonly Step[];
  catch?: readonly { match?: string | readonly string[]; as?: string; steps: readonly Step[] }[];
  finally?: readonly Step[];
}
/** The step types whose keys the server alone checks. */
export interface OtherStep extends Every {
  type:
    | "set"
    | "clear"
    | "switch"
    | "flow"
    | "goto"
    | "compensate"
    | "wait"
    | "handoff"
    | "experiment"
    | "end"
    | "review"
    | "generate"
    | "classify"
    | "extract"
    | "search"
    | "recall";
  [key: string]: Json | undefined;
}

export type Step =
  | MessageStep
  | InputStep
  | ConfirmStep
  | ToolStep
  | AgentStep
  | LoopStep
  | ParallelStep
  | TryStep
  | OtherStep;

export interface Flow {
  /** The name of its export without "Flow", when left out. */
  id?: string;
  description?: Wording;
  /** What users are told it is called: "your booking". */
  label?: Wording;
  version?: string | number;
  semantics?: 1;
  triggers?: Json;
  guard?: string;
  guard_message?: Text;
  inputs?: Json;
  outputs?: Json;
  slots?: { readonly [name: string]: Slot };
  steps: readonly Step[];
  migrate?: Json;
  limits?: Json;
  handlers?: Json;
}

/** The flow itself; for editors that complete the keys of an argument. */
export function defineFlow<const F extends Flow>(flow: F): F {
  return flow;
}

export function isFlow(value: unknown): value is Flow {
  return typeof value === "object" && value !== null && Array.isArray((value as { steps?: unknown }).steps);
}
