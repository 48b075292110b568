// @node-oauth/oauth2-server as one would put it up: Koa, jose for ES256 access tokens, refresh tokens that rotate in Redis. What
// the library leaves to the application is done in the way that costs least: no router, nothing read twice.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import OAuth2Server, {} from '@node-oauth/oauth2-server';
import bcrypt from 'bcrypt';
import { Redis } from 'ioredis';
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import Koa, {} from 'koa';
import bodyParser from 'koa-bodyparser';
import { briefly, machineOf, machines, password, people, resourceServer, secret, usernameOf, } from '../stack-names.js';
const { port, redisPort, cost } = JSON.parse(process.env.PEER);
const redis = new Redis(redisPort, '127.0.0.1');
const issuer = `http://127.0.0.1:${port}`;
const kid = 'one';
const { privateKey, publicKey } = await generateKeyPair('ES256');
const hash = await bcrypt.hash(password, cost);
const users = new Map(Array.from({ length: people }, (_, index) => [usernameOf(index), { id: String(index), hash }]));
const confidential = (id) => [
    id,
    { id, secret, grants: ['client_credentials'], ...(id === briefly && { accessTokenLifetime: 1 }) },
];
const clients = new Map([
    ['app', { id: 'app', secret: null, grants: ['password', 'refresh_token'] }],
    ...[resourceServer, briefly, ...Array.from({ length: machines }, (_, lane) => machineOf(lane))].map(confidential),
]);
const keyOf = (token) => `refresh:${createHash('sha256').update(token).digest('base64url')}`;
const revoked = (jti) => `revoked:${jti}`;
const lifetimes = { accessTokenLifetime: 3_600, refreshTokenLifetime: 86_400 };
async function checked(token) {
    const { payload } = await jwtVerify(token, publicKey, { issuer, typ: 'at+jwt', algorithms: ['ES256'] });
    return (await redis.exists(revoked(payload.jti))) ? null : payload;
}
const server = new OAuth2Server({
    ...lifetimes,
    requireClientAuthentication: { password: false, refresh_token: false },
    model: {
        async getClient(id, given) {
            const client = clients.get(id);
            return client && (client.secret === null || client.secret === given) ? client : null;
        },
        async getUser(username, given) {
            const user = users.get(username);
            return user && (await bcrypt.compare(given, user.hash)) ? { id: user.id } : null;
        },
        getUserFromClient: async (client) => ({ id: client.id }),
        generateAccessToken: (client, user) => new SignJWT({ client_id: client.id })
            .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
            .setIssuer(issuer)
            .setAudience(issuer)
            .setSubject(String(user.id))
            .setJti(randomUUID())
            .setIssuedAt()
            .setExpirationTime(`${client.accessTokenLifetime ?? lifetimes.accessTokenLifetime}s`)
            .sign(privateKey),
        generateRefreshToken: async () => randomBytes(32).toString('base64url'),
        // Access tokens are not kept: they say by themselves what they are.
        async saveToken(token, client, user) {
            if (token.refreshToken) {
                const row = JSON.stringify({ client: client.id, user: user.id, until: token.refreshTokenExpiresAt });
                await redis.set(keyOf(token.refreshToken), row, 'EX', lifetimes.refreshTokenLifetime);
            }
            return { ...token, client, user };
        },
        async getRefreshToken(refreshToken) {
            const row = await redis.get(keyOf(refreshToken));
            if (row === null)
                return null;
            const { client, user, until } = JSON.parse(row);
            const refreshTokenExpiresAt = new Date(until);
            return { refreshToken, refreshTokenExpiresAt, client: clients.get(client), user: { id: user } };
        },
        revokeToken: async ({ refreshToken }) => (await redis.del(keyOf(refreshToken))) === 1,
        async getAccessToken(accessToken) {
            const payload = await checked(accessToken).catch(() => null);
            if (payload === null)
                return null;
            const client = clients.get(String(payload.client_id));
            return { accessToken, accessTokenExpiresAt: new Date(payload.exp * 1000), client, user: { id: payload.sub } };
        },
    },
});
async function answerBy(ctx, act) {
    const { headers, method, query, body } = ctx.request;
    const given = { headers, method, query, body };
    const response = new OAuth2Server.Response();
    try {
        const token = await server[act](new OAuth2Server.Request(given), response);
        ctx.set(response.headers ?? {});
        ctx.body = act === 'token' ? response.body : { sub: token.user.id };
    }
    catch (error) {
        const { code, name } = error;
        ctx.status = code ?? 500;
        ctx.body = { error: name };
    }
}
/** RFC 7009, which the library leaves out. */
async function revoke(ctx) {
    const [id, given] = Buffer.from(ctx.get('Authorization').slice(6), 'base64').toString().split(':');
    const { token } = ctx.request.body;
    if (clients.get(id)?.secret !== given) {
        ctx.status = 401;
        return;
    }
    const payload = await checked(token).catch(() => null);
    if (payload?.client_id === id && payload?.jti)
        await redis.set(revoked(payload.jti), '1', 'EX', lifetimes.accessTokenLifetime);
    ctx.body = {};
}
const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }] });
const discovery = JSON.stringify({
    ...{ issuer, token_endpoint: `${issuer}/token`, revocation_endpoint: `${issuer}/revoke`, jwks_uri: `${issuer}/jwks` },
    grant_types_supported: ['password', 'refresh_token', 'client_credentials'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'none'],
});
const constant = (text) => (ctx) => {
    ctx.type = 'json';
    ctx.body = text;
};
const routes = {
    '/token': ctx => answerBy(ctx, 'token'),
    '/me': ctx => answerBy(ctx, 'authenticate'),
    '/revoke': revoke,
    '/jwks': constant(jwks),
    '/.well-known/openid-configuration': constant(discovery),
    '/healthz': constant('{"status":"ok"}'),
};
new Koa()
    .use(bodyParser())
    .use(async (ctx) => routes[ctx.path]?.(ctx))
    .listen(port, '127.0.0.1', () => process.send('ready'));
process.on('disconnect', () => process.exit(0));
//# sourceMappingURL=node-oauth.js.map