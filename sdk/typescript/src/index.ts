// What flows and tools are written with, and a worker for programs of their own.
export { defineFlow, isFlow } from "./flow.js";
export type { Flow, Json, Slot, Step, Text, ToolStep } from "./flow.js";
export { keyed, natural, read, tool, ToolError } from "./tool.js";
export type { CallContext, CallFunction, CallInfo, Effect, FunctionOptions, JsonSchema, Tool, ToolOptions } from "./tool.js";
export { compile, declarations } from "./compile.js";
export type { CompiledFlow, CompiledTool, Declaration, Problem, Project } from "./compile.js";
export { Worker, WorkerRefused } from "./worker.js";
export type { WorkerOptions } from "./worker.js";
