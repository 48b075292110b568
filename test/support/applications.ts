// Applications and their sessions, inserted through the stores without HTTP requests.
import { randomUUID } from 'node:crypto'
import type { ApplicationMetadata } from '../../server/policy/application-metadata.js'
import type { ApplicationChanges, NewApplication } from '../../server/storage/applications.js'
import { passwordGrant, type SessionGrant } from '../../server/storage/session-rows.js'
import type { SessionRecord } from '../../server/storage/sessions.js'
import { aSessionRow } from './database.js'
import type { TestServer } from './server.js'

const silent = { record: async () => true, recordEnds: async () => new Set<string>(), note: () => {} }

export function anApplicationRow(id: string, changes: Partial<NewApplication> = {}): NewApplication {
  return {
    id,
    name: id,
    kind: 'web',
    origin: 'administrator',
    active: true,
    createdAt: 1,
    resource: null,
    resourceScopes: [],
    registrationTokenHash: null,
    ...changes,
    metadata: { ...(peopleSignInTo(changes) && usual), ...changes.metadata },
  }
}

const peopleSignInTo = ({ kind = 'web' }: Partial<NewApplication>) => kind !== 'machine' && kind !== 'resource_server'

/** Default metadata of applications that users sign in to. */
const usual = { grant_types: ['authorization_code', 'refresh_token'] } as const satisfies ApplicationMetadata

export async function anApplication(
  { composed }: TestServer,
  id: string,
  changes: Partial<NewApplication> = {},
): Promise<void> {
  const { storage, applications } = composed.parts
  await storage.database.transaction(tx => applications.applicationWriting.insert(tx, anApplicationRow(id, changes)))
}

/** An application with a client secret. @returns the secret */
export async function aConfidentialApplication(
  server: TestServer,
  id: string,
  changes: Partial<NewApplication> = {},
): Promise<string> {
  const { storage, applications } = server.composed.parts
  await anApplication(server, id, changes)
  return storage.database.transaction(tx => applications.applicationSecrets.add(tx, id, 0))
}

export const inForm = { 'Content-Type': 'application/x-www-form-urlencoded' }

/** The Basic Authorization header of an application (RFC 6749 §2.3.1). */
export const basic = (id: string, secret: string) => ({
  Authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
})

/** Changes the row of an application without recording revocations for tokens issued before. */
export async function changeApplication(
  { composed }: TestServer,
  id: string,
  changes: ApplicationChanges,
): Promise<void> {
  const { storage, applications } = composed.parts
  const all = changes.metadata ? { ...changes, metadata: { ...usual, ...changes.metadata } } : changes
  await storage.database.transaction(tx => applications.applicationWriting.change(tx, silent, id, all))
}

/** A session as the redemption of a code opens it. @returns its refresh token and its row */
export async function aSessionOf(
  { composed, clock }: TestServer,
  user: { id: number; username: string },
  applicationId: string,
  grant: Partial<SessionGrant & Pick<SessionRecord, 'authenticatedAt'>> = {},
): Promise<{ refresh: string; session: SessionRecord }> {
  const { storage, tokens, revocation } = composed.parts
  const at = clock.now()
  const { version, of } = revocation.policy.eras()
  const { refresh_token_lifetime: idle } = of({ policyVersion: version, applicationId })
  const session = aSessionRow(randomUUID(), at, {
    ...passwordGrant,
    userId: user.id,
    applicationId,
    seq: revocation.tail.position,
    policyVersion: version,
    expiresAt: at + idle * 1000,
    refreshKeyVersion: tokens.secrets.present('refresh').version,
    grantType: 'authorization_code',
    ...grant,
  })
  await storage.sessionStore.insert(storage.database, session)
  return { refresh: tokens.issue.refresh(session, user.username), session }
}
