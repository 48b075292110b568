// Passwords at rest: which formats there are, and how a password is compared with each. Ours are Django's
// `bcrypt_sha256$…`: bcrypt over the SHA-256 of the password, so that no byte past the 72nd is cut off, and a user can
// move in either direction. Nothing here waits its turn, or knows in which process it runs.
import { createHash, pbkdf2, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { type Problem, problem } from '../../protocol/problems.js'

const slowPbkdf2 = promisify(pbkdf2)
const slowScrypt = promisify<string, string, number, object, Buffer>(scrypt)

type Groups = Record<string, string>

type Format = {
  /** `head` is the common beginning of all hashes of the same work, and of no others. */
  pattern: RegExp
  /** Whether a comparison costs no more than a sign-in may. */
  isAffordable: (groups: Groups) => boolean
  matches: (password: string, groups: Groups) => Promise<boolean>
  /** A hash of the same work that matches no password. */
  standIn: (groups: Groups) => string
}

/** Most memory that scrypt and argon2 may use for one hash, in bytes. */
const mostMemory = 256 * 1024 * 1024

/** Salt and digest of hashes that match no password, in the alphabet of each format. */
const noBcrypt = 'abcdefghijklmnopqrstuuZn9G4kT2sVbJ0xqM7wYdLrEc5HfPa8i'
const noSalt = 'c3RhbmQtaW4'
const noDigest = (size: number) => Buffer.alloc(size).toString('base64')

/** Hash formats by Django's names (django.contrib.auth.hashers). */
const formats = {
  bcrypt_sha256: bcryptFormat('bcrypt_sha256\\$', prehashed),
  bcrypt: bcryptFormat('(?:bcrypt\\$)?', password => password),
  pbkdf2_sha256: pbkdf2Format('sha256', 32),
  pbkdf2_sha1: pbkdf2Format('sha1', 20),
  scrypt: {
    pattern:
      /^(?<head>scrypt\$(?<n>\d{1,8})\$)(?<salt>[^$]+)\$(?<r>\d{1,3})\$(?<p>\d{1,3})\$(?<digest>[A-Za-z0-9+/]+=*)$/,
    isAffordable: ({ n, r, p }) =>
      scryptMemory(Number(n), Number(r)) <= mostMemory && Number(p) >= 1 && Number(p) <= 16,
    async matches(password, { n, salt, r, p, digest }) {
      const options = { N: Number(n), r: Number(r), p: Number(p), maxmem: 2 * mostMemory }
      return equal(await slowScrypt(password, salt!, 64, options), digest!)
    },
    standIn: ({ head, r, p }) => `${head}${noSalt}$${r}$${p}$${noDigest(64)}`,
  },
  argon2: {
    pattern:
      /^(?<head>argon2(?<parameters>\$argon2(?:id|i|d)\$(?:v=1[69]\$)?m=(?<m>\d{1,7}),t=(?<t>[1-9]\d{0,2}),p=(?<p>[1-9]\d{0,2})\$))(?<rest>[A-Za-z0-9+/]{11,}\$[A-Za-z0-9+/]{6,})$/,
    isAffordable: ({ m, t, p }) =>
      Number(m) * 1024 <= mostMemory && Number(m) >= 8 * Number(p) && Number(t) <= 64 && Number(p) <= 64,
    async matches(password, { parameters, rest }) {
      const { verify } = await import('@node-rs/argon2')
      return verify(`${parameters}${rest}`, password)
    },
    standIn: ({ head }) => `${head}${noSalt}$${noDigest(32).replace('=', '')}`,
  },
} as const satisfies Record<string, Format>

/** @param cost bcrypt cost; each step doubles the work */
export async function hashPassword(password: string, cost: number): Promise<string> {
  const { default: bcrypt } = await import('bcrypt')
  return `bcrypt_sha256$${await bcrypt.hash(prehashed(password), cost)}`
}

/** Compares a password, as it was received, with a stored hash. @throws Error when the hash cannot be read */
export async function matchesHash(password: string, encoded: string): Promise<boolean> {
  const read = readHash(encoded)
  if (!read) throw new Error('the stored hash is of no known format')
  return read.format.matches(password, read.groups)
}

/** Whether this hash can be verified, and costs no more than a sign-in may. For imports. */
export function isKnownHash(encoded: string): boolean {
  const read = readHash(encoded)
  return read?.format.isAffordable(read.groups) ?? false
}

/** Formats that Django itself has removed or deprecated, by its names. They are broken, and not accepted. */
const weak: Record<string, RegExp> = {
  unsalted_md5: /^(?:md5\$\$)?[0-9a-f]{32}$/i,
  unsalted_sha1: /^sha1\$\$[0-9a-f]{40}$/i,
  md5: /^md5\$/,
  sha1: /^sha1\$/,
  crypt: /^crypt\$/,
}

/** Why an imported hash is refused; null where it is accepted, or means that there is no password. */
export function whyNotHash(encoded: string): Problem | null {
  if (isUnusableHash(encoded)) return null
  const read = readHash(encoded)
  if (read) return read.format.isAffordable(read.groups) ? null : problem('password_hash_costly')
  const name = Object.keys(weak).find(kind => weak[kind]!.test(encoded))
  return name === undefined ? problem('password_hash_unknown') : problem('password_hash_weak', { name })
}

/** The hash of a user without a password, as Django writes it: nothing matches it. */
export const unusableHash = '!'

/** Whether a hash means "no password". Django appends random text to the mark, so that earlier reset links are void. */
export function isUnusableHash(encoded: string): boolean {
  return encoded === '' || encoded.startsWith(unusableHash)
}

/** Whether a stored hash comes from another system, or has another cost than new ones. */
export function isOutdatedHash(encoded: string, cost: number): boolean {
  return !encoded.startsWith(`bcrypt_sha256$$2b$${twoDigits(cost)}$`)
}

/** A bcrypt hash of this cost that matches no password. */
export function standInHash(cost: number): string {
  return `bcrypt_sha256$$2b$${twoDigits(cost)}$${noBcrypt}`
}

/** A PBKDF2 hash of this many rounds that matches no password: work of any amount. */
export function standInRounds(iterations: number): string {
  return `pbkdf2_sha256$${iterations}$${noSalt}$${noDigest(32)}`
}

/**
 * The work that a comparison with a stored hash takes.
 * @returns `standIn`: the same text for all hashes of that work; `head`: their common beginning; null where the hash
 *   cannot be read
 */
export function workOf(encoded: string): { standIn: string; head: string } | null {
  const read = readHash(encoded)
  return read && { standIn: read.format.standIn(read.groups), head: read.groups.head! }
}

/** The cost of a bcrypt hash; null for other hashes. */
export function bcryptCost(encoded: string): number | null {
  const cost = /^(?:bcrypt_sha256\$|bcrypt\$)?\$2[aby]\$(\d\d)\$/.exec(encoded)?.[1]
  return cost === undefined ? null : Number(cost)
}

/** The rounds of a PBKDF2 hash with SHA-256; null for other hashes. */
export function roundsOf(encoded: string): number | null {
  const rounds = /^pbkdf2_sha256\$(\d+)\$/.exec(encoded)?.[1]
  return rounds === undefined ? null : Number(rounds)
}

function readHash(encoded: string): { format: Format; groups: Groups } | null {
  for (const format of Object.values(formats)) {
    const groups = format.pattern.exec(encoded)?.groups
    if (groups) return { format, groups }
  }
  return null
}

function bcryptFormat(prefix: string, prepare: (password: string) => string): Format {
  return {
    pattern: new RegExp(`^(?<head>${prefix}\\$2[aby]\\$(?<cost>\\d\\d)\\$)(?<rest>[./A-Za-z0-9]{53})$`),
    isAffordable: ({ cost }) => Number(cost) <= 15,
    // `$2y$` is PHP's spelling of `$2b$`, which the bcrypt library does not know.
    async matches(password, { head, cost, rest }) {
      const { default: bcrypt } = await import('bcrypt')
      return bcrypt.compare(prepare(password), `$2${head!.includes('$2a$') ? 'a' : 'b'}$${cost}$${rest}`)
    },
    standIn: ({ cost }) => standInHash(Number(cost)),
  }
}

function pbkdf2Format(digest: string, size: number): Format {
  return {
    pattern: new RegExp(
      `^(?<head>pbkdf2_${digest}\\$(?<iterations>\\d{1,7})\\$)(?<salt>[^$]+)\\$(?<digest>[A-Za-z0-9+/]+=*)$`,
    ),
    isAffordable: ({ iterations }) => Number(iterations) >= 1 && Number(iterations) <= 2_000_000,
    async matches(password, { iterations, salt, digest: expected }) {
      return equal(await slowPbkdf2(password, salt!, Number(iterations), size, digest), expected!)
    },
    standIn: ({ head }) => `${head}${noSalt}$${noDigest(size)}`,
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

function twoDigits(cost: number): string {
  return String(cost).padStart(2, '0')
}

function equal(bytes: Buffer, base64: string): boolean {
  const expected = Buffer.from(base64, 'base64')
  return bytes.length === expected.length && timingSafeEqual(bytes, expected)
}
