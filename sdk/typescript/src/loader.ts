// Node's hooks for a project's TypeScript: files without extension are found, types are taken away. Runs in the
// thread that Node keeps for such hooks.
import { readFile } from "node:fs/promises";
import { existsSync, statSync } from "node:fs";
import { createRequire, type LoadHook, type ResolveHook } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

type Strip = (source: string, file: string) => string;

let strip: Strip | undefined;
let home = process.cwd();

export function initialize(data: { home: string }): void {
  home = data.home;
}

interface TypeScript {
  ModuleKind: { ESNext: number };
  ScriptTarget: { ES2022: number };
  transpileModule(source: string, options: object): { outputText: string };
}

/** The project's own TypeScript, or what Node can do by itself. */
function stripper(): Strip {
  const require = createRequire(pathToFileURL(`${home}/package.json`));
  try {
    const ts = require("typescript") as Partial<TypeScript>;
    if (ts.transpileModule !== undefined && ts.ModuleKind !== undefined && ts.ScriptTarget !== undefined) {
      const compilerOptions = {
        module: ts.ModuleKind.ESNext,
        target: ts.ScriptTarget.ES2022,
        inlineSourceMap: true,
        isolatedModules: true,
      };
      const { transpileModule } = ts;
      return (source, fileName) => transpileModule(source, { compilerOptions, fileName }).outputText;
    }
  } catch {
    // not installed
  }
  const own = (createRequire(import.meta.url)("node:module") as { stripTypeScriptTypes?: (source: string) => string })
    .stripTypeScriptTypes;
  if (own !== undefined) return (source) => own(source);
  throw new Error(`to read TypeScript, install the package typescript (version 5) in ${home}`);
}

const kEndings = [".ts", ".mts", ".tsx", ".js", ".mjs", "/index.ts", "/index.mts", "/index.js", "/index.mjs"];

function is_file(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

export const resolve: ResolveHook = async (specifier, context, next) => {
  if (!/^\.{1,2}(\/|$)/.test(specifier) || context.parentURL === undefined) return next(specifier, context);
  const wanted = fileURLToPath(new URL(specifier, context.parentURL));
  if (is_file(wanted)) return next(specifier, context);
  const candidates = [...kEndings.map((ending) => wanted + ending), wanted.replace(/\.([cm]?)js$/, ".$1ts")];
  const found = candidates.find((path) => is_file(path));
  return found === undefined ? next(specifier, context) : next(pathToFileURL(found).href, context);
};

export const load: LoadHook = async (url, context, next) => {
  if (!url.startsWith("file:") || !/\.[m]?tsx?$/.test(new URL(url).pathname)) return next(url, context);
  const path = fileURLToPath(url);
  strip ??= stripper();
  return { format: "module", source: strip(await readFile(path, "utf8"), path), shortCircuit: true };
};
