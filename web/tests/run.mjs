// Browser tests of the chat page and the widget.   node web/tests/run.mjs [words of test names…]
// Against the mock by default, against a running server with PARLEY_URL=http://127.0.0.1:8080; tests that need the
// mock's planned faults are then left out by name.
import assert from 'node:assert/strict';
import { missing, real } from './harness.mjs';

const reason = missing();
if (reason) {
  console.log(`skipped: ${reason}`);
  process.exit(77);
}
const { launch, Mock, Visitor } = await import('./harness.mjs');
const tests = [...(await import('./chat_tests.mjs')).default, ...(await import('./fault_tests.mjs')).default, ...(await import('./page_tests.mjs')).default];
const wanted = process.argv.slice(2);
const browser = await launch();
let passed = 0;
let failed = 0;
let left = 0;
for (const { name, mock: needsMock, options, run } of tests) {
  if (wanted.length && !wanted.some((word) => name.includes(word))) continue;
  if (real && needsMock) {
    console.log(`  left out (needs planned faults)  ${name}`);
    left++;
    continue;
  }
  const mock = real ? null : new Mock();
  await mock?.open();
  const visitor = new Visitor(browser, real ?? mock.url, options);
  try {
    await run({ visitor, mock, browser, assert });
    await visitor.close();
    passed++;
    console.log(`  ok      ${name}`);
  } catch (error) {
    failed++;
    console.log(`  FAILED  ${name}\n${error.stack}`);
    for (const page of visitor.context?.pages() ?? []) console.log((await page.locator('.panel').first().innerText().catch(() => '')).slice(0, 1500));
    await visitor.context?.close().catch(() => {});
  }
  await mock?.close();
}
await browser.close();
console.log(`${passed} passed, ${failed} failed${left ? `, ${left} left out` : ''}`);
process.exit(failed ? 1 : 0);
