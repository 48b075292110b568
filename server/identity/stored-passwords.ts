// Passwords at rest: which formats there are, and how a password is compared with each. Ours are Django's
// `bcrypt_sha256$…`: bcrypt over the SHA-256 of the password, so that no byte past the 72nd is cut off, and a user can
// move in either direction. Nothing here waits its turn, or knows in which process it runs.
import { createHash, pbkdf2, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import bcrypt from 'bcrypt'

const slowPbkdf2 = promisify(pbkdf2)
const slowScrypt = promisify<string, string, number, object, Buffer>(scrypt)

type Format = {
  /** Its groups are what the functions below get. */
  pattern: RegExp
  /** Does it cost no more than a sign-in may? */
  isAffordable: (parts: string[]) => boolean
  matches: (password: string, parts: string[]) => Promise<boolean>
}

/** What scrypt and argon2 may take of the memory for one hash, in bytes. */
const mostMemory = 256 * 1024 * 1024

/** Django's names for them (django.contrib.auth.hashers). */
const formats = {
  bcrypt_sha256: {
    pattern: /^bcrypt_sha256\$(\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53})$/,
    isAffordable: ([, cost]) => Number(cost) <= 15,
    matches: (password, [hash]) => bcrypt.compare(prehashed(password), spelt(hash!)),
  },
  bcrypt: {
    pattern: /^(?:bcrypt\$)?(\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53})$/,
    isAffordable: ([, cost]) => Number(cost) <= 15,
    matches: (password, [hash]) => bcrypt.compare(password, spelt(hash!)),
  },
  pbkdf2_sha256: pbkdf2Format('sha256', 32),
  pbkdf2_sha1: pbkdf2Format('sha1', 20),
  scrypt: {
    pattern: /^scrypt\$(\d{1,8})\$([^$]+)\$(\d{1,3})\$(\d{1,3})\$([A-Za-z0-9+/]+=*)$/,
    isAffordable: ([n, , r, p]) =>
      scryptMemory(Number(n), Number(r)) <= mostMemory && Number(p) >= 1 && Number(p) <= 16,
    async matches(password, [n, salt, r, p, hash]) {
      const options = { N: Number(n), r: Number(r), p: Number(p), maxmem: 2 * mostMemory }
      return equal(await slowScrypt(password, salt!, 64, options), hash!)
    },
  },
  argon2: {
    pattern:
      /^argon2(\$argon2(?:id|i|d)\$(?:v=\d+\$)?m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+)$/,
    isAffordable: ([, m, t, p]) => Number(m) * 1024 <= mostMemory && Number(t) <= 64 && Number(p) <= 64,
    async matches(password, [hash]) {
      const { verify } = await import('@node-rs/argon2')
      return verify(hash!, password)
    },
  },
} as const satisfies Record<string, Format>

/** @param cost of bcrypt; each step doubles the work */
export async function hashPassword(password: string, cost: number): Promise<string> {
  return `bcrypt_sha256$${await bcrypt.hash(prehashed(password), cost)}`
}

/** Compares a password, as it was received, with a stored hash. @throws Error when it is none that can be read */
export async function matchesHash(password: string, encoded: string): Promise<boolean> {
  const read = readHash(encoded)
  if (!read) throw new Error('the stored hash is of no known format')
  return read.format.matches(password, read.parts)
}

/** Can this hash be verified, and does it cost no more than a sign-in may? For imports. */
export function isKnownHash(encoded: string): boolean {
  const read = readHash(encoded)
  return read?.format.isAffordable(read.parts) ?? false
}

/** What stands for the password of somebody who has none, as Django writes it: nothing matches it. */
export const unusableHash = '!'

/** Django puts random text behind the mark, so that reset links of before are void. */
export function isUnusableHash(encoded: string): boolean {
  return encoded === '' || encoded.startsWith(unusableHash)
}

/** Is a stored hash foreign, or of another cost than new ones have? */
export function isOutdatedHash(encoded: string, cost: number): boolean {
  return !encoded.startsWith(`bcrypt_sha256$$2b$${twoDigits(cost)}$`)
}

/** A hash of no password, that takes as long as one of this cost. */
export function standInHash(cost: number): string {
  return `bcrypt_sha256$$2b$${twoDigits(cost)}$abcdefghijklmnopqrstuuZn9G4kT2sVbJ0xqM7wYdLrEc5HfPa8i`
}

/**
 * Costs of bcrypt whose work, each done once, makes a cheaper hash of ours take as long as one of `cost`: 2^a + 2^a +
 * 2^(a+1) + … + 2^(c-1) = 2^c.
 */
export function missingCosts(encoded: string, cost: number): number[] {
  const own = Number(/^(?:bcrypt_sha256\$|bcrypt\$)?\$2[aby]\$(\d\d)\$/.exec(encoded)?.[1] ?? cost)
  return Array.from({ length: Math.max(0, cost - own) }, (_, step) => own + step)
}

function readHash(encoded: string): { format: Format; parts: string[] } | null {
  for (const format of Object.values(formats)) {
    const found = format.pattern.exec(encoded)
    if (found) return { format, parts: found.slice(1) }
  }
  return null
}

function pbkdf2Format(digest: string, size: number): Format {
  return {
    pattern: new RegExp(`^pbkdf2_${digest}\\$(\\d{1,7})\\$([^$]+)\\$([A-Za-z0-9+/]+=*)$`),
    isAffordable: ([iterations]) => Number(iterations) >= 1 && Number(iterations) <= 2_000_000,
    async matches(password, [iterations, salt, hash]) {
      return equal(await slowPbkdf2(password, salt!, Number(iterations), size, digest), hash!)
    },
  }
}

/** RFC 7914 §2: N is a power of two; the working memory is 128·N·r bytes. */
function scryptMemory(n: number, r: number): number {
  return n > 1 && Number.isInteger(Math.log2(n)) && r > 0 ? 128 * n * r : Number.POSITIVE_INFINITY
}

/** bcrypt reads at most 72 bytes and stops at a NUL: it gets 64 hex digits instead. */
function prehashed(password: string): string {
  return createHash('sha256').update(password).digest('hex')
}

/** `$2y$` is PHP's spelling of `$2b$`, which the library does not know. */
function spelt(hash: string): string {
  return hash.replace(/^\$2y\$/, '$2b$')
}

function twoDigits(cost: number): string {
  return String(cost).padStart(2, '0')
}

function equal(bytes: Buffer, base64: string): boolean {
  const expected = Buffer.from(base64, 'base64')
  return bytes.length === expected.length && timingSafeEqual(bytes, expected)
}
