// The requests of each operation to each of the servers of `npm run bench`.
import { basic } from '../support/applications.js'
import { type Answer, get, postForm, postJson, type Request } from './connection.js'
import { briefly, machineOf, password, resourceServer, type StackName, secret, usernameOf } from './stack-names.js'

export type Pair = { access: string; refresh: string }

/** A verification or introspection request, and whether its answer says that the token is valid. */
type Question = { ask: (token: string) => Request; isGood: (answer: Answer) => boolean }

export type Wire = {
  signIn(index: number): Request
  refresh(token: string): Request
  /** The token pair in an answer to signIn or refresh. */
  pair(body: string): Pair
  verify: Question
  introspect: Question
  /** Requests a token for `verify`; null if tokens of a sign-in can be used. */
  checkable(lane: number): Request | null
  /** Requests a token that expires after a second; null if an expired one is forged. */
  brief(): Request | null
  credentials(lane: number): Request
  /** Revokes a token of `revocable`. */
  revoke(token: string, lane: number): Request
  /** Requests a client_credentials token that can be revoked and introspected. */
  revocable(lane: number): Request
  /** Ends the session or revokes the token that `verify` checks. */
  end(pair: Pair, lane: number): Request
  jwks: Request
  discovery: Request
  health: Request
}

const own = (id: string) => basic(id, secret)

const oauthPair = (body: string): Pair => {
  const { access_token, refresh_token } = JSON.parse(body)
  return { access: access_token, refresh: refresh_token }
}

const grant = (lane: number, more: Record<string, string> = {}, client = machineOf(lane)) =>
  postForm('/token', { grant_type: 'client_credentials', ...more }, own(client))

const isActive = ({ status, body }: Answer) => status === 200 && body.includes('"active":true')
const isOk = ({ status }: Answer) => status === 200

const ownCredentials = (lane: number) =>
  postForm('/oauth/token', { grant_type: 'client_credentials' }, own(machineOf(lane)))

const darvoza: Wire = {
  signIn: index => postJson('/api/token/', { username: usernameOf(index), password }),
  refresh: refresh => postJson('/api/token/refresh/', { refresh }),
  pair: body => JSON.parse(body),
  verify: { ask: token => postJson('/api/token/verify/', { token }), isGood: isOk },
  introspect: { ask: token => postForm('/oauth/introspect', { token }, own(resourceServer)), isGood: isActive },
  checkable: () => null,
  brief: () => null,
  credentials: ownCredentials,
  revoke: (token, lane) => postForm('/oauth/revoke', { token }, own(machineOf(lane))),
  revocable: ownCredentials,
  end: ({ refresh }) => postJson('/api/token/blacklist/', { refresh }),
  jwks: get('/.well-known/jwks.json'),
  discovery: get('/.well-known/openid-configuration'),
  health: get('/healthz'),
}

/** Users sign in by a public client, as at this server; the peer itself verifies tokens, as the library provides. */
const nodeOauth: Wire = {
  signIn: index =>
    postForm('/token', { grant_type: 'password', client_id: 'app', username: usernameOf(index), password }),
  refresh: refresh_token => postForm('/token', { grant_type: 'refresh_token', client_id: 'app', refresh_token }),
  pair: oauthPair,
  verify: { ask: token => get('/me', { Authorization: `Bearer ${token}` }), isGood: isOk },
  introspect: { ask: token => get('/me', { Authorization: `Bearer ${token}` }), isGood: isOk },
  checkable: lane => grant(lane),
  brief: () => grant(0, {}, briefly),
  credentials: lane => grant(lane),
  revoke: (token, lane) => postForm('/revoke', { token }, own(machineOf(lane))),
  revocable: lane => grant(lane),
  end: ({ access }, lane) => postForm('/revoke', { token: access }, own(machineOf(lane))),
  jwks: get('/jwks'),
  discovery: get('/.well-known/openid-configuration'),
  health: get('/healthz'),
}

/** oidc-provider introspects and revokes only opaque tokens; the token_type_hint saves a read of the store. */
const oidcQuestion: Question = {
  ask: token => postForm('/token/introspection', { token, token_type_hint: 'access_token' }, own(resourceServer)),
  isGood: isActive,
}
const revokeAtOidc = (token: string, lane: number) =>
  postForm('/token/revocation', { token, token_type_hint: 'access_token' }, own(machineOf(lane)))

const oidc: Wire = {
  ...nodeOauth,
  verify: oidcQuestion,
  introspect: oidcQuestion,
  checkable: lane => grant(lane, { resource: 'urn:opaque' }),
  brief: () => grant(0, { resource: 'urn:brief' }),
  credentials: lane => grant(lane, { resource: 'urn:jwt' }),
  revoke: revokeAtOidc,
  revocable: lane => grant(lane, { resource: 'urn:opaque' }),
  end: ({ access }, lane) => revokeAtOidc(access, lane),
}

export const wires = { darvoza, 'node-oauth': nodeOauth, oidc } as const satisfies Record<StackName, Wire>
