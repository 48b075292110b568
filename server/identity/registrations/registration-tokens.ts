// Tokens of dynamic client registration: the initial access token, which an administrator gives out (RFC 7591 §3), and
// the registration access token, with which an application manages its registration (RFC 7592 §3). Both are 32 random
// bytes, which nobody guesses: a fast hash will do.
import { createHash, timingSafeEqual } from 'node:crypto'

/** Prefixes by which secret scanners of source code find the tokens. */
const prefixes = { initial: 'dvz_iat_', registration: 'dvz_reg_' } as const
export type RegistrationTokenKind = keyof typeof prefixes

export function newRegistrationToken(kind: RegistrationTokenKind, random: (size: number) => Buffer): string {
  return prefixes[kind] + random(32).toString('base64url')
}

/** Whether a text has the form of such a token: others cost no database read. */
export function isRegistrationToken(kind: RegistrationTokenKind, text: string): boolean {
  return text.startsWith(prefixes[kind]) && /^[A-Za-z0-9_-]{43}$/.test(text.slice(prefixes[kind].length))
}

export function hashOfToken(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

const nobodys = Buffer.alloc(32)

/** Compares in constant time, also where there is no hash. */
export function isHashOf(text: string, hash: string | null): boolean {
  const held = hash === null ? nobodys : Buffer.from(hash, 'base64url')
  return timingSafeEqual(createHash('sha256').update(text).digest(), held) && hash !== null
}
