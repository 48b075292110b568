// Rate limits by network for unauthenticated requests that cost a row, so that a flood fills no table. Counted in this process
// alone: a limit need not be exact, only end the flood.
import { networkOf } from '../../policy/network.js'
import { refuse } from '../../protocol/errors.js'
import type { Count } from '../../tokens/counters.js'

/** `window` is in ms. Behind one address there may be an office, or all customers of a mobile operator. */
export type ThrottleRule = { most: number; window: number }

export const throttles = {
  /** Pushed authorization requests of applications that prove nothing (RFC 9126 §7.1 leaves them to us). */
  push: { most: 600, window: 60_000 },
  /** Device authorization requests (RFC 8628 §5.2). */
  device: { most: 120, window: 60_000 },
  /** RFC 7591 §5: registrations, each of which may stay for weeks, and changes of them. */
  registration: { most: 100, window: 3_600_000 },
  /** Fetches of documents that describe applications, each a request of ours to somebody else. */
  document: { most: 60, window: 60_000 },
} as const satisfies Record<string, ThrottleRule>

export type ThrottleKind = keyof typeof throttles

/** So many networks are told apart in one window. */
const mostNetworks = 20_000
/** The limit that all other networks share, as a multiple of a single network's; requests without an address are among them. */
const shareOfOthers = 10

export type NetworkThrottleDeps = {
  count: Count
  now: () => number
  log: { info(details: object, message: string): void }
  /** How many are told apart, where a test does not send that many. */
  networks?: number
}

type Window = { endsAt: number; held: Map<string, number>; others: number; isTold: Set<string> }

export function createNetworkThrottle({ count, now, log, networks = mostNetworks }: NetworkThrottleDeps) {
  const windows = new Map<ThrottleKind, Window>()

  /** Begins anew for all at once: nothing is left of who asked before. */
  function present(kind: ThrottleKind, at: number): Window {
    const known = windows.get(kind)
    if (known && at < known.endsAt) return known
    const { window } = throttles[kind]
    const made = {
      endsAt: (Math.floor(at / window) + 1) * window,
      held: new Map(),
      others: 0,
      isTold: new Set<string>(),
    }
    windows.set(kind, made)
    return made
  }

  /** @returns whether there was room */
  function take(window: Window, network: string, { most }: ThrottleRule): boolean {
    const held = window.held.get(network)
    const isOwn = held !== undefined || (network !== '' && window.held.size < networks)
    if (!isOwn) return ++window.others <= shareOfOthers * most
    if ((held ?? 0) >= most) return false
    window.held.set(network, (held ?? 0) + 1)
    return true
  }

  return {
    /**
     * Counts a request. To be called before anything is read or written for it.
     * @param address '' where nobody knows it
     * @throws too_many_from_network
     */
    admit(kind: ThrottleKind, address: string): void {
      const at = now()
      const window = present(kind, at)
      const network = address === '' ? '' : networkOf(address)
      if (take(window, network, throttles[kind])) return
      count('throttled_requests')
      // Once in a window, as a flood of lines would be another one.
      const name = window.held.has(network) ? network : ''
      if (!window.isTold.has(name))
        log.info({ kind, network: name || null }, 'too many requests of one network are refused')
      window.isTold.add(name)
      throw refuse('too_many_from_network', { retryAfter: Math.max(1, Math.ceil((window.endsAt - at) / 1000)) })
    },
  }
}

export type NetworkThrottle = ReturnType<typeof createNetworkThrottle>
