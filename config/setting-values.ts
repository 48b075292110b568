// Readers of single settings, for the schemas of the tables of settings: each returns a value, or adds the problem.
import { isIP } from 'node:net'
import { z } from 'zod'

export function isHost(value: string): boolean {
  return isIP(value) > 0 || /^[\p{L}\p{N}_]([\p{L}\p{N}_.-]*[\p{L}\p{N}_])?$/u.test(value)
}

export function readIssuer(value: string, context: z.RefinementCtx): string {
  const url = URL.canParse(value) ? new URL(value) : null
  const loopback = url !== null && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    return wrong(context, 'is not a web address')
  if (url.protocol === 'http:' && !loopback) {
    return wrong(context, 'must be https, except on localhost or a loopback address')
  }
  // RFC 8414 §2: an issuer has no query and no fragment; ours has no path either, every route lies at the root.
  if (url.pathname !== '/' || url.search || url.hash || url.username || url.password) {
    return wrong(context, 'must be an origin, such as https://id.example.com, without path, query or user')
  }
  return url.origin
}

/** Adapts a reader of addresses, which returns a text for an error, to zod. */
export function orWrong<T>(read: (value: string) => T | string) {
  return (value: string, context: z.RefinementCtx): T => {
    const address = read(value)
    return typeof address === 'string' ? wrong(context, address) : address
  }
}

export function readSecretKey(value: string, context: z.RefinementCtx): Buffer {
  const key = Buffer.from(value, 'base64')
  const normal = value.replace(/-/g, '+').replace(/_/g, '/').replace(/=+$/, '')
  if (key.toString('base64').replace(/=+$/, '') !== normal) return wrong(context, 'is not base64')
  if (key.length < 32) return wrong(context, 'has fewer than 32 bytes (openssl rand -base64 32 makes a good one)')
  if (new Set(key).size < 8) return wrong(context, 'is not random (openssl rand -base64 32 makes a good one)')
  return key
}

/** Names of header fields are case-insensitive (RFC 9110 §5.1). */
export function readForwardedHeader(value: string, context: z.RefinementCtx): 'X-Forwarded-For' | 'Forwarded' {
  const name = (['X-Forwarded-For', 'Forwarded'] as const).find(one => one.toLowerCase() === value.toLowerCase())
  return name ?? wrong(context, 'is neither X-Forwarded-For nor Forwarded')
}

export function readTrustProxy(value: string, context: z.RefinementCtx): number | string[] {
  if (/^\d+$/.test(value)) {
    const hops = Number(value)
    if (hops === 0) return wrong(context, 'trusts nobody with 0: leave it out, or say how many proxies there are')
    return hops <= 10 ? hops : wrong(context, 'trusts more than 10 hops')
  }
  const networks = value.split(',').map(part => part.trim())
  const bad = networks.find(part => !isNetwork(part))
  return bad === undefined ? networks : wrong(context, `has something that is no address or network: ${bad}`)
}

/**
 * Whether the reader of forwarded headers accepts a network: it would refuse others only later, when the server is
 * assembled.
 */
function isNetwork(text: string): boolean {
  if (/^(loopback|linklocal|uniquelocal)$/.test(text)) return true
  const [, address, bits] = /^([0-9a-fA-F:.]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const version = isIP(address ?? '')
  if (version === 0) return false
  return bits === undefined || (Number(bits) >= 1 && Number(bits) <= (version === 4 ? 32 : 128))
}

export function wrong(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message })
  return z.NEVER
}
