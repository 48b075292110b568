// Signed-in browser sessions and authorization codes, written directly as a user's consent writes them, without the
// pages of sign-in and consent.
import { createHash, randomBytes } from 'node:crypto'
import { hashOfCode, newCode } from '../../server/identity/authorizations/code-text.js'
import type { RedemptionTerms } from '../../server/identity/authorizations/codes.js'
import { Refusal } from '../../server/protocol/errors.js'
import type { CodeRecord, CodeStore } from '../../server/storage/codes.js'
import type { Database } from '../../server/storage/database.js'
import type { SessionRecord } from '../../server/storage/sessions.js'
import type { SessionTokens } from '../../server/tokens/session-tokens.js'
import { claimsOf } from './client.js'
import { password, type TestServer } from './server.js'

export const redirectUri = 'https://shop.example/back'
export const codeOrigin = { address: '192.0.2.9', userAgent: 'a shop/1', requestId: 'test' }

/** A browser session of a user. @param deviceToken from an earlier sign-in on the same device */
export async function aBrowser(server: TestServer, username: string, deviceToken?: string) {
  const { signIn, storage } = server.composed.parts
  const origin = { address: '198.51.100.7', userAgent: 'Mozilla/5.0 Firefox/140', requestId: 'test' }
  const made = await signIn.browserSessions.signIn({ username, password, deviceToken }, origin)
  const session = (await storage.sessionStore.find(storage.database, made.sessionId))!
  return { session, deviceToken: made.deviceToken, sid: made.sessionId }
}

export type Given = { code: string; row: CodeRecord; terms: RedemptionTerms }

/** The clock and stores that write a code. */
export type CodeHome = {
  clock: { now: () => number }
  composed: { parts: { storage: { database: Database; codeStore: CodeStore } } }
}

/** An authorization code as it stands after consent, and the terms for its redemption. */
export async function aCode(
  { composed, clock }: CodeHome,
  browser: Pick<SessionRecord, 'id' | 'userId' | 'deviceId' | 'seq' | 'authenticatedAt'>,
  applicationId: string,
  changes: Partial<CodeRecord> = {},
): Promise<Given> {
  const { storage } = composed.parts
  const code = newCode(randomBytes)
  const verifier = randomBytes(32).toString('base64url')
  const at = clock.now()
  const row: CodeRecord = {
    hash: hashOfCode(code),
    applicationId,
    userId: browser.userId,
    deviceId: browser.deviceId,
    browserSid: browser.id,
    seq: browser.seq,
    authenticatedAt: browser.authenticatedAt,
    redirectUri,
    challenge: createHash('sha256').update(verifier).digest('base64url'),
    scope: 'openid',
    resources: [],
    nonce: null,
    dpopJkt: null,
    createdAt: at,
    expiresAt: at + 60_000,
    redeemedAt: null,
    redemption: null,
    redeemer: null,
    sessionId: null,
    ...changes,
  }
  await storage.codeStore.insert(storage.database, row)
  const terms = { redirectUri: row.redirectUri ?? undefined, verifier: row.challenge === null ? undefined : verifier }
  return { code, row, terms }
}

export type Outcome = {
  code: string | null
  tokens: SessionTokens | null
  sid: string
  access: string
  refresh: string
}

/** The tokens, or the error code of the refusal. */
export async function outcome(asking: Promise<SessionTokens>): Promise<Outcome> {
  try {
    const tokens = await asking
    const access = tokens.access.token
    return { code: null, tokens, sid: claimsOf(access).sid, access, refresh: tokens.refresh ?? '' }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { code: error.code, tokens: null, sid: '', access: '', refresh: '' }
  }
}

export function redeem(
  { composed }: TestServer,
  { code, row, terms }: Given,
  changes: Partial<RedemptionTerms> & { applicationId?: string; origin?: typeof codeOrigin } = {},
): Promise<Outcome> {
  const { applicationId = row.applicationId, origin = codeOrigin, ...others } = changes
  return outcome(composed.parts.authorizations.codes.redeem(code, applicationId, { ...terms, ...others }, origin))
}

export function refreshAs(
  { composed }: TestServer,
  refresh: string,
  applicationId: string,
  asked: RedemptionTerms['asked'] = {},
): Promise<Outcome> {
  return outcome(composed.parts.tokens.rotate.rotate(refresh, applicationId, codeOrigin, asked))
}
