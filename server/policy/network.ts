// Networks of IP addresses, by which rate limits count: RFC 4291 text forms, IPv4-mapped addresses, /64 prefixes.

/**
 * The network that an address counts for in rate limits: a single IPv4 address, or the /64 of IPv6, which one
 * customer gets.
 */
export function networkOf(address: string): string {
  const plain = address.replace(/%.*$/, '').toLowerCase()
  if (!plain.includes(':')) return plain
  const groups = groupsOf(plain)
  // RFC 4291 §2.5.5.2: IPv4-mapped IPv6, which would put all of IPv4 into one network.
  if (groups.slice(0, 5).every(group => group === 0) && groups[5] === 0xffff) {
    return groups
      .slice(6)
      .flatMap(group => [group >> 8, group & 0xff])
      .join('.')
  }
  return `${groups
    .slice(0, 4)
    .map(group => group.toString(16))
    .join(':')}::/64`
}

/** The eight groups of an IPv6 address (RFC 4291 §2.2); missing or invalid ones are 0. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, inGroups).split('::')
  const read = (text: string) => (text === '' ? [] : text.split(':').map(group => Number.parseInt(group, 16) & 0xffff))
  const [before, after] = [read(head), read(tail ?? '')]
  const gap = Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0)
  return [...before, ...gap, ...after].slice(0, 8)
}

function inGroups(_: string, a: string, b: string, c: string, d: string): string {
  return `${((Number(a) << 8) | Number(b)).toString(16)}:${((Number(c) << 8) | Number(d)).toString(16)}`
}
