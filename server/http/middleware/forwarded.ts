// The client's address behind proxies: X-Forwarded-For, or Forwarded (RFC 7239), read from the right, where the nearest
// proxy wrote. Everything left of the last trusted hop was written by the client.
import { isIP, SocketAddress } from 'node:net'
import { createRecent } from '../../protocol/recent.js'

/** A hop's address; null if it states none: `unknown`, an obfuscated identifier (RFC 7239 §6.2, §6.3), or nonsense. */
export type ForwardedNode = string | null

/** Names of the headers, as values of the setting FORWARDED_HEADER. */
export type ForwardedHeader = 'X-Forwarded-For' | 'Forwarded'

/** The most hops that are read: a longer chain was made up by the client. */
const mostHops = 32

// An address with colons needs quotes; some proxies leave them out, and are understood, too.
const pair = String.raw`[!#$%&'*+.^_\x60|~\w-]+=(?:[!#$%&'*+.^_\x60|~\w:[\]-]+|"(?:[^"\\]|\\.)*")`
/** The last element of a list (RFC 7239 §4), anchored at the end: an open quote from the client cannot hide it. */
const lastElement = new RegExp(String.raw`(?:^|,)[ \t]*(${pair}(?:[ \t]*;[ \t]*${pair})*)$`)
const forPair = /(?:^|;)[ \t]*for=(?:"((?:[^"\\]|\\.)*)"|([^;"]*))/i

/** Reads one header from right to left, the nearest hop first. */
const readers = {
  *'X-Forwarded-For'(value: string): Generator<ForwardedNode> {
    for (const element of value.split(',').reverse()) if (element.trim() !== '') yield nodeOf(element)
  },

  *Forwarded(value: string): Generator<ForwardedNode> {
    for (let rest = withoutEmptyEnd(value); rest !== ''; ) {
      const found = lastElement.exec(rest)
      if (!found) return yield null
      rest = withoutEmptyEnd(rest.slice(0, found.index))
      const [, quoted, token] = forPair.exec(found[1]!) ?? []
      yield nodeOf(quoted?.replace(/\\(.)/g, '$1') ?? token ?? '')
    }
  },
} as const satisfies Record<ForwardedHeader, (value: string) => Generator<ForwardedNode>>

/** Removes empty elements at the end of a list (RFC 9110 §5.6.1) in one pass, whatever their number. */
function withoutEmptyEnd(list: string): string {
  let end = list.length
  while (end > 0 && ', \t'.includes(list[end - 1]!)) end--
  return list.slice(0, end)
}

/** Cache of parsed peer addresses: there are few peers at a time, and each sends many requests. */
const peers = createRecent<{ node: ForwardedNode }>(1_000)

function peerNode(peer: string): ForwardedNode {
  const known = peers.find(peer)
  if (known) return known.node
  const node = nodeOf(peer)
  peers.keep(peer, { node })
  return node
}

/**
 * The address of the client: the nearest hop that is not trusted, or the farthest that is.
 * @param peer the address of the connection
 * @param trust whether a hop, by its address and its distance, is trusted to name the hop before it
 * @returns null if that hop states no address
 */
export function callerOf(
  peer: string | undefined,
  header: ForwardedHeader,
  value: string,
  trust: (node: ForwardedNode, hop: number) => boolean,
): ForwardedNode {
  let caller = peerNode(peer ?? '')
  if (value === '') return caller
  let hop = 0
  for (const node of readers[header](value)) {
    if (hop === mostHops || !trust(caller, hop)) return caller
    caller = node
    hop++
  }
  return caller
}

/**
 * Parses a node of RFC 7239 §6: an address with or without a port, IPv6 with or without brackets, in quotes or not.
 * @returns the address in its shortest spelling, so that each client has one spelling; IPv4 in IPv6 as IPv4
 */
export function nodeOf(text: string): ForwardedNode {
  const bare = text.trim().replace(/^"(.*)"$/, '$1')
  const [, bracketed, plain] = /^(?:\[([^\]]*)\](?::\w+)?|(\d+(?:\.\d+){3})(?::\w+)?)$/.exec(bare) ?? []
  // A zone (RFC 4007 §11) is meaningful only on the proxy itself.
  const address = (bracketed ?? plain ?? bare).replace(/%.*$/, '')
  const version = isIP(address)
  if (version === 0) return null
  if (version === 4) return address
  const shortest = new SocketAddress({ address, family: 'ipv6' }).address
  return shortest.replace(/^::ffff:(?=\d+\.)/, '')
}
