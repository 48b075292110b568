// Tickets: a checked authorization request, encrypted, in forms and addresses while a person signs in and agrees. It is stateless
// (no row), so that a flood of requests writes nothing. Only this server can read a ticket, a changed one does not open, and it
// is of use only in the browser that began it.
import { createCipheriv, createDecipheriv, createHash, hkdfSync, timingSafeEqual } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { AuthorizationRequest } from '../policy/authorization-request.js'
import { refuse } from '../protocol/errors.js'
import type { CatchUp } from '../revocation/catch-up.js'
import type { Secrets } from './secrets.js'

/** How long a ticket is good for, in ms: the time that a person has to sign in and agree. */
export const ticketLife = 60 * 60_000
/** The longest ticket, in characters: proxies accept addresses of 8 KB. */
const longestTicket = 7_500
const longestContent = 20_000

const saltSize = 16
const tagSize = 16

/**
 * The content of a ticket. `late`: it has expired; `foreign`: another browser began it; both only lead the browser
 * back. `unbound`: no browser has begun it yet; it gives no more rights than the URL of the request.
 */
export type OpenedTicket = { request: AuthorizationRequest; state: 'good' | 'late' | 'foreign' | 'unbound' }

export type TicketsDeps = {
  secrets: Pick<Secrets, 'present' | 'find'>
  catchUp: CatchUp
  random: (size: number) => Buffer
  now: () => number
}

export function createTickets({ secrets, catchUp, random, now }: TicketsDeps) {
  /** Each ticket has its own key and nonce: under one key for all of them nonces would have to be counted. */
  function keyFor(secret: Buffer, salt: Buffer): { key: Buffer; nonce: Buffer } {
    const bytes = Buffer.from(hkdfSync('sha256', secret, salt, 'darvoza ticket', 32 + 12))
    return { key: bytes.subarray(0, 32), nonce: bytes.subarray(32) }
  }

  /** The former secret opens tickets that were sealed with it until the last of them has expired, and no longer. */
  async function secretOf(version: number): Promise<Buffer | null> {
    // Another server may have begun to seal with a new secret a moment ago.
    if (version === secrets.present('ticket').version + 1) await catchUp()
    const found = secrets.find('ticket', version)
    const present = secrets.present('ticket')
    if (!found || (version !== present.version && now() - present.createdAt >= ticketLife)) return null
    return found.secret
  }

  return {
    /**
     * @param binding what the cookie of the browser says; null where a request came without its cookies, from another site
     * @throws invalid_request: it is too long
     */
    seal(request: AuthorizationRequest, binding: string | null): string {
      const { version, secret } = secrets.present('ticket')
      const salt = random(saltSize)
      const { key, nonce } = keyFor(secret, salt)
      const content = deflateRawSync(JSON.stringify({ request, browser: binding === null ? '' : hashOf(binding) }))
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(String(version)))
      const sealed = Buffer.concat([salt, cipher.update(content), cipher.final(), cipher.getAuthTag()])
      const ticket = `${version}.${sealed.toString('base64url')}`
      if (ticket.length > longestTicket) throw refuse('invalid_request')
      return ticket
    },

    /** @returns null where the ticket is none of ours, or was changed */
    async open(ticket: string, binding: string | undefined): Promise<OpenedTicket | null> {
      const content = ticket.length > longestTicket ? null : await contentOf(ticket)
      if (!content) return null
      const { request, browser } = content
      if (now() - request.beganAt >= ticketLife) return { request, state: 'late' }
      if (browser === '') return { request, state: 'unbound' }
      const own = binding !== undefined && timingSafeEqual(Buffer.from(browser), Buffer.from(hashOf(binding)))
      return { request, state: own ? 'good' : 'foreign' }
    },
  }

  async function contentOf(ticket: string): Promise<{ request: AuthorizationRequest; browser: string } | null> {
    const [, version, text] = /^([1-9]\d{0,8})\.([\w-]+)$/.exec(ticket) ?? []
    if (version === undefined || text === undefined) return null
    const secret = await secretOf(Number(version))
    const bytes = Buffer.from(text, 'base64url')
    // Bits past the end would let one ticket be spelt in many ways.
    if (!secret || bytes.length <= saltSize + tagSize || bytes.toString('base64url') !== text) return null
    const { key, nonce } = keyFor(secret, bytes.subarray(0, saltSize))
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagSize })
    decipher.setAAD(Buffer.from(version)).setAuthTag(bytes.subarray(-tagSize))
    try {
      const content = Buffer.concat([decipher.update(bytes.subarray(saltSize, -tagSize)), decipher.final()])
      return JSON.parse(inflateRawSync(content, { maxOutputLength: longestContent }).toString())
    } catch {
      return null
    }
  }
}

export type Tickets = ReturnType<typeof createTickets>

function hashOf(binding: string): string {
  return createHash('sha256').update(binding).digest('base64url')
}
