// Flows in TypeScript become documents that the server reads, and the functions in them tools of a worker.
import { isFlow, type Flow } from "./flow.js";
import { isTool, optionsOf, type CallFunction, type Effect, type Tool } from "./tool.js";

export const kDefaultConnector = "worker";

/** A tool as a worker registers it and tools/*.yaml declares it. */
export interface Declaration {
  name: string;
  description?: string;
  effect: Effect;
  timeout?: string;
  parameters?: unknown;
  result?: unknown;
  example?: unknown;
}

export interface CompiledTool {
  connector: string;
  declaration: Declaration;
  run: CallFunction;
  /** Where its arguments are unwrapped from: see `wrapped` below. */
  wrapped: boolean;
}

export interface CompiledFlow {
  id: string;
  /** "order.json": how the server names it in diagnostics. */
  file: string;
  text: string;
  /** The file that it was written in. */
  source: string;
}

export interface Problem {
  source: string;
  path: string;
  message: string;
  help?: string;
}

export interface Project {
  flows: CompiledFlow[];
  /** By "connector.name". */
  tools: Map<string, CompiledTool>;
  problems: Problem[];
}

/** What one file exports. */
export interface Module {
  source: string;
  exports: Readonly<Record<string, unknown>>;
}

/** "escalateFlow" → "escalate"; the default export is named after its file. */
export function idOf(exported: string, source: string): string {
  if (exported === "default") return source.replace(/^.*[\\/]/, "").replace(/\.[cm]?[jt]sx?$/, "");
  const short = exported.replace(/Flow$/, "");
  return short === "" ? exported : short;
}

const kName = /^[A-Za-z0-9_-]{1,64}$/;
const kConnector = /^[A-Za-z0-9_-]{1,32}$/;

class Compiler {
  readonly project: Project = { flows: [], tools: new Map(), problems: [] };
  private readonly connector: string;
  private readonly known = new Map<Tool | CallFunction, string>();
  private readonly seen = new Set<unknown>();

  constructor(connector: string) {
    this.connector = connector;
  }

  private problem(source: string, path: string, message: string, help?: string): void {
    this.project.problems.push(help === undefined ? { source, path, message } : { source, path, message, help });
  }

  module(module: Module): void {
    for (const [name, value] of Object.entries(module.exports)) {
      if (this.seen.has(value)) continue; // exported again elsewhere
      if (isTool(value)) {
        this.seen.add(value);
        this.add_tool(value, module.source, name);
      } else if (isFlow(value)) {
        this.seen.add(value);
        this.add_flow(value, module.source, name);
      }
    }
  }

  private add_flow(flow: Flow, source: string, exported: string): void {
    const id = flow.id ?? idOf(exported, source);
    if (this.project.flows.some((other) => other.id === id)) {
      return this.problem(source, exported, `there is another flow '${id}'`, "give one of them another id");
    }
    const document = this.plain({ ...flow, id }, { source, flow: id, path: exported });
    this.project.flows.push({ id, file: `${id}.json`, text: `${JSON.stringify(document, null, 2)}\n`, source });
  }

  /** The value as JSON, with tools by their names. */
  private plain(value: unknown, at: Place): unknown {
    if (value === null || typeof value === "string" || typeof value === "boolean") return value;
    if (typeof value === "number") {
      if (!Number.isFinite(value)) this.problem(at.source, at.path, `${value} is no number of a flow`);
      return value;
    }
    if (Array.isArray(value)) return value.map((item, i) => this.plain(item, within(at, `[${i}]`)));
    if (isTool(value)) return this.add_tool(value, at.source, at.path);
    if (typeof value === "object") return this.members(value as Record<string, unknown>, at);
    const what = typeof value === "function" ? "a function can only stand as `call` of a tool step" : `a ${typeof value} cannot be part of a flow`;
    this.problem(at.source, at.path, what);
    return null;
  }

  private members(value: Record<string, unknown>, at: Place): unknown {
    const out: Record<string, unknown> = {};
    for (const [key, member] of Object.entries(value)) {
      if (member === undefined) continue;
      const place = within(at, `.${key}`);
      if (typeof member === "function" && (key === "call" || key === "compensate")) {
        out[key] = this.add_function(member as CallFunction, key, value, place);
      } else {
        out[key] = this.plain(member, place);
      }
    }
    // A function that gets no arguments gets what the conversation knows.
    if (typeof value["call"] === "function" && value["type"] === "tool" && value["with"] === undefined) {
      out["with"] = { slots: "{{ slots }}", context: "{{ context }}" };
    }
    return out;
  }

  private add_function(run: CallFunction, key: string, step: Record<string, unknown>, at: Place): string {
    const known = this.known.get(run);
    if (known !== undefined) return known;
    const id = step["id"];
    if (typeof id !== "string") {
      this.problem(at.source, at.path, "a step with a function needs an id", "the tool is named after it");
      return "";
    }
    const name = `${at.flow}_${id}${key === "compensate" ? "_undo" : ""}`.replace(/[^A-Za-z0-9_-]/g, "_");
    const wrapped = key === "call" && step["with"] === undefined;
    const any = { type: ["object", "null"] };
    const declaration: Declaration = {
      name,
      description: `The function of step ${id} in flow ${at.flow}.`,
      effect: step["effect"] === "read" ? "read" : "unsafe",
      parameters: {
        type: "object",
        properties: wrapped ? { slots: any, context: any } : properties_of(step["with"]),
      },
      ...optionsOf(run),
    };
    return this.register(run, { connector: this.connector, declaration, run, wrapped }, at);
  }

  private add_tool(tool: Tool, source: string, path: string): string {
    const known = this.known.get(tool);
    if (known !== undefined) return known;
    const dot = tool.name.indexOf(".");
    const connector = dot < 0 ? this.connector : tool.name.slice(0, dot);
    const declaration: Declaration = { name: tool.name.slice(dot + 1), effect: tool.effect ?? "unsafe" };
    for (const key of ["description", "timeout", "parameters", "result", "example"] as const) {
      if (tool[key] !== undefined) (declaration as unknown as Record<string, unknown>)[key] = tool[key];
    }
    return this.register(tool, { connector, declaration, run: tool.run, wrapped: false }, { source, flow: "", path });
  }

  private register(key: Tool | CallFunction, compiled: CompiledTool, at: Place): string {
    const { connector, declaration } = compiled;
    const full = `${connector}.${declaration.name}`;
    if (!kName.test(declaration.name) || !kConnector.test(connector)) {
      const help = "use letters, digits, '_' and '-': at most 64, and 32 for the connector";
      this.problem(at.source, at.path, `'${full}' cannot be the name of a tool`, help);
    } else if (this.project.tools.has(full)) {
      this.problem(at.source, at.path, `there is another tool '${full}'`, "give one of them another name");
    } else {
      this.project.tools.set(full, compiled);
    }
    this.known.set(key, full);
    return full;
  }
}

interface Place {
  source: string;
  flow: string;
  path: string;
}

function within(at: Place, more: string): Place {
  return { ...at, path: at.path + more };
}

function properties_of(given: unknown): Record<string, unknown> {
  const names = typeof given === "object" && given !== null ? Object.keys(given) : [];
  return Object.fromEntries(names.map((name) => [name, {}]));
}

export function compile(modules: readonly Module[], connector: string = kDefaultConnector): Project {
  const compiler = new Compiler(connector);
  for (const module of modules) compiler.module(module);
  return compiler.project;
}

/** The connectors with their tools, as the server takes them. */
export function declarations(project: Project): Map<string, { worker: { version: 1 }; tools: Declaration[] }> {
  const all = new Map<string, { worker: { version: 1 }; tools: Declaration[] }>();
  for (const { connector, declaration } of project.tools.values()) {
    const one = all.get(connector) ?? { worker: { version: 1 as const }, tools: [] };
    one.tools.push(declaration);
    all.set(connector, one);
  }
  return all;
}
