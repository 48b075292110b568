// Where a client keeps the key that its tokens are bound to (RFC 9449). The private key cannot be exported, also not by
// injected script: it only signs.

/** A key pair of Web Crypto; the same in browsers and in Node. */
export type KeyPair = { privateKey: Key; publicKey: Key }

type Key = Awaited<ReturnType<typeof globalThis.crypto.subtle.importKey>>

export type KeyStore = {
  /**
   * @param make is called where none is kept under this name
   * @returns the key pair that is kept: of several that were made at once, all callers get the first
   */
  keep(name: string, make: () => Promise<KeyPair>): Promise<KeyPair>
}

/** Keys in memory: they are lost with the page or the process, and with them the tokens that are bound to them. */
export function memoryKeys(): KeyStore {
  const kept = new Map<string, Promise<KeyPair>>()
  return {
    keep(name, make) {
      const made = kept.get(name) ?? make()
      kept.set(name, made)
      // After a failure the key is made again.
      made.catch(() => kept.delete(name))
      return made
    },
  }
}

/** The part of IndexedDB that is used. */
type Requested<T> = {
  result: T
  error: unknown
  onsuccess: (() => void) | null
  onerror: ((event: Stoppable) => void) | null
}
type Stoppable = { preventDefault(): void }
type Objects = { get(key: string): Requested<unknown>; add(value: unknown, key: string): Requested<unknown> }
type Opened = {
  createObjectStore(name: string): unknown
  transaction(name: string, mode: 'readonly' | 'readwrite'): { objectStore(name: string): Objects }
  close(): void
}
type Databases = { open(name: string): Requested<Opened> & { onupgradeneeded: (() => void) | null } }

const table = 'keys'

/**
 * Keys in IndexedDB: shared by all tabs of an origin, and they outlive them. @returns null where there is none, as in
 * Node
 */
export function indexedDbKeys(): KeyStore | null {
  const { indexedDB } = globalThis as { indexedDB?: Databases }
  if (!indexedDB) return null

  function open(): Promise<Opened> {
    const opening = indexedDB!.open('darvoza')
    opening.onupgradeneeded = () => opening.result.createObjectStore(table)
    return done(opening)
  }

  async function within<T>(work: (objects: Objects) => Promise<T>): Promise<T> {
    const database = await open()
    try {
      return await work(database.transaction(table, 'readwrite').objectStore(table))
    } finally {
      database.close()
    }
  }

  return {
    async keep(name, make) {
      const kept = await within(objects => done(objects.get(name)))
      if (isPair(kept)) return kept
      const made = await make()
      // Fails where another tab was faster: that one's key is used.
      await within(objects => done(objects.add(made, name))).catch(() => {})
      const first = await within(objects => done(objects.get(name)))
      return isPair(first) ? first : made
    },
  }
}

function done<T>(request: Requested<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = event => {
      // The promise rejects; without this the error event would bubble and abort the transaction.
      event.preventDefault()
      reject(request.error)
    }
  })
}

function isPair(value: unknown): value is KeyPair {
  return typeof value === 'object' && value !== null && 'privateKey' in value && 'publicKey' in value
}
