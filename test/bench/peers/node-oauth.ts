// A peer with @node-oauth/oauth2-server in a usual setup: Koa, ES256 access tokens by jose, rotating refresh tokens in
// Redis. Parts that the library leaves to the application have the cheapest implementation: no router, no repeated
// reads.
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import OAuth2Server, {
  type Client,
  type Falsey,
  type RefreshToken,
  type Token,
  type User,
} from '@node-oauth/oauth2-server'
import bcrypt from 'bcrypt'
import { Redis } from 'ioredis'
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose'
import Koa, { type Context } from 'koa'
import bodyParser from 'koa-bodyparser'
import {
  briefly,
  machineOf,
  machines,
  type PeerSettings,
  password,
  people,
  resourceServer,
  secret,
  usernameOf,
} from '../stack-names.js'

const { port, redisPort, cost } = JSON.parse(process.env.PEER!) as PeerSettings
const redis = new Redis(redisPort, '127.0.0.1')
const issuer = `http://127.0.0.1:${port}`
const kid = 'one'
const { privateKey, publicKey } = await generateKeyPair('ES256')

const hash = await bcrypt.hash(password, cost)
const users = new Map(Array.from({ length: people }, (_, index) => [usernameOf(index), { id: String(index), hash }]))
const confidential = (id: string): [string, Client & { secret: string | null }] => [
  id,
  { id, secret, grants: ['client_credentials'], ...(id === briefly && { accessTokenLifetime: 1 }) },
]
const clients = new Map<string, Client & { secret: string | null }>([
  ['app', { id: 'app', secret: null, grants: ['password', 'refresh_token'] }],
  ...[resourceServer, briefly, ...Array.from({ length: machines }, (_, lane) => machineOf(lane))].map(confidential),
])

const keyOf = (token: string) => `refresh:${createHash('sha256').update(token).digest('base64url')}`
const revoked = (jti: string) => `revoked:${jti}`
const lifetimes = { accessTokenLifetime: 3_600, refreshTokenLifetime: 86_400 }

async function checked(token: string) {
  const { payload } = await jwtVerify(token, publicKey, { issuer, typ: 'at+jwt', algorithms: ['ES256'] })
  return (await redis.exists(revoked(payload.jti!))) ? null : payload
}

const server = new OAuth2Server({
  ...lifetimes,
  requireClientAuthentication: { password: false, refresh_token: false },
  model: {
    async getClient(id: string, given: string | null): Promise<Client | Falsey> {
      const client = clients.get(id)
      return client && (client.secret === null || client.secret === given) ? client : null
    },
    async getUser(username: string, given: string): Promise<User | Falsey> {
      const user = users.get(username)
      return user && (await bcrypt.compare(given, user.hash)) ? { id: user.id } : null
    },
    getUserFromClient: async (client: Client): Promise<User> => ({ id: client.id }),
    generateAccessToken: (client: Client, user: User) =>
      new SignJWT({ client_id: client.id })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
        .setIssuer(issuer)
        .setAudience(issuer)
        .setSubject(String(user.id))
        .setJti(randomUUID())
        .setIssuedAt()
        .setExpirationTime(`${client.accessTokenLifetime ?? lifetimes.accessTokenLifetime}s`)
        .sign(privateKey),
    generateRefreshToken: async () => randomBytes(32).toString('base64url'),
    // Access tokens are self-contained JWTs and are not stored.
    async saveToken(token: Token, client: Client, user: User): Promise<Token> {
      if (token.refreshToken) {
        const row = JSON.stringify({ client: client.id, user: user.id, until: token.refreshTokenExpiresAt })
        await redis.set(keyOf(token.refreshToken), row, 'EX', lifetimes.refreshTokenLifetime)
      }
      return { ...token, client, user }
    },
    async getRefreshToken(refreshToken: string): Promise<RefreshToken | Falsey> {
      const row = await redis.get(keyOf(refreshToken))
      if (row === null) return null
      const { client, user, until } = JSON.parse(row)
      const refreshTokenExpiresAt = new Date(until)
      return { refreshToken, refreshTokenExpiresAt, client: clients.get(client)!, user: { id: user } }
    },
    revokeToken: async ({ refreshToken }: RefreshToken) => (await redis.del(keyOf(refreshToken))) === 1,
    async getAccessToken(accessToken: string): Promise<Token | Falsey> {
      const payload = await checked(accessToken).catch(() => null)
      if (payload === null) return null
      const client = clients.get(String(payload.client_id))!
      return { accessToken, accessTokenExpiresAt: new Date(payload.exp! * 1000), client, user: { id: payload.sub } }
    },
  },
})

async function answerBy(ctx: Context, act: 'token' | 'authenticate'): Promise<void> {
  const { headers, method, query, body } = ctx.request
  const given = { headers, method, query, body } as ConstructorParameters<typeof OAuth2Server.Request>[0]
  const response = new OAuth2Server.Response()
  try {
    const token = await server[act](new OAuth2Server.Request(given), response)
    ctx.set(response.headers ?? {})
    ctx.body = act === 'token' ? response.body : { sub: token.user.id }
  } catch (error) {
    const { code, name } = error as OAuth2Server.OAuthError
    ctx.status = code ?? 500
    ctx.body = { error: name }
  }
}

/** Token revocation (RFC 7009), which the library does not have. */
async function revoke(ctx: Context): Promise<void> {
  const [id, given] = Buffer.from(ctx.get('Authorization').slice(6), 'base64').toString().split(':')
  const { token } = ctx.request.body as { token: string }
  if (clients.get(id!)?.secret !== given) {
    ctx.status = 401
    return
  }
  const payload = await checked(token).catch(() => null)
  if (payload?.client_id === id && payload?.jti)
    await redis.set(revoked(payload.jti), '1', 'EX', lifetimes.accessTokenLifetime)
  ctx.body = {}
}

const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }] })
const discovery = JSON.stringify({
  ...{ issuer, token_endpoint: `${issuer}/token`, revocation_endpoint: `${issuer}/revoke`, jwks_uri: `${issuer}/jwks` },
  grant_types_supported: ['password', 'refresh_token', 'client_credentials'],
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'none'],
})
const constant = (text: string) => (ctx: Context) => {
  ctx.type = 'json'
  ctx.body = text
}
const routes: Record<string, (ctx: Context) => unknown> = {
  '/token': ctx => answerBy(ctx, 'token'),
  '/me': ctx => answerBy(ctx, 'authenticate'),
  '/revoke': revoke,
  '/jwks': constant(jwks),
  '/.well-known/openid-configuration': constant(discovery),
  '/healthz': constant('{"status":"ok"}'),
}

new Koa()
  .use(bodyParser())
  .use(async ctx => routes[ctx.path]?.(ctx))
  .listen(port, '127.0.0.1', () => process.send!('ready'))
process.on('disconnect', () => process.exit(0))
