// SPDX-License-Identifier: Apache-2.0
// An authorization server on a free port for one client, whose user agrees to everything at once. Takes its settings as
// one JSON argument: {client_id, client_secret, client_auth, redirect_uri, rotate, expires_in}. Prints {"issuer": …}
// when it listens. GET /test/secrets returns every code and token that it ever issued.
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const settings = JSON.parse(process.argv[2]);
const secrets = new Set();
const user = { id: 42, name: 'Jane Doe', email: 'jane@example.com' };

function configuration() {
  return {
    clients: [{
      client_id: settings.client_id,
      client_secret: settings.client_secret,
      token_endpoint_auth_method: settings.client_auth,
      redirect_uris: [settings.redirect_uri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    }],
    scopes: ['openid', 'offline_access'],
    pkce: { methods: ['S256'], required: () => true },
    rotateRefreshToken: settings.rotate,
    // Without this a refresh token comes only with prompt=consent (OpenID Connect Core section 11), which OAuth 2.0
    // does not know.
    issueRefreshToken: async (ctx, client) => client.grantTypeAllowed('refresh_token'),
    ttl: { AccessToken: settings.expires_in, AuthorizationCode: 60, RefreshToken: 3600, Grant: 3600, Session: 3600,
           Interaction: 60, IdToken: 60 },
    features: { devInteractions: { enabled: false }, revocation: { enabled: true } },
    interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
    findAccount: async (ctx, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    cookies: { keys: ['only for tests'] },
  };
}

async function agree(provider, req, res) {
  const { prompt, params, session } = await provider.interactionDetails(req, res);
  let result = { login: { accountId: String(user.id) } };
  if (prompt.name === 'consent') {
    const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    result = { consent: { grantId: await grant.save() } };
  }
  await provider.interactionFinished(req, res, result, { mergeWithLastSubmission: true });
}

// As Clio's API: what a bearer token is good for.
async function whoAmI(provider, req, res) {
  const bearer = /^Bearer (.+)$/.exec(req.headers.authorization ?? '');
  const token = bearer && await provider.AccessToken.find(bearer[1]);
  json(res, token ? 200 : 401, token ? { data: user } : { error: 'invalid_token' });
}

function json(res, status, body) {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, configuration());
  for (const kind of ['authorization_code', 'access_token', 'refresh_token']) {
    provider.on(`${kind}.saved`, (token) => secrets.add(token.jti));
  }
  const oauth = provider.callback();
  server.on('request', (req, res) => {
    const path = req.url.split('?')[0];
    if (path.startsWith('/interaction/')) agree(provider, req, res).catch((error) => json(res, 500, `${error}`));
    else if (path === '/api/v4/users/who_am_i.json') whoAmI(provider, req, res);
    else if (path === '/test/secrets') json(res, 200, [...secrets]);
    else oauth(req, res);
  });
  console.log(JSON.stringify({ issuer }));
});
