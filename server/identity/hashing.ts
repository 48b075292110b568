// Passwords at rest. Ours are Django's `bcrypt_sha256$…`: bcrypt over the SHA-256 of the password, so that no byte past
// the 72nd is cut off, and a user can move in either direction. Foreign hashes verify and are rehashed at sign-in.
// Hashing is the dearest thing the server does, so it has few slots and a short queue.
import { createHash, pbkdf2, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import bcrypt from 'bcrypt'
import { refuse } from '../protocol/errors.js'

/** How long a password waits for a slot, in ms, and how many may wait. */
const longestWait = 2_000
const longestQueue = 500

export type HashingDeps = {
  /** How many hashes run at once; half of them only for those who prove a known device. */
  slots: number
  /** Cost of bcrypt for new hashes. */
  cost: () => number
}

type Format = { matches: (password: string, encoded: string) => Promise<boolean> }

export function createHashing({ slots, cost }: HashingDeps) {
  const open = createSlots(Math.max(1, Math.ceil(slots / 2)))
  const proven = createSlots(Math.max(1, Math.floor(slots / 2)))

  return {
    /** @throws overloaded */
    hash(password: string): Promise<string> {
      return proven.run(async () => `bcrypt_sha256$${await bcrypt.hash(prehashed(password), cost())}`)
    },

    /**
     * Compares a password, as it was received, with a stored hash; an unknown user's (`null`) takes the same time.
     * @param provenDevice takes the slots that strangers cannot fill
     * @throws overloaded
     */
    async verify(password: string, encoded: string | null, provenDevice: boolean): Promise<boolean> {
      const work = () => matches(password, encoded ?? standIn(cost()))
      const slots = provenDevice ? proven : open
      return (await slots.run(work)) && encoded !== null
    },

    /** Is a stored hash older than the policy, or foreign? */
    isOutdated: (encoded: string): boolean =>
      !encoded.startsWith(`bcrypt_sha256$$2b$${String(cost()).padStart(2, '0')}$`),
  }
}

export type Hashing = ReturnType<typeof createHashing>

/** Is this a hash that `verify` can read, and that costs no more than a sign-in may? For imports. */
export function isKnownHash(encoded: string): boolean {
  const name = formatName(encoded)
  if (!name) return false
  if (name.startsWith('pbkdf2')) return Number(encoded.split('$')[1]) <= 2_000_000
  const bcryptCost = /\$2[aby]\$(\d\d)\$/.exec(encoded)?.[1]
  return bcryptCost === undefined || Number(bcryptCost) <= 15
}

/** bcrypt reads at most 72 bytes and stops at a NUL: it gets 64 hex digits instead. */
function prehashed(password: string): string {
  return createHash('sha256').update(password).digest('hex')
}

/** A hash of no password, of the usual cost. */
function standIn(cost: number): string {
  return `bcrypt_sha256$$2b$${String(cost).padStart(2, '0')}$abcdefghijklmnopqrstuuZn9G4kT2sVbJ0xqM7wYdLrEc5HfPa8i`
}

async function matches(password: string, encoded: string): Promise<boolean> {
  const name = formatName(encoded)
  return name ? formats[name].matches(password, encoded) : false
}

function formatName(encoded: string): keyof typeof formats | null {
  const name = /^\$2[aby]\$/.test(encoded) ? 'bcrypt' : encoded.split('$', 1)[0]!
  return Object.hasOwn(formats, name) ? (name as keyof typeof formats) : null
}

const slowPbkdf2 = promisify(pbkdf2)
const slowScrypt = promisify<string, string, number, object, Buffer>(scrypt)

/** Django's names for them (django.contrib.auth.hashers). */
const formats = {
  bcrypt_sha256: {
    matches: (password, encoded) => bcrypt.compare(prehashed(password), bcryptPart(encoded)),
  },
  bcrypt: { matches: (password, encoded) => bcrypt.compare(password, bcryptPart(encoded)) },
  pbkdf2_sha256: { matches: (password, encoded) => matchesPbkdf2(password, encoded, 32, 'sha256') },
  pbkdf2_sha1: { matches: (password, encoded) => matchesPbkdf2(password, encoded, 20, 'sha1') },
  scrypt: {
    async matches(password, encoded) {
      const [, salt, n, r, p, hash] = encoded.split('$')
      const options = { N: Number(n), r: Number(r), p: Number(p), maxmem: 256 * 1024 * 1024 }
      return equal(await slowScrypt(password, salt!, 64, options), hash!)
    },
  },
  argon2: {
    async matches(password, encoded) {
      const { verify } = await import('@node-rs/argon2')
      return verify(encoded.slice('argon2'.length), password)
    },
  },
} as const satisfies Record<string, Format>

async function matchesPbkdf2(password: string, encoded: string, size: number, digest: string): Promise<boolean> {
  const [, iterations, salt, hash] = encoded.split('$')
  return equal(await slowPbkdf2(password, salt!, Number(iterations), size, digest), hash!)
}

/** `$2y$` is PHP's spelling of `$2b$`, which the library does not know. */
function bcryptPart(encoded: string): string {
  return encoded.slice(encoded.indexOf('$2')).replace(/^\$2y\$/, '$2b$')
}

function equal(bytes: Buffer, base64: string): boolean {
  const expected = Buffer.from(base64, 'base64')
  return bytes.length === expected.length && timingSafeEqual(bytes, expected)
}

/** So many at a time, in the order of arrival; who waits too long is told so. */
function createSlots(count: number) {
  let free = count
  const waiting: (() => void)[] = []

  async function enter(): Promise<void> {
    if (free > 0) {
      free--
      return
    }
    if (waiting.length >= longestQueue) throw refuse('overloaded', { retryAfter: 2 })
    await new Promise<void>((resolve, reject) => {
      const turn = () => {
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(turn), 1)
        reject(refuse('overloaded', { retryAfter: 2 }))
      }, longestWait)
      waiting.push(turn)
    })
  }

  return {
    async run<T>(work: () => Promise<T>): Promise<T> {
      await enter()
      try {
        return await work()
      } finally {
        const next = waiting.shift()
        if (next) next()
        else free++
      }
    },
  }
}
