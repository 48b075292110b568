// Legacy tokens in the format of djangorestframework-simplejwt, and the settings with which a server accepts them.
import { createHmac, randomBytes } from 'node:crypto'
import { type LegacyJwtSettings, readSettings } from '../../config/settings.js'
import { aClock, type TestClock } from './clock.js'
import { type Engine, sqlite } from './engines.js'
import { aServer, type ServerOptions, type TestServer, testSettings } from './server.js'

export const legacySecret = 'the secret of the former service, 50 characters ok'

/** Test clocks start at 9:00; the former service stopped issuing tokens an hour before. */
const cutOver = '2026-01-05T08:00:00Z'
export const cutOverAt = Date.parse(cutOver)

/** The settings of legacy tokens, read from environment variables. */
export function legacySettings(environment: Record<string, string> = {}): LegacyJwtSettings {
  const { legacyJwt } = readSettings({
    LEGACY_JWT_SECRET: legacySecret,
    LEGACY_JWT_CUT_OVER: cutOver,
    ...environment,
  })
  return legacyJwt!
}

/** A server that accepts legacy tokens. */
export async function aServerAfterDjango(
  options: ServerOptions & { engine?: Engine; legacy?: Record<string, string> } = {},
): Promise<TestServer> {
  const { legacy, ...others } = options
  const database = await (options.engine ?? sqlite).migrated()
  const settings = { ...testSettings(database), legacyJwt: legacySettings(legacy) }
  return aServer({ clock: aClock(), settings, ...others })
}

type Claims = Record<string, unknown>
type Signing = { header?: object; secret?: string; hash?: string }

export const secondsOf = (clock: TestClock) => Math.floor(clock.now() / 1000)

/** A refresh token valid for a day, issued ten minutes before the cut-over; `undefined` removes a claim. */
export function aLegacyToken(userId: unknown, claims: Claims = {}, signing: Signing = {}): string {
  const iat = cutOverAt / 1000 - 600
  const jti = randomBytes(16).toString('hex')
  return signed({ token_type: 'refresh', exp: iat + 86_400, iat, jti, user_id: userId, ...claims }, signing)
}

/** @param claims an object, or the JSON text to be signed */
export function signed(claims: Claims | string, { header = {}, secret = legacySecret, hash = 'sha256' }: Signing = {}) {
  const encode = (part: object | string) =>
    Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')
  const input = `${encode({ alg: 'HS256', typ: 'JWT', ...header })}.${encode(claims)}`
  return `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`
}
