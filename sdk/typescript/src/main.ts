#!/usr/bin/env node
// parley-flows: check, push, build and work. Results on stdout, messages on stderr; exit codes as of parley itself.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Project } from "./compile.js";
import { load, settings_of, SetupProblem } from "./load.js";
import { has_settings, publish, with_sources, write_folder } from "./publish.js";
import { kVersion, Worker, WorkerRefused } from "./worker.js";

const kOk = 0;
const kFindings = 1;
const kUsage = 2;
const kConfiguration = 3;

const kHelp = `Usage: parley-flows COMMAND [PATH...] [OPTIONS]

Flows and tools of a Parley assistant, written in TypeScript. PATH is a file or folder of them; without one, what
package.json says under "parley", else src/flows, src/tools, flows and tools.

Commands:
  check     Find every mistake, with parley itself, or on a server with --url
  push      Publish the flows and declare their tools on a server, all or nothing
  build     Write them into an assistant's folder: --out DIR
  work      Connect to a server and carry out the calls of the tools, until it is stopped

Options:
  --url URL          The server; PARLEY_URL, else http://127.0.0.1:8080
  --key-file FILE    An admin's API key; PARLEY_API_KEY when left out
  --connector NAME   What flows call tools by that name none; worker when left out
  --reason TEXT      push: why; kept with the versions
  --author NAME      push: who; USER when left out
  --folder DIR       check: the assistant's folder with the other tools; this one, if it has a parley.yaml
  --parley FILE      check: the program; PARLEY_BINARY, else parley
  --out DIR          build: where to
  --capacity N       work: calls at once; 16 when left out
  --name NAME        work: what the server calls this worker
`;

const kOptions = {
  url: { type: "string" },
  "key-file": { type: "string" },
  connector: { type: "string" },
  reason: { type: "string" },
  author: { type: "string" },
  folder: { type: "string" },
  parley: { type: "string" },
  out: { type: "string" },
  capacity: { type: "string" },
  name: { type: "string" },
  help: { type: "boolean" },
  version: { type: "boolean" },
} as const;

type Values = { [K in keyof typeof kOptions]?: (typeof kOptions)[K]["type"] extends "string" ? string : boolean };

function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

function fail(message: string, hint: string, code: number): number {
  note(`error: ${message}`);
  if (hint !== "") note(`  help: ${hint}`);
  return code;
}

function url_of(values: Values): string {
  return values.url ?? process.env["PARLEY_URL"] ?? "http://127.0.0.1:8080";
}

function key_of(values: Values): string {
  const file = values["key-file"];
  if (file === undefined) return process.env["PARLEY_API_KEY"] ?? "";
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    throw new SetupProblem(`the file ${file} of --key-file cannot be read`, "");
  }
}

/** False when the project itself has mistakes; they have been told. */
function is_sound(project: Project): boolean {
  for (const problem of project.problems) {
    note(`error: ${problem.message}\n  --> ${problem.source}: ${problem.path}`);
    if (problem.help !== undefined) note(`  help: ${problem.help}`);
  }
  if (project.problems.length === 0 && project.flows.length === 0 && project.tools.size === 0) {
    throw new SetupProblem("there is no flow and no tool here", "export const orderFlow: Flow = { steps: [ … ] }");
  }
  return project.problems.length === 0;
}

async function on_server(project: Project, values: Values, checkOnly: boolean): Promise<number> {
  const url = url_of(values);
  const reason = values.reason ?? "parley-flows push";
  const author = values.author ?? process.env["USER"] ?? "";
  const answer = await publish(project, { url, key: key_of(values), reason, author, checkOnly });
  for (const text of answer.diagnostics) note(text);
  if (answer.problem !== undefined) return fail(answer.problem, "", kConfiguration);
  if (!answer.ok) return kFindings;
  for (const line of answer.changed) process.stdout.write(`${line}  ${checkOnly ? "would change" : "active"}\n`);
  if (answer.changed.length === 0) process.stdout.write("nothing has changed\n");
  return kOk;
}

function check_here(project: Project, values: Values): number {
  const folder = values.folder ?? (has_settings(".") ? "." : undefined);
  const out = mkdtempSync(join(tmpdir(), "parley-flows-"));
  try {
    write_folder(project, out, folder);
    const program = values.parley ?? process.env["PARLEY_BINARY"] ?? "parley";
    const done = spawnSync(program, ["check", "."], { cwd: out, encoding: "utf8" });
    if (done.error !== undefined) {
      return fail(`${program} cannot be run`, "install parley, name it with --parley, or check on a server with --url", kConfiguration);
    }
    process.stderr.write(with_sources(done.stderr, project));
    process.stdout.write(with_sources(done.stdout, project));
    return done.status ?? kConfiguration;
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

async function work(project: Project, values: Values): Promise<number> {
  if (project.tools.size === 0) throw new SetupProblem("there is no tool to work for", "a step calls a function, or export tool(…)");
  const capacity = values.capacity === undefined ? {} : { capacity: Number(values.capacity) };
  const name = values.name === undefined ? {} : { name: values.name };
  const worker = new Worker(project, { url: url_of(values), key: key_of(values), ...capacity, ...name, log: note });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      note("finishing what is under way; again to stop at once");
      process.once(signal, () => process.exit(kFindings));
      void worker.stop();
    });
  }
  await worker.run();
  return kOk;
}

async function run(command: string, paths: string[], values: Values): Promise<number> {
  const home = process.cwd();
  const settings = settings_of(home);
  const project = await load(home, paths.length > 0 ? paths : settings.flows, values.connector ?? settings.connector);
  if (!is_sound(project)) return kFindings;
  if (command === "push") return on_server(project, values, false);
  if (command === "work") return work(project, values);
  if (command === "build") {
    if (values.out === undefined) return fail("--out is missing", "parley-flows build --out bot", kUsage);
    write_folder(project, values.out);
    return kOk;
  }
  const asks_server = values.url !== undefined || process.env["PARLEY_URL"] !== undefined;
  return asks_server ? on_server(project, values, true) : check_here(project, values);
}

async function main(): Promise<number> {
  let parsed: { values: Values; positionals: string[] };
  try {
    parsed = parseArgs({ options: kOptions, allowPositionals: true });
  } catch (problem) {
    return fail(problem instanceof Error ? problem.message : String(problem), "parley-flows --help", kUsage);
  }
  const [command, ...paths] = parsed.positionals;
  if (parsed.values.version) process.stdout.write(`${kVersion}\n`);
  else if (parsed.values.help) process.stdout.write(kHelp);
  if (parsed.values.version || parsed.values.help) return kOk;
  if (command === undefined || !["check", "push", "build", "work"].includes(command)) {
    return fail(command === undefined ? "there is no command" : `there is no command '${command}'`, "parley-flows --help", kUsage);
  }
  try {
    return await run(command, paths, parsed.values);
  } catch (problem) {
    if (problem instanceof SetupProblem) return fail(problem.message, problem.hint, kConfiguration);
    if (problem instanceof WorkerRefused) return fail(`the server refuses this worker: ${problem.message}`, "", kConfiguration);
    throw problem;
  }
}

// A project's own timers must not keep the process.
main().then((code) => process.exit(code));
