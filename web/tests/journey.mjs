// One order on the real server, as a customer makes it: something else in the middle, an item changed after the summary, a refresh, the
// server killed and started again, a person joining, and stars at the end.   node journey.mjs PARLEY_BINARY ASSISTANT_FOLDER
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { axe, launch, RealServer, shot, Visitor } from './harness.mjs';

const [binary, folder] = process.argv.slice(2);

const said = (page, text) => page.getByRole('log').getByText(text, { exact: false }).last().waitFor();
async function say(page, text) {
  await page.getByRole('textbox', { name: 'Your message' }).fill(text);
  await page.keyboard.press('Enter');
}

const server = new RealServer(binary, folder);
await server.open();
const browser = await launch();
const visitor = new Visitor(browser, server.url);
let step = 'start';
try {
  const page = await visitor.tab();
  await page.getByRole('button', { name: 'Order something' }).click();
  await said(page, 'What would you like to order?');

  step = 'something else in the middle';
  await say(page, 'summarize my tickets');
  await said(page, 'Now back to order.');

  step = 'order and change an item after the summary';
  await say(page, '2 pizzas and a coke');
  await said(page, 'That is 2 pizzas and 1 coke for 21.50 USD.');
  await say(page, 'actually, make it three pizzas');
  await said(page, 'That is 3 pizzas and 1 coke for 31.00 USD.');
  await shot(page, '40-journey-summary');

  step = 'refresh';
  await page.reload();
  await said(page, 'That is 3 pizzas and 1 coke for 31.00 USD.');
  await page.getByRole('button', { name: 'Yes' }).waitFor();

  step = 'kill -9, start again, go on';
  await server.stop('SIGKILL');
  await server.start();
  await page.getByRole('button', { name: 'Yes' }).click();
  await said(page, 'Paid. Your receipt is ch_test_1.');
  await axe(page);
  await shot(page, '41-journey-paid');

  step = 'a person answers and hands back';
  await page.getByRole('button', { name: 'Talk to a person' }).click();
  await said(page, 'A person will be with you shortly.');
  const { data: [conversation] } = await fetch(`${server.url}/v1/conversations`).then((r) => r.json());
  await server.post(`/v1/conversations/${conversation.id}/human`, { action: 'join', operator: 'ana', name: 'Ana' });
  await server.post(`/v1/conversations/${conversation.id}/human`, { action: 'reply', operator: 'ana', text: 'Your pizzas are in the oven.' });
  await said(page, 'Your pizzas are in the oven.');
  await shot(page, '42-journey-person');
  await server.post(`/v1/conversations/${conversation.id}/human`, { action: 'leave', operator: 'ana' });
  await said(page, 'You are chatting with the automated assistant again.');

  step = 'stop in order, then replay';
  await visitor.close();
  await server.stop('SIGTERM');
  const replayed = execFileSync(binary, ['replay', '--all', '--data-dir', server.data], { encoding: 'utf8' });
  assert.match(replayed, /\b0 differences/);
  console.log('1 passed, 0 failed');
} catch (error) {
  console.log(`FAILED at: ${step}\n${error.stack}`);
  for (const page of visitor.context?.pages() ?? []) console.log((await page.locator('.panel').first().innerText().catch(() => '')).slice(0, 2000));
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
} finally {
  await browser.close();
  server.process.kill('SIGKILL');
  server.close();
}
