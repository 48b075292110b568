// Storage of a client's tokens (Web Storage, or one of the application's). Values are texts under a name, which other tabs may
// read and write concurrently.

/**
 * A store may be synchronous or asynchronous. Where it throws, the tokens are kept in memory, as long as the client
 * lives.
 */
export type Store = {
  read(name: string): string | null | Promise<string | null>
  write(name: string, text: string): void | Promise<void>
  remove(name: string): void | Promise<void>
}

/** The default: lost with the page or the process, and inaccessible to other script. */
export function memoryStore(): Store {
  const texts = new Map<string, string>()
  return {
    read: name => texts.get(name) ?? null,
    write: (name, text) => void texts.set(name, text),
    remove: name => void texts.delete(name),
  }
}

/** The part of the Web Storage API that is used. */
export type WebStorage = {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

/**
 * `webStore(() => localStorage)`: shared by all tabs of an origin, and outlives them. Take the function form: where a browser
 * forbids storage the mere name throws. Not for `sessionStorage` where a tab may be duplicated: the copies would each spend the
 * same refresh token, unknown to each other.
 */
export function webStore(storage: WebStorage | (() => WebStorage)): Store {
  const at = () => (typeof storage === 'function' ? storage() : storage)
  return {
    read: name => at().getItem(name),
    write: (name, text) => at().setItem(name, text),
    remove: name => at().removeItem(name),
  }
}
