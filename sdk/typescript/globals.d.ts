// For files that use the types without importing them: "types": ["@parley/sdk/globals"] in tsconfig.json.
declare global {
  type Flow = import("./dist/index.js").Flow;
  type Step = import("./dist/index.js").Step;
}
export {};
