// User agents and IP addresses of the users of a demo. No address belongs to a real host: carriers' shared space (RFC
// 6598), private networks (RFC 1918) and documentation (RFC 3849).
import type { SeededRandom } from './seeded-random.js'

const windows = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)'
const mac = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)'
const android = (model: string) => `Mozilla/5.0 (Linux; Android 14; ${model}) AppleWebKit/537.36 (KHTML, like Gecko)`
const iphone = (version: string) => `Mozilla/5.0 (iPhone; CPU iPhone OS ${version} like Mac OS X) AppleWebKit/605.1.15`

/** User agents with their weights; a phone's app names its own device. */
const userAgents: readonly (readonly [string, number])[] = [
  [`${windows} Chrome/142.0.0.0 Safari/537.36`, 18],
  [`${windows} Chrome/141.0.0.0 Safari/537.36`, 8],
  [`${windows} Chrome/142.0.0.0 YaBrowser/25.10.0.0 Safari/537.36`, 9],
  [`${windows} Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0`, 7],
  [`${windows} Chrome/140.0.0.0 Safari/537.36 OPR/125.0.0.0`, 3],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0', 5],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0', 2],
  ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36', 2],
  [`${mac} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15`, 4],
  [`${mac} AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36`, 4],
  [`${android('SM-A546E')} Chrome/142.0.0.0 Mobile Safari/537.36`, 8],
  [`${android('Redmi Note 13')} Chrome/141.0.0.0 Mobile Safari/537.36`, 7],
  [`${android('SM-S918B')} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36`, 4],
  [`${android('2201117TG')} Chrome/142.0.0.0 YaBrowser/25.10.2.110.00 SA/3 Mobile Safari/537.36`, 3],
  [`${iphone('18_6')} (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1`, 6],
  [`${iphone('17_5')} (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1`, 3],
  ['Savdo/4.12.0 (Android 14; SM-A546E)', 4],
  ['Savdo/4.12.0 (iOS 18.6; iPhone15,3)', 2],
  ['OmborSkaner/2.3 okhttp/4.12.0', 1],
]

export const anAttackersAgent = 'python-requests/2.32.3'

export const anOffice = '10.20.0.1'
export const anOfficesAgent = userAgents[0]![0]

export function aUserAgent(random: SeededRandom): string {
  return random.weighted(userAgents)
}

export function isApp(userAgent: string): boolean {
  return !userAgent.startsWith('Mozilla/')
}

/** The IP addresses that one user signs in from. */
export type Places = { home: string; office: string | null }

const offices = 40

export function placesOf(random: SeededRandom): Places {
  return {
    home: random.chance(0.2) ? homeV6(random) : carrier(random),
    // All users of an office share one address.
    office: random.chance(0.6) ? `10.20.${Math.floor(offices * random.next() ** 2)}.1` : null,
  }
}

export function anAddress(random: SeededRandom, { home, office }: Places): string {
  if (office !== null && random.chance(0.35)) return office
  return random.chance(0.15) ? carrier(random) : home
}

/** 100.64.0.0/10 */
export function carrier(random: SeededRandom): string {
  return `100.${64 + random.below(64)}.${random.below(256)}.${1 + random.below(254)}`
}

/** 2001:db8::/32 */
function homeV6(random: SeededRandom): string {
  const part = () => (1 + random.below(65_535)).toString(16)
  return `2001:db8:${part()}:${part()}::${1 + random.below(200)}`
}
