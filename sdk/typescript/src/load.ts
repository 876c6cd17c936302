// A project's flows and tools, read from its files.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { register } from "node:module";
import { join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { compile, kDefaultConnector, type Module, type Project } from "./compile.js";

/** The command cannot go on; `hint` says what to do. */
export class SetupProblem extends Error {
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

const kSource = /\.[m]?[jt]s$/;
const kNotSource = /(\.d\.[m]?ts|\.(test|spec)\.[m]?[jt]s)$/;

function files_in(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  const found: string[] = [];
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.name === "node_modules" || entry.name.startsWith(".")) continue;
    const inside = join(path, entry.name);
    if (entry.isDirectory()) found.push(...files_in(inside));
    else if (kSource.test(entry.name) && !kNotSource.test(entry.name)) found.push(inside);
  }
  return found.sort();
}

interface Settings {
  flows: string[];
  connector: string;
}

/** The key "parley" of package.json: {"flows": [paths], "connector": name}. */
export function settings_of(home: string): Settings {
  const settings: Settings = { flows: [], connector: kDefaultConnector };
  const file = join(home, "package.json");
  if (existsSync(file)) {
    const own = (JSON.parse(readFileSync(file, "utf8")) as { parley?: Partial<Settings> }).parley;
    if (own?.flows !== undefined) settings.flows = own.flows;
    if (own?.connector !== undefined) settings.connector = own.connector;
  }
  if (settings.flows.length === 0) {
    settings.flows = ["src/flows", "src/tools", "flows", "tools"].filter((path) => existsSync(join(home, path)));
  }
  return settings;
}

let hooked = false;

/** Runs the files of a project, which are its own code, and reads what they export. */
export async function load(home: string, paths: readonly string[], connector: string): Promise<Project> {
  if (!hooked) {
    register("./loader.js", import.meta.url, { data: { home } });
    hooked = true;
  }
  const modules: Module[] = [];
  for (const path of paths) {
    const from = resolve(home, path);
    if (!existsSync(from)) throw new SetupProblem(`there is no ${path}`, "name the files or folders of your flows");
    for (const file of files_in(from)) {
      const source = relative(home, file);
      try {
        modules.push({ source, exports: (await import(pathToFileURL(file).href)) as Record<string, unknown> });
      } catch (problem) {
        const said = problem instanceof Error ? problem.message : String(problem);
        throw new SetupProblem(`${source} cannot be read: ${said}`, "run it through your type checker");
      }
    }
  }
  return compile(modules, connector);
}
