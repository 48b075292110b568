// Hosts and networks that outgoing requests of this server may go to beside the public internet.
import { isIP } from 'node:net'

/** `networks` are in CIDR notation, also single addresses. */
export type OutgoingAllow = { hosts: readonly string[]; networks: readonly string[] }

/** @returns the allow list, or an error text */
export function readOutgoingAllow(value: string): OutgoingAllow | string {
  const hosts: string[] = []
  const networks: string[] = []
  for (const part of value.split(',').map(one => one.trim())) {
    const network = networkIn(part)
    if (network) networks.push(network)
    else if (isName(part)) hosts.push(part.toLowerCase().replace(/\.$/, ''))
    else return `has something that is no host, address or network: ${part || 'nothing between two commas'}`
  }
  return { hosts, networks }
}

function networkIn(text: string): string | null {
  const [, address = '', bits] = /^\[?([0-9a-fA-F:.]+)\]?(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const version = isIP(address)
  if (version === 0) return null
  const most = version === 4 ? 32 : 128
  const length = bits === undefined ? most : Number(bits)
  return length <= most ? `${address}/${length}` : null
}

/**
 * Whether a text is a host name. One of digits and dots alone is refused: it would be an IPv4 address in another
 * notation.
 */
function isName(text: string): boolean {
  if (text.length > 253 || !/[^\d.]/.test(text)) return false
  return /^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i.test(text)
}
