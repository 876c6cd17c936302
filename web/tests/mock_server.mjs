// A small server that keeps the contract of the chat page, for tests without the real one:
//   node mock_server.mjs PORT STATE_FILE
// Every committed turn is in STATE_FILE before it is answered, so the process may be killed at any moment.
// Only for tests: POST /_mock {fault?, act?, conversation_id?} plans faults and plays the human side; GET /_mock counts.
import { createServer } from 'node:http';
import { readFileSync, writeFileSync, existsSync, renameSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { served } from './assets.mjs';

const [port, stateFile] = [Number(process.argv[2]), process.argv[3]];
const state = existsSync(stateFile) ? JSON.parse(readFileSync(stateFile, 'utf8')) : { conversations: {}, answers: {}, posts: 0, applied: 0 };
const streams = new Set();
let faults = [];
const CSP = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";
const CORS = {
  'access-control-allow-origin': '*', 'access-control-allow-headers': 'authorization, content-type, idempotency-key, last-event-id, accept-language',
  'access-control-allow-methods': 'GET, POST, OPTIONS', 'access-control-expose-headers': 'retry-after', 'access-control-max-age': '600',
};

const save = () => {
  writeFileSync(`${stateFile}.new`, JSON.stringify(state));
  renameSync(`${stateFile}.new`, stateFile);
};
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const failure = (status, code, message, hint) => ({ status, body: { error: { type: status < 500 ? 'invalid_request' : 'server_error', code, message, hint, param: null, request_id: `req_${randomBytes(4).toString('hex')}` } } });

const GREETING = 'What would you like to order?';
const PRICES = { pizza: 950, coke: 250 };

function understood(text) {
  const found = [...text.matchAll(/(\d+|an?|two|three)\s+(pizza|coke)s?/gi)].map(([, n, what]) => ({ n: { a: 1, an: 1, two: 2, three: 3 }[n.toLowerCase()] ?? Number(n), what: what.toLowerCase() }));
  return found.length ? found : null;
}

function summary(c) {
  const total = c.items.reduce((sum, { n, what }) => sum + n * PRICES[what], 0);
  return {
    text: 'Here is your order. Shall I place it?', buttons: [{ label: 'Yes, place it', payload: 'yes' }, { label: 'Change something', payload: 'change' }, { label: 'Cancel', payload: 'no' }],
    card: { title: 'Your order', facts: [...c.items.map(({ n, what }) => ({ label: `${n} × ${what}`, value: `${((n * PRICES[what]) / 100).toFixed(2)} €` })), { label: 'Total', value: `${(total / 100).toFixed(2)} €` }] },
  };
}

/** The bot: {messages, status, effect?} for one message; `c` is the conversation's state. */
function reply(c, message, payload) {
  const said = payload ?? message ?? '';
  if (c.owner === 'human' || (c.owner === 'pending_human' && payload !== '/human')) return { messages: [], status: c.owner };
  if (payload === '/human') return { owner: 'pending_human', status: 'pending_human', messages: [{ text: 'I have asked a colleague to join. Someone will be with you shortly.' }] };
  if (payload === '/order') return { step: 'collect', messages: [{ text: GREETING, input: { type: 'text', slot: 'items' } }] };
  if (/opening hours|open\?/i.test(said)) return { step: c.step, messages: [{ text: 'We are open every day from 11 to 23. See https://example.org/hours.' }, ...(c.step === 'confirm' ? [summary(c)] : [])] };
  const items = understood(said);
  if (items && c.step) {
    c.items = items;
    return { step: 'confirm', messages: [summary(c)] };
  }
  if (c.step === 'confirm' && /^(yes|y)\b/i.test(said)) return { step: null, status: 'ended', effect: 'payments.charge', messages: [{ text: 'One moment, I am placing your order.' }, { text: `Paid. Your receipt is test_${c.id.slice(-6)}. Enjoy your meal!` }] };
  if (c.step === 'confirm' && said === 'change') return { step: 'collect', messages: [{ text: 'What should it be instead?', input: { type: 'text', slot: 'items' } }] };
  if (/^echo /.test(said)) return { step: c.step, messages: [{ text: said.slice(5), buttons: [{ label: said.slice(5), payload: 'x' }], card: { title: said.slice(5), subtitle: said.slice(5), image: 'javascript:alert(1)', alt: said.slice(5), facts: [{ label: said.slice(5), value: said.slice(5) }], actions: [{ label: said.slice(5), payload: 'x' }] } }] };
  return { step: c.step, messages: [{ text: 'I did not understand that. I can take an order, or call a person.', buttons: [{ label: 'Order something', payload: '/order' }] }] };
}

function publish(c, type, data) {
  c.events.push({ id: c.events.length + 1, type, data });
  for (const stream of streams) if (stream.id === c.id) stream.send(c.events.at(-1));
}

function commit(c, user, key, out) {
  const turn = ++c.turn;
  const messages = out.messages.map((message, i) => ({ id: `${turn}.${i}`, role: 'assistant', ...message }));
  const at = new Date().toISOString();
  c.status = out.status ?? 'waiting';
  if ('step' in out) c.step = out.step;
  const entry = { turn, user, messages, at, idempotency_key: key, ...(out.effect && { test_mode: true }) };
  c.turns.push(entry);
  publish(c, 'turn', entry);
  publish(c, 'status', { status: c.status });
  if (out.owner) publish(c, 'owner', { owner: (c.owner = out.owner) });
  state.applied++;
  return { conversation_id: c.id, turn, at, text: messages.map((m) => m.text).join('\n'), messages, next_step: c.step, status: c.status, ...(out.effect && { test_mode: true }) };
}

function create(flow) {
  const c = { id: `c_${randomBytes(8).toString('hex')}`, token: randomBytes(16).toString('base64url'), flow_id: flow ?? null, owner: 'bot', status: 'waiting', step: null, turn: 0, turns: [], events: [] };
  return (state.conversations[c.id] = c);
}

const allowed = (req, c) => req.headers.authorization === `Bearer ${c.token}`;

function handleChat(req, body, starts) {
  const key = req.headers['idempotency-key'];
  const raw = JSON.stringify(body);
  if (state.answers[key]) return state.answers[key].raw === raw ? { answer: state.answers[key].answer } : failure(422, 'idempotency_key_reused', 'This key was used with another body.');
  let c = state.conversations[body.conversation_id];
  if (body.conversation_id && !c) return failure(404, 'conversation_not_found', `There is no conversation ${body.conversation_id}.`, 'Start a new one.');
  if (c && !allowed(req, c)) return failure(401, 'token_invalid', 'The token does not belong to this conversation.');
  const fresh = !c;
  c ??= create(body.flow_id);
  const out = starts ? { step: 'collect', messages: [{ text: GREETING }] } : reply(c, body.message, body.payload);
  const answer = commit(c, starts ? null : { text: body.message, payload: body.payload ?? null }, key, out);
  if (fresh) answer.token = c.token;
  if (key) state.answers[key] = { raw, answer, effect: out.effect };
  save();
  return { answer, effect: out.effect };
}

async function stream(res, { answer, effect }, fault) {
  res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', 'x-accel-buffering': 'no', ...CORS });
  const send = (type, data) => res.write(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  send('turn.started', { conversation_id: answer.conversation_id, turn: answer.turn });
  if (effect) send('effect', { tool: effect, state: 'started', test_mode: true });
  for (const message of answer.messages) {
    let at = 0;
    for (const token of message.text.match(/\S+\s*/g) ?? []) {
      send('delta', { call: `e${message.id}`, at, text: token });
      at += [...token].length;
      await wait(fault?.token_ms ?? 4);
    }
    send('message', message);
    if (fault?.cut) return res.destroy();
  }
  if (effect) send('effect', { tool: effect, state: 'done', test_mode: true });
  send('turn.committed', answer);
  res.end();
}

async function post(req, res, body, starts) {
  state.posts++;
  const fault = faults.shift();
  if (fault?.delay_ms) await wait(fault.delay_ms);
  if (fault?.drop_before) return req.socket.destroy();
  if (fault?.error) return json(res, failure(fault.error, 'deliberate', 'The kitchen is on fire.', 'Try again in a minute.'));
  const result = handleChat(req, body, starts);
  if (result.body) return json(res, result);
  if (fault?.drop_after) return req.socket.destroy();
  if (starts || !/event-stream/.test(req.headers.accept)) return json(res, { status: starts ? 201 : 200, body: result.answer });
  return stream(res, result, fault);
}

function events(req, res, c) {
  res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', ...CORS });
  res.write(': open\n\n');
  const send = ({ id, type, data }) => res.write(`id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  const after = Number(req.headers['last-event-id'] ?? c.events.length);
  c.events.slice(after).forEach(send);
  const entry = { id: c.id, send };
  streams.add(entry);
  const beat = setInterval(() => res.write(': beat\n\n'), 15_000);
  res.on('close', () => (clearInterval(beat), streams.delete(entry)));
}

function mock(res, body) {
  if (body.faults) faults = body.faults;
  const c = state.conversations[body.conversation_id];
  if (body.act === 'join') {
    publish(c, 'owner', { owner: (c.owner = 'human') });
    commit(c, null, undefined, { messages: [{ role: 'system', text: 'Ana has joined the conversation.' }], status: 'human' });
  }
  if (body.act === 'leave') {
    publish(c, 'owner', { owner: (c.owner = 'bot') });
    commit(c, null, undefined, { messages: [{ role: 'system', text: 'You are chatting with the automated assistant again.' }], status: 'waiting' });
  }
  if (body.act === 'say') commit(c, null, undefined, { messages: [{ role: 'operator', name: 'Ana', text: body.text }], status: 'human' });
  if (body.act === 'forget') delete state.conversations[body.conversation_id];
  save();
  json(res, { status: 200, body: {} });
}

function json(res, { status, body }) {
  res.writeHead(status, { 'content-type': 'application/json', ...CORS });
  res.end(body === undefined ? undefined : JSON.stringify(body));
}

function api(req, res, path, query, body) {
  if (path === '/_mock') return req.method === 'POST' ? mock(res, body) : json(res, { status: 200, body: { posts: state.posts, applied: state.applied, conversations: Object.values(state.conversations) } });
  if (path === '/v1/assistant') return json(res, { status: 200, body: { name: 'Corner Shop', disclosure: 'You are chatting with an automated assistant.', version: '1', suggestions: [{ label: 'Order something', payload: '/order' }, { label: 'Opening hours', payload: 'opening hours' }, { label: 'Summarize my tickets', payload: '/summarize' }] } });
  if (path === '/v1/chat') return post(req, res, body, false);
  if (path === '/v1/conversations') return post(req, res, body, true);
  const id = path === '/v1/events' ? query.get('conversation') : path.split('/')[3];
  const c = state.conversations[id];
  if (!c) return json(res, failure(404, 'conversation_not_found', `There is no conversation ${id}.`));
  if (!allowed(req, c)) return json(res, failure(401, 'token_invalid', 'The token does not belong to this conversation.'));
  if (path === '/v1/events') return events(req, res, c);
  if (path.endsWith('/turns')) {
    const rest = c.turns.filter((turn) => turn.turn > Number(query.get('after') ?? 0));
    return json(res, { status: 200, body: { data: rest.slice(0, 3), has_more: rest.length > 3 } });
  }
  if (path.endsWith('/feedback')) {
    c.feedback = body;
    save();
    return json(res, { status: 204 });
  }
  return json(res, { status: 200, body: { id: c.id, status: c.status, owner: c.owner, flow_id: c.flow_id, turns: c.turn, feedback: c.feedback } });
}

createServer(async (req, res) => {
  const { pathname, searchParams } = new URL(req.url, 'http://mock');
  if (req.method === 'OPTIONS') return res.writeHead(204, CORS).end();
  const asset = served(pathname);
  if (asset) return res.writeHead(200, { 'content-type': asset.type, 'content-security-policy': CSP, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff', ...CORS }).end(asset.body);
  let text = '';
  for await (const chunk of req) text += chunk;
  return api(req, res, pathname, searchParams, text ? JSON.parse(text) : {});
}).listen(port, '127.0.0.1', () => console.log('ready'));
