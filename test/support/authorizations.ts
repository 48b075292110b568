// Authorization requests, and consent without its pages.
import type { BrowserSession } from '../../server/identity/sign-in/browser-sessions.js'
import type { Actor } from '../../server/policy/actor.js'
import type { AuthorizationRequest } from '../../server/policy/authorization-request.js'
import type { NewApplication } from '../../server/storage/applications.js'
import { anApplication } from './applications.js'
import type { TestServer } from './server.js'

export const origin = { address: '192.0.2.7', userAgent: 'Firefox/132.0', requestId: 'r1' }

/** A website that users sign in to by authorization codes. */
export async function aWebsite(server: TestServer, id: string, changes: Partial<NewApplication> = {}): Promise<void> {
  const metadata = {
    redirect_uris: [`https://${id}.example/callback`],
    grant_types: ['authorization_code' as const, 'refresh_token' as const],
    response_types: ['code' as const],
    scope: 'openid profile email offline_access read',
    token_endpoint_auth_method: 'client_secret_basic' as const,
    ...changes.metadata,
  }
  await anApplication(server, id, { ...changes, metadata })
}

/** A resource server with the given scopes. */
export async function aResourceServer(server: TestServer, id: string, ...scopes: string[]): Promise<void> {
  await anApplication(server, id, {
    kind: 'resource_server',
    resource: `https://${id}.example`,
    resourceScopes: scopes.map(name => ({ name, description: `May ${name} at ${id}` })),
  })
}

/** A browser session that the user has just opened. @param deviceToken from an earlier sign-in */
export async function aBrowserOf(
  { composed }: TestServer,
  { username, password }: { username: string; password: string },
  deviceToken?: string,
): Promise<{ browser: BrowserSession; actor: Actor; cookie: string; deviceToken: string }> {
  const { browserSessions } = composed.parts.signIn
  const opened = await browserSessions.signIn({ username, password, deviceToken }, origin)
  const browser = (await browserSessions.find(opened.id))!
  const credential = { sid: browser.session.id, permission: null, beforeNewPassword: false }
  const actor = { name: `user:${browser.user.id}`, origin, credential } as const
  return { browser, actor, cookie: opened.id, deviceToken: opened.deviceToken }
}

export function aRequest(
  { clock }: Pick<TestServer, 'clock'>,
  applicationId: string,
  changes: Partial<AuthorizationRequest> = {},
): AuthorizationRequest {
  return {
    applicationId,
    redirectUri: `https://${applicationId}.example/callback`,
    redirectUriGiven: true,
    responseMode: 'query',
    scope: ['openid', 'profile'],
    resources: [],
    challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    prompt: [],
    beganAt: clock.now(),
    ...changes,
  }
}

export const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

/**
 * The authorization request of an application of `aWebsite`, as a path; undefined leaves a parameter out, a list
 * repeats it.
 */
export function authorizePath(id: string, changes: Record<string, string | string[] | undefined> = {}): string {
  return `/oauth/authorize?${authorizeQuery(id, changes)}`
}

export function authorizeQuery(id: string, changes: Record<string, string | string[] | undefined> = {}): string {
  const usual = {
    client_id: id,
    redirect_uri: `https://${id}.example/callback`,
    response_type: 'code',
    scope: 'openid profile',
    state: 'a state',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  }
  const query = new URLSearchParams()
  for (const [name, values] of Object.entries({ ...usual, ...changes }))
    for (const value of [values ?? []].flat()) query.append(name, value)
  return String(query)
}

/** The number of applications made for each server. */
const agreed = new WeakMap<object, number>()

/** A new application with a consent of the user. @returns its id */
export async function anAgreedApplication(server: TestServer, userId: number): Promise<string> {
  const { consentStore, database } = server.composed.parts.storage
  // A new id each time, and the same ids on two servers after the same steps.
  const number = (agreed.get(server.composed) ?? 0) + 1
  agreed.set(server.composed, number)
  const id = `app-${number}`
  await aWebsite(server, id, { name: 'Weather' })
  const at = server.clock.now()
  const consent = { userId, applicationId: id, scopes: { '': ['openid', 'email'] }, createdAt: at, updatedAt: at }
  await database.transaction(tx => consentStore.save(tx, consent))
  return id
}
