// The tokens of this client: from the store, or in memory where the store cannot be used.
import type { Store } from './store.js'
import { mayReplace, readTokens, type Tokens, writeTokens } from './tokens.js'

/** Called with the present tokens after each read or write; `ours`: written by this client. */
export type Notice = (tokens: Tokens | null, ours: boolean) => void

export function createKeptTokens(store: Store, name: string, notice: Notice) {
  let memory: Tokens | null = null
  /** Whether the store has failed to take the tokens in memory, which are newer. */
  let detached = false
  /** Serializes reads and writes: a late response must not be stored between the read and the write of a sign-out. */
  let last: Promise<unknown> = Promise.resolve()

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = last.then(work)
    last = done.catch(() => {})
    return done
  }

  async function load(): Promise<Tokens | null> {
    if (detached) return memory
    try {
      memory = readTokens(await store.read(name))
    } catch {
      // A browser that forbids storage, a full disk: the tokens in memory are good.
    }
    return memory
  }

  async function write(tokens: Tokens | null): Promise<void> {
    memory = tokens
    try {
      await (tokens === null ? store.remove(name) : store.write(name, writeTokens(tokens)))
      detached = false
    } catch {
      detached = true
    }
    notice(tokens, true)
  }

  return {
    read(): Promise<Tokens | null> {
      return inTurn(async () => {
        const tokens = await load()
        notice(tokens, false)
        return tokens
      })
    },

    set: (tokens: Tokens | null): Promise<void> => inTurn(() => write(tokens)),

    /**
     * Stores the response to a refresh, unless the present tokens are newer by now.
     * @returns what is there then
     */
    replace(next: Tokens, presented: string): Promise<Tokens | null> {
      return inTurn(async () => {
        const present = await load()
        if (!mayReplace(present, next, presented)) return present
        await write(next)
        return next
      })
    },

    /**
     * Removes the session whose refresh token was refused. @returns false where another one is there by now, or none
     */
    drop(refused: Tokens): Promise<boolean> {
      return inTurn(async () => {
        const present = await load()
        if (present === null || present.refresh !== refused.refresh) return false
        await write(null)
        return true
      })
    },
  }
}

export type KeptTokens = ReturnType<typeof createKeptTokens>
