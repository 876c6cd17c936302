// A worker that gives back what it gets, for the benchmarks of workers. Usage: node echo_worker.mjs SDK URL
const { compile, tool, Worker } = await import(`${process.argv[2]}/dist/index.js`);
const parameters = { type: "object", properties: { text: { type: "string" } } };
const echo = tool("echo", { effect: "read", parameters }, async ({ text }) => ({ text }));
await new Worker(compile([{ source: "echo_worker.mjs", exports: { echo } }]), { url: process.argv[3] }).run();
