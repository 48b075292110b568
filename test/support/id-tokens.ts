// The access token and ID token of an application's session, opened without an authorization code.
import type { ApplicationMetadata } from '../../server/policy/application-metadata.js'
import type { SessionGrant } from '../../server/storage/session-rows.js'
import { anApplication, aSessionOf } from './applications.js'
import type { TestServer } from './server.js'

type Asked = { scope?: string; nonce?: string; metadata?: ApplicationMetadata; grant?: Partial<SessionGrant> }

export const everything = 'openid profile email roles offline_access'

let applications = 0

/** A session of a new application, as the redemption of a code opens it, and its tokens. */
export async function tokensOf(server: TestServer, user: { id: number; username: string }, asked: Asked = {}) {
  const { scope = 'openid', nonce, metadata = {}, grant = {} } = asked
  const id = `application-${++applications}`
  await anApplication(server, id, { metadata: { scope: everything, ...metadata } })
  const { session } = await aSessionOf(server, user, id, { scope, ...grant })
  const { storage, tokens, revocation } = server.composed.parts
  const standing = (await storage.sessionStore.standings(storage.database, [session.id])).get(session.id)!
  const application = (await revocation.applications.meet(id))!
  const issuedAt = server.clock.now()
  const access = tokens.issue.accessOf(standing, issuedAt, revocation.policy.of(session)).token
  const terms = { accessToken: access, issuedAt, scope, nonce }
  const idToken = await tokens.idTokens.idToken({ ...standing, application }, terms)
  return { id, session, access, idToken }
}
