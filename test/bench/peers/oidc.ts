// A peer with oidc-provider, configured by its documentation: Redis adapter, ES256, JWT access tokens for a resource
// server, rotating refresh tokens. Users sign in by a custom password grant of one request; its code flow takes four
// requests and costs more.
import { generateKeyPairSync } from 'node:crypto'
import bcrypt from 'bcrypt'
import { Redis } from 'ioredis'
import Provider, { type ClientMetadata, errors, type JWK, type ResourceServer } from 'oidc-provider'
import {
  machineOf,
  machines,
  type PeerSettings,
  password,
  people,
  resourceServer,
  secret,
  usernameOf,
} from '../stack-names.js'
import { redisAdapter } from './redis-adapter.js'

const { port, redisPort, cost } = JSON.parse(process.env.PEER!) as PeerSettings
const redis = new Redis(redisPort, '127.0.0.1')

const hash = await bcrypt.hash(password, cost)
const users = new Map(Array.from({ length: people }, (_, index) => [usernameOf(index), hash]))
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const key = { ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'one' } as JWK

const scope = 'api'
const jwt = 'urn:jwt'
const resources: Record<string, ResourceServer> = {
  [jwt]: { scope, accessTokenFormat: 'jwt', accessTokenTTL: 3_600, jwt: { sign: { alg: 'ES256' } } },
  // Only opaque tokens can be introspected and revoked.
  'urn:opaque': { scope, accessTokenFormat: 'opaque', accessTokenTTL: 3_600 },
  'urn:brief': { scope, accessTokenFormat: 'opaque', accessTokenTTL: 1 },
}

const confidential = (client_id: string): ClientMetadata => ({
  ...{ client_id, client_secret: secret, grant_types: ['client_credentials'], redirect_uris: [], response_types: [] },
  scope,
})
const app: ClientMetadata = {
  ...{ client_id: 'app', token_endpoint_auth_method: 'none', redirect_uris: [], response_types: [], scope },
  grant_types: ['password', 'refresh_token'],
}

const provider = new Provider(`http://127.0.0.1:${port}`, {
  adapter: redisAdapter(redis),
  clients: [
    app,
    ...[resourceServer, ...Array.from({ length: machines }, (_, lane) => machineOf(lane))].map(confidential),
  ],
  jwks: { keys: [key] },
  // offline_access is required for refresh tokens.
  scopes: [scope, 'offline_access'],
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  cookies: { keys: ['of a bench'] },
  ttl: { RefreshToken: 86_400, Grant: 86_400 },
  rotateRefreshToken: true,
  findAccount: (_, accountId) => (users.has(accountId) ? { accountId, claims: () => ({ sub: accountId }) } : undefined),
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => jwt,
      useGrantedResource: () => true,
      getResourceServerInfo: (_, resource) => resources[resource]!,
    },
  },
})

provider.registerGrantType<{ username: string; password: string }>(
  'password',
  async ctx => {
    const { client, params } = ctx.oidc
    const { username: accountId, password: given } = params
    const hash = users.get(accountId)
    if (!hash || !(await bcrypt.compare(given, hash))) throw new errors.InvalidGrant('no such person')
    const grant = new provider.Grant({ accountId, clientId: client.clientId })
    grant.addResourceScope(jwt, scope)
    const of = { accountId, client, grantId: await grant.save(), gty: 'password', scope }
    const resourceServer = new provider.ResourceServer(jwt, resources[jwt]!)
    const access = new provider.AccessToken({ ...of, resourceServer })
    const refresh = new provider.RefreshToken({ ...of, resource: jwt })
    const [access_token, refresh_token] = [await access.save(), await refresh.save()]
    ctx.body = { access_token, refresh_token, token_type: 'Bearer', expires_in: access.expiration, scope }
  },
  ['username', 'password'],
)

provider.use(async (ctx, next) => {
  if (ctx.path !== '/healthz') return next()
  ctx.body = { status: 'ok' }
})
provider.listen(port, '127.0.0.1', () => process.send!('ready'))
process.on('disconnect', () => process.exit(0))
