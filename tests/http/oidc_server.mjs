// An authorization server that others wrote (npm oidc-provider), and a service that takes its tokens. Prints its port, then lives until its input
// ends. node oidc_server.mjs NODE_MODULES REDIRECT_URI
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import http from 'node:http';
import path from 'node:path';

const [modules, redirect] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(modules), 'x.js'));
const { Provider } = await import(pathToFileURL(require.resolve('oidc-provider')).href);

const server = http.createServer();
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${server.address().port}`;
const lifetime = { seconds: 3600 };

const provider = new Provider(origin, {
  clients: [{
    client_id: 'parley', client_secret: 'a-client-secret', redirect_uris: [redirect], 
    grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
    response_types: ['code'],
  }],
  scopes: ['openid', 'offline_access', 'notes'],
  pkce: { required: () => true },
  features: { revocation: { enabled: true }, devInteractions: { enabled: true }, deviceFlow: { enabled: true } },
  rotateRefreshToken: true,
  ttl: { AccessToken: () => lifetime.seconds, RefreshToken: 3600, Grant: 3600, Session: 3600, Interaction: 600, AuthorizationCode: 60, IdToken: 60, DeviceCode: 600 },
  cookies: { keys: ['only for this test'] },
  async findAccount(_context, id) { return { accountId: id, async claims() { return { sub: id }; } }; },
});
const answer = provider.callback();
const calls = [];

server.on('request', async (request, response) => {
  const json = (status, value) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  };
  if (request.url === '/notes') {
    const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    const known = await provider.AccessToken.find(token);
    calls.push(known ? known.accountId : 'nobody');
    return known ? json(200, { owner: known.accountId, notes: [`a note of ${known.accountId}`] }) : json(401, { error: 'invalid_token' });
  }
  if (request.url === '/calls') return json(200, calls);
  if (request.url.startsWith('/lifetime/')) {
    lifetime.seconds = Number(request.url.split('/')[2]);
    return json(200, lifetime);
  }
  return answer(request, response);
});
console.log(server.address().port);
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
