// What a project becomes: flows and declarations on a server, or in an assistant's folder.
import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { declarations, type Project } from "./compile.js";

export interface Answer {
  ok: boolean;
  /** For people: what is wrong, each as the terminal shows it. */
  diagnostics: string[];
  /** "order 4f2a91c7" of each flow that changed. */
  changed: string[];
  /** The server could not be asked or said no, beside mistakes in flows. */
  problem?: string;
}

interface FlowRow {
  id: string;
  hash: string;
}
interface Body {
  flows?: FlowRow[];
  warnings?: string[];
  error?: { code: string; message: string; hint?: string; diagnostics?: string[] };
}

/** Diagnostics name the documents that flows became; people know the files they wrote. */
export function with_sources(text: string, project: Project): string {
  return text.replace(/--> (\S+\.json):/g, (whole, file: string) => {
    const flow = project.flows.find((each) => each.file === file.replace(/^flows\//, ""));
    return flow === undefined ? whole : `--> ${flow.source}, as ${file}:`;
  });
}

export interface PublishOptions {
  url: string;
  key: string;
  reason: string;
  author: string;
  checkOnly: boolean;
}

/** What new conversations run on: publishing anything else than what was looked at is a conflict. */
async function active_release(options: PublishOptions, headers: Record<string, string>): Promise<string | undefined> {
  const answer = await fetch(new URL("/v1/flows", options.url), { headers, signal: AbortSignal.timeout(60_000) });
  if (!answer.ok) return undefined; // whoever may not look is told so when publishing
  return ((await answer.json()) as { release?: string | null }).release ?? undefined;
}

export async function publish(project: Project, options: PublishOptions): Promise<Answer> {
  const workers = [...declarations(project)].map(([connector, declaration]) => ({ connector, declaration }));
  const body = {
    flows: project.flows.map(({ file, text }) => ({ file, text })),
    ...(workers.length > 0 && { workers }),
    check_only: options.checkOnly,
    reason: options.reason,
    ...(options.author !== "" && { author: options.author }),
  };
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (options.key !== "") headers["Authorization"] = `Bearer ${options.key}`;
  let answer: Response;
  try {
    const base = await active_release(options, headers);
    answer = await fetch(new URL("/v1/flows", options.url), {
      method: "POST",
      headers,
      body: JSON.stringify({ ...body, ...(base !== undefined && { base }) }),
      signal: AbortSignal.timeout(60_000),
    });
  } catch (problem) {
    const cause = problem instanceof Error && problem.cause instanceof Error ? problem.cause.message : String(problem);
    return { ok: false, diagnostics: [], changed: [], problem: `${options.url} cannot be reached: ${cause}` };
  }
  const said = (await answer.json()) as Body;
  const shown = (said.error?.diagnostics ?? said.warnings ?? []).map((text) => with_sources(text, project));
  const changed = (said.flows ?? []).map((flow) => `${flow.id}  ${flow.hash.slice(0, 12)}`);
  if (answer.ok) return { ok: true, diagnostics: shown, changed };
  if (said.error?.code === "flow_invalid") return { ok: false, diagnostics: shown, changed: [] };
  const hint = said.error?.hint === undefined ? "" : `\n  help: ${said.error.hint}`;
  return { ok: false, diagnostics: [], changed: [], problem: `${said.error?.message ?? answer.status}${hint}` };
}

/** An assistant's folder: `base` copied, if there is one, and the project's flows and declarations in it. */
export function write_folder(project: Project, out: string, base?: string): void {
  if (base !== undefined) {
    const left_out = /(^|[\\/])(node_modules|parley-data|\.git|src|dist)$/;
    cpSync(base, out, { recursive: true, filter: (path) => path === base || !left_out.test(path) });
  }
  mkdirSync(join(out, "flows"), { recursive: true });
  for (const flow of project.flows) writeFileSync(join(out, "flows", flow.file), flow.text);
  const tools = declarations(project);
  if (tools.size > 0) mkdirSync(join(out, "tools"), { recursive: true });
  for (const [connector, declaration] of tools) {
    writeFileSync(join(out, "tools", `${connector}.json`), `${JSON.stringify(declaration, null, 2)}\n`);
  }
}

export function has_settings(folder: string): boolean {
  return existsSync(join(folder, "parley.yaml"));
}
