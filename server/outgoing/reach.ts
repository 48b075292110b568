// Addresses that this server may call because an untrusted party has named them: public ones, and those that a setting
// names. Classes of addresses are those of ipaddr.js.
import ipaddr from 'ipaddr.js'

/** Hosts and networks of the setting OUTGOING_ALLOW. */
export type Allowed = { hosts: readonly string[]; networks: readonly string[] }

/** RFC 4291 §2.4: the range of global unicast addresses. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3')

export function createReach({ hosts, networks }: Allowed) {
  const names = new Set(hosts)
  const ranges = networks.map(network => ipaddr.parseCIDR(network))

  function isNamedAddress(address: string): boolean {
    const parsed = parse(address)
    return parsed !== null && ranges.some(range => parsed.kind() === range[0].kind() && parsed.match(range))
  }

  return {
    /** Whether the setting names the host itself, or each of its addresses. */
    isNamed: (host: string, addresses: readonly string[]): boolean =>
      names.has(host) || (addresses.length > 0 && addresses.every(isNamedAddress)),

    /** Whether every address is allowed: a name with both public and internal ones is not a public one. */
    isPublic: (addresses: readonly string[]): boolean =>
      addresses.length > 0 && addresses.every(address => isNamedAddress(address) || isPublicAddress(address)),
  }
}

export type Reach = ReturnType<typeof createReach>

function isPublicAddress(address: string): boolean {
  const parsed = parse(address)
  if (parsed?.range() !== 'unicast') return false
  // ::127.0.0.1 (RFC 4291 §2.5.5.1, deprecated) is in no class of its own.
  return parsed.kind() === 'ipv4' || parsed.match(globalUnicast)
}

/** An IPv4-mapped IPv6 address (RFC 4291 §2.5.5.2) as the IPv4 address that it is. */
function parse(address: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  return ipaddr.isValid(address) ? ipaddr.process(address) : null
}
