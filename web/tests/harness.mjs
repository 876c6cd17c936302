// What the browser tests stand on: a browser, the mock server (or the real one named by PARLEY_URL) and a few checks.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
export const CHROMIUM = process.env.PARLEY_CHROMIUM ?? '/usr/bin/chromium';
export const shots = process.env.PARLEY_SHOTS ?? join(tmpdir(), 'parley-shots');
export const real = process.env.PARLEY_URL?.replace(/\/$/, '');
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export const freePort = () => new Promise((done) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => done(port));
  });
});

/** The mock in a process of its own, so that it can be killed like a server and started again on its state. */
export class Mock {
  async open() {
    this.dir = mkdtempSync(join(tmpdir(), 'parley-mock-'));
    this.port = await freePort();
    this.url = `http://127.0.0.1:${this.port}`;
    await this.start();
  }
  start() {
    this.process = spawn(process.execPath, [fileURLToPath(new URL('mock_server.mjs', import.meta.url)), this.port, join(this.dir, 'state.json')], { stdio: ['ignore', 'pipe', 'inherit'] });
    return new Promise((done) => this.process.stdout.once('data', done));
  }
  kill() {
    return new Promise((done) => {
      this.process.once('exit', done);
      this.process.kill('SIGKILL');
    });
  }
  async plan(body) {
    await fetch(`${this.url}/_mock`, { method: 'POST', body: JSON.stringify(body) });
  }
  async counts() {
    return (await fetch(`${this.url}/_mock`)).json();
  }
  async close() {
    await this.kill();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** The real server, in a process and with data of its own. */
export class RealServer {
  constructor(binary, folder, environment = {}) {
    Object.assign(this, { binary, folder, environment });
  }
  async open() {
    this.data = mkdtempSync(join(tmpdir(), 'parley-journey-'));
    this.port = await freePort();
    this.url = `http://127.0.0.1:${this.port}`;
    await this.start();
  }
  async start() {
    const arguments_ = ['serve', this.folder, '--listen', `127.0.0.1:${this.port}`, '--data-dir', this.data];
    this.process = spawn(this.binary, arguments_, { env: { ...process.env, ...this.environment }, stdio: ['ignore', 'ignore', 'pipe'] });
    let log = '';
    this.process.stderr.on('data', (chunk) => { log += chunk; });
    for (let attempt = 0; attempt < 400; attempt++) {
      if (await fetch(`${this.url}/readyz`).then((r) => r.ok, () => false)) return;
      await new Promise((done) => setTimeout(done, 25));
    }
    throw new Error(`the server did not become ready:\n${log}`);
  }
  stop(signal) {
    return new Promise((done) => {
      this.process.once('exit', done);
      this.process.kill(signal);
    });
  }
  async post(path, body) {
    const answer = await fetch(this.url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.clone().text()}`);
    return answer.status === 204 ? null : answer.json();
  }
  close() {
    rmSync(this.data, { recursive: true, force: true });
  }
}

/** One user with one browser profile; `tab()` opens pages that fail the test on any script error or CSP violation. */
export class Visitor {
  constructor(browser, url, options) {
    Object.assign(this, { browser, url, options, problems: [], posts: [] });
  }
  async tab(path = '/') {
    this.context ??= await this.browser.newContext({ viewport: { width: 900, height: 760 }, locale: 'en', ...this.options });
    const page = await this.context.newPage();
    page.setDefaultTimeout(8000);
    page.on('pageerror', (error) => this.problems.push(`script error: ${error.message}`));
    page.on('console', (message) => /Content Security Policy/i.test(message.text()) && this.problems.push(message.text()));
    page.on('request', (request) => request.method() === 'POST' && this.posts.push({ key: request.headers()['idempotency-key'], body: request.postData() }));
    await page.goto(path.startsWith('http') ? path : this.url + path);
    return page;
  }
  async close() {
    await this.context?.close();
    assert.deepEqual(this.problems, []);
  }
}

export const launch = () => chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
export const missing = () => (existsSync(CHROMIUM) ? null : `no browser at ${CHROMIUM} (apt install chromium, or set PARLEY_CHROMIUM)`);

export async function shot(page, name) {
  mkdirSync(shots, { recursive: true });
  await page.waitForTimeout(350);  // only for the picture: lets the entry animation end
  await page.screenshot({ path: join(shots, `${name}.png`) });
}

// Runs axe in an isolated world of the page (evaluate), which a Content-Security-Policy does not restrict.
export async function axe(page, { forced = false } = {}) {
  await page.waitForFunction(() => {
    const moving = [document, ...[...document.querySelectorAll('parley-chat')].map((el) => el.shadowRoot)].flatMap((root) => root.getAnimations());
    return moving.every((a) => a.playState !== 'running' || a.effect.getTiming().iterations === Infinity);
  });
  await page.evaluate((source) => { (0, eval)(source); }, axeSource).catch(async () => page.addScriptTag({ content: axeSource }));
  // Forced colours are the user's own; axe still reads the author's text colour there.
  const rules = { 'color-contrast': { enabled: !forced } };
  const { violations } = await page.evaluate(([runOnly, on]) => window.axe.run(document, { runOnly, rules: on }), [AXE_TAGS, rules]);
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target.flat().join(' ')} ${n.any.map((a) => a.message)}`).join(' | ')}`), []);
}
const axeSource = require('axe-core').source;

export const bubbles = (page) => page.locator('.turn .bubble').allInnerTexts();
export const say = async (page, text) => {
  await page.getByLabel('Your message').fill(text);
  await page.keyboard.press('Enter');
};
export const reply = (page, name) => page.getByRole('group', { name: 'Suggested answers' }).getByRole('button', { name });
export const inLog = (page, text) => page.getByRole('log').getByText(text);
