// Signing in at a service, as people meet it: in the chat page of the real server, where nothing is typed; and in a browser that does not
// hold the conversation, which shows a code for the chat.   node sign_in.mjs PARLEY_BINARY
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { axe, inLog, launch, RealServer, say, shot, Visitor } from './harness.mjs';

const [binary] = process.argv.slice(2);

/** An authorization server that believes everybody, and the service behind it. PKCE is checked, or the code would be anybody's. */
class Notes {
  async open() {
    const codes = new Map();
    this.server = createServer((request, response) => {
      const url = new URL(request.url, this.url);
      if (url.pathname === '/authorize') {
        const code = `code-${codes.size}`;
        codes.set(code, url.searchParams.get('code_challenge'));
        const back = new URL(url.searchParams.get('redirect_uri'));
        back.search = new URLSearchParams({ code, state: url.searchParams.get('state') });
        response.writeHead(302, { location: back.href }).end();
      } else if (url.pathname === '/token') {
        let body = '';
        request.on('data', (chunk) => { body += chunk; });
        request.on('end', () => {
          const fields = new URLSearchParams(body);
          const challenge = createHash('sha256').update(fields.get('code_verifier') ?? '').digest('base64url');
          const good = codes.get(fields.get('code')) === challenge;
          response.writeHead(good ? 200 : 400, { 'content-type': 'application/json' });
          response.end(JSON.stringify(good ? { access_token: 'a', token_type: 'Bearer', expires_in: 3600 } : { error: 'invalid_grant' }));
        });
      } else if (url.pathname === '/notes' && request.headers.authorization === 'Bearer a') {
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ notes: ['Buy milk'] }));
      } else {
        response.writeHead(401).end();
      }
    });
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
  }
}

const notes = new Notes();
await notes.open();
const folder = mkdtempSync(join(tmpdir(), 'parley-sign-in-'));
for (const each of ['flows', 'tools']) mkdirSync(join(folder, each));
writeFileSync(join(folder, 'parley.yaml'), JSON.stringify({
  name: 'Nora',
  tools: { mode: 'live', connectors: { notes: { credentials: { people: { kind: 'authorization_code', user: 'parley' } } } } },
  egress: { internal_hosts: [new URL(notes.url).host] },
}));
writeFileSync(join(folder, 'flows/notes.yaml'), JSON.stringify({
  id: 'notes', triggers: [{ command: '/notes' }, { phrases: ['my notes'] }],
  steps: [{ id: 'fetch', type: 'tool', call: 'notes.list', save: 'found' }, { id: 'show', type: 'message', text: 'Your notes: {{found.notes}}' }],
}));
writeFileSync(join(folder, 'tools/notes.yaml'), JSON.stringify({
  openapi: '3.1.0', info: { title: 'Notes', version: '1' }, servers: [{ url: notes.url }], security: [{ people: [] }],
  components: { securitySchemes: { people: { type: 'oauth2', flows: { authorizationCode: {
    authorizationUrl: `${notes.url}/authorize`, tokenUrl: `${notes.url}/token`, scopes: {} } } } } },
  paths: { '/notes': { get: { operationId: 'list', responses: { 200: { description: 'ok' } } } } },
}));

const server = new RealServer(binary, folder);
await server.open();
const browser = await launch();
const ana = new Visitor(browser, server.url);
const bo = new Visitor(browser, server.url, { locale: 'de', colorScheme: 'dark', viewport: { width: 380, height: 800 } });
let step = 'start';
try {
  const chat = await ana.tab();
  await say(chat, 'my notes');
  const link = chat.getByRole('log').getByRole('link', { name: /sign-in/ });
  await link.waitFor();
  const address = await link.getAttribute('href');

  step = 'the link asks, in the chat page\'s own browser';
  const [page] = await Promise.all([ana.context.waitForEvent('page'), link.click()]);
  await page.getByRole('heading', { name: 'Let Nora act for you at notes?' }).waitFor();
  await axe(page);
  await shot(page, '50-sign-in-question');

  step = 'the chat goes on by itself';
  await page.getByRole('button', { name: /I asked for this/ }).click();
  await page.getByRole('heading', { name: 'You are signed in at notes.' }).waitFor();
  assert.equal(await page.getByText(/\d{3} \d{3}/).count(), 0, 'no code is left to give away');
  await axe(page);
  await shot(page, '51-sign-in-done');
  await inLog(chat, 'Your notes: Buy milk').waitFor();

  step = 'the user signs out';
  await say(chat, 'sign me out');
  await inLog(chat, 'I can no longer act for you at notes.').waitFor();
  await say(chat, 'my notes');
  await chat.getByRole('log').getByRole('link', { name: /sign-in/ }).nth(1).waitFor();
  const second = await chat.getByRole('log').getByRole('link', { name: /sign-in/ }).nth(1).getAttribute('href');
  assert.notEqual(second, address);

  step = 'another browser shows a code';
  const elsewhere = await bo.tab(second);
  await elsewhere.getByRole('heading', { name: 'Darf Nora bei notes für Sie handeln?' }).waitFor();
  await axe(elsewhere);
  await shot(elsewhere, '52-sign-in-question-de-dark');
  await elsewhere.getByRole('button').click();
  const code = elsewhere.getByRole('status', { name: 'Code' });
  await code.waitFor();
  await axe(elsewhere);
  await shot(elsewhere, '53-sign-in-code');
  await say(chat, await code.innerText());
  await inLog(chat, 'Your notes: Buy milk').nth(1).waitFor();

  step = 'a link that is none';
  await elsewhere.goto(`${second}x`);
  await elsewhere.getByRole('alert').waitFor();
  await axe(elsewhere);
  await ana.close();
  await bo.close();
  console.log('signing in: all steps passed');
} catch (error) {
  console.log(`signing in failed at: ${step}\n${error.stack}`);
  process.exitCode = 1;
} finally {
  await browser.close();
  await server.stop('SIGKILL');
  server.close();
  notes.server.close();
  rmSync(folder, { recursive: true, force: true });
}
