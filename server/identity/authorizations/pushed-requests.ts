// Pushed authorization requests (RFC 9126): kept as a row until a browser comes with the `request_uri`, and as long as
// the tickets made from it may live. Each is answered once, by a code or by an error.
import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { AuthorizationRequest } from '../../policy/authorization-request.js'
import { refuse } from '../../protocol/errors.js'
import type { Database, Queries } from '../../storage/database.js'
import type { PushedRequestRecord, PushedRequestStore } from '../../storage/pushed-requests.js'
import { ticketLife } from '../../tokens/ticket.js'

/** RFC 9126 §2.2: the prefix that tells our references from any other `request_uri`. */
const prefix = 'urn:ietf:params:oauth:request_uri:'

/** Lifetime before the first use, in ms: the reference travels in one redirect (RFC 9126 §2.2). */
const unshownLife = 60_000
/**
 * How long an unused, expired request can still be told from one that never existed, so that the error reaches its
 * application; ms.
 */
const lateLife = 10 * 60_000
/** How many rows are deleted at a time. */
const batch = 500

/** A pushed request, as it was checked when it was pushed. */
export type PushedRequest = Pick<PushedRequestRecord, 'hash' | 'shownAt' | 'spentAt' | 'expiresAt'> & {
  request: AuthorizationRequest
}

export type PushedRequestsDeps = {
  database: Database
  pushedRequestStore: PushedRequestStore
  random: (size: number) => Buffer
  now: () => number
  /** The current time at the latest that clock uncertainty allows, epoch ms. */
  latest: () => number
}

export function createPushedRequests({ database, pushedRequestStore, random, now, latest }: PushedRequestsDeps) {
  return {
    /** Stores a request. @returns its `request_uri`, and its lifetime in seconds */
    async keep(request: AuthorizationRequest): Promise<{ requestUri: string; expiresIn: number }> {
      const reference = random(32).toString('base64url')
      const expiresAt = now() + unshownLife
      await pushedRequestStore.insert(database, {
        hash: hashOf(reference),
        applicationId: request.applicationId,
        request: JSON.stringify(request),
        expiresAt,
        keptUntil: expiresAt + lateLife,
        shownAt: null,
        spentAt: null,
      })
      return { requestUri: prefix + reference, expiresIn: unshownLife / 1000 }
    },

    /** @returns null where there is none, or another application has pushed it (RFC 9126 §2.2: bound to the client) */
    async find(requestUri: string, applicationId: string): Promise<PushedRequest | null> {
      const reference = requestUri.slice(prefix.length)
      if (!isPushedUri(requestUri) || !/^[\w-]{43}$/.test(reference)) return null
      const row = await pushedRequestStore.find(database, hashOf(reference))
      if (row?.applicationId !== applicationId) return null
      return { ...row, request: JSON.parse(row.request) as AuthorizationRequest }
    },

    /**
     * Records that a browser has used the reference. It may be used again, as pages are reloaded, until it is answered
     * (RFC 9126 §4).
     * @returns whether the request is valid
     * @throws clock_jumped
     */
    async show({ hash, shownAt, spentAt, expiresAt }: PushedRequest): Promise<boolean> {
      const at = now()
      if (spentAt !== null || expiresAt <= at) return false
      if (expiresAt <= latest()) throw refuse('clock_jumped')
      // A ticket that is made from it at the last moment lives as long as any other.
      const shownFor = { expiresAt: at + ticketLife, keptUntil: at + 2 * ticketLife + lateLife }
      if (shownAt === null) await pushedRequestStore.show(database, hash, at, shownFor)
      return true
    },

    /** Whether a ticket made from the pushed request may still be answered. */
    async isOpen(hash: string): Promise<boolean> {
      const row = await pushedRequestStore.find(database, hash)
      return row !== null && row.spentAt === null
    },

    /**
     * Marks it as answered: of concurrent requests one succeeds.
     * @param tx the transaction of the answer
     * @returns whether this call marked it
     */
    spend: (hash: string, tx: Queries = database): Promise<boolean> => pushedRequestStore.spend(tx, hash, now()),

    async forget(): Promise<void> {
      while ((await pushedRequestStore.forget(database, now(), batch)) === batch) await setImmediate()
    },
  }
}

export type PushedRequests = ReturnType<typeof createPushedRequests>

/** Whether it is a reference that was made here, and not the URL of a request object. */
export function isPushedUri(requestUri: string): boolean {
  return requestUri.startsWith(prefix)
}

/** 32 random bytes are not guessed, so a fast hash will do. */
function hashOf(reference: string): string {
  return createHash('sha256').update(reference).digest('base64url')
}
