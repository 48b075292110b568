// Rate limits by network for unauthenticated requests that cost a row, so that a flood fills no table. Counted in this process
// alone: a limit need not be exact, only end the flood.
import { networkOf } from '../../policy/network.js'
import { refuse } from '../../protocol/errors.js'
import type { Count } from '../../tokens/counters.js'

/** `window` is in ms. One address may be shared by an office, or by all customers of a mobile operator. */
export type ThrottleRule = { most: number; window: number }

export const throttles = {
  /** Pushed authorization requests of public clients (RFC 9126 §7.1 leaves the limit to servers). */
  push: { most: 600, window: 60_000 },
  /** Device authorization requests (RFC 8628 §5.2). */
  device: { most: 120, window: 60_000 },
  /** Registrations, each of which may stay for weeks, and changes of them (RFC 7591 §5). */
  registration: { most: 100, window: 3_600_000 },
  /** Fetches of client metadata documents, each an outgoing request to another server. */
  document: { most: 60, window: 60_000 },
} as const satisfies Record<string, ThrottleRule>

export type ThrottleKind = keyof typeof throttles

/** How many networks are counted separately in one window. */
const mostNetworks = 20_000
/** The limit that all other networks share, as a multiple of a single network's; requests without an address are among them. */
const shareOfOthers = 10

export type NetworkThrottleDeps = {
  count: Count
  now: () => number
  log: { info(details: object, message: string): void }
  /** Replaces `mostNetworks` in tests, which do not send requests from that many. */
  networks?: number
}

type Window = { endsAt: number; held: Map<string, number>; others: number; logged: Set<string> }

export function createNetworkThrottle({ count, now, log, networks = mostNetworks }: NetworkThrottleDeps) {
  const windows = new Map<ThrottleKind, Window>()

  /** The present window. A new one starts with no counts for all networks at once. */
  function present(kind: ThrottleKind, at: number): Window {
    const known = windows.get(kind)
    if (known && at < known.endsAt) return known
    const { window } = throttles[kind]
    const made = {
      endsAt: (Math.floor(at / window) + 1) * window,
      held: new Map(),
      others: 0,
      logged: new Set<string>(),
    }
    windows.set(kind, made)
    return made
  }

  /** Counts a request of a network. @returns whether it is within the limit */
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
     * @param address IP address of the client; '' where it is unknown
     * @throws too_many_from_network
     */
    admit(kind: ThrottleKind, address: string): void {
      const at = now()
      const window = present(kind, at)
      const network = address === '' ? '' : networkOf(address)
      if (take(window, network, throttles[kind])) return
      count('throttled_requests')
      // One log line per network and window, as a flood of lines would be another denial of service.
      const name = window.held.has(network) ? network : ''
      if (!window.logged.has(name))
        log.info({ kind, network: name || null }, 'requests are refused: too many from one network')
      window.logged.add(name)
      throw refuse('too_many_from_network', { retryAfter: Math.max(1, Math.ceil((window.endsAt - at) / 1000)) })
    },
  }
}

export type NetworkThrottle = ReturnType<typeof createNetworkThrottle>
