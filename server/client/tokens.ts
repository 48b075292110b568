// A client's tokens as they are stored, and which of two pairs is newer.

export type Tokens = {
  access: string
  /** Absent where the server issued none: there is only the access token. */
  refresh?: string
  /** Set where the token is bound to this client's key, and sent with the scheme DPoP (RFC 9449 §7.1). */
  bound?: true
  /** Lifetime of the access token, in ms. */
  lifetime: number
  /** When the access token was requested, by this machine's clock; epoch ms. Compared with that clock alone. */
  askedAt: number
}

/** An answer with tokens: simplejwt's names or those of RFC 6749 §5.1. */
export type TokenAnswer = {
  access?: unknown
  refresh?: unknown
  access_token?: unknown
  refresh_token?: unknown
  expires_in?: unknown
  token_type?: unknown
}

/** Assumed lifetime of an access token that has none, in ms: short, so that it is renewed early rather than late. */
const unknownLifetime = 300_000

/**
 * @param before the tokens whose refresh token stays where the response has none (policy `rotate_refresh_tokens`, RFC
 *   6749 §6)
 * @returns null where there is no access token in it
 */
export function tokensIn(answer: TokenAnswer, askedAt: number, before?: Tokens): Tokens | null {
  const access = answer.access_token ?? answer.access
  const refresh = answer.refresh_token ?? answer.refresh ?? before?.refresh
  if (!isToken(access) || !(refresh === undefined || isToken(refresh))) return null
  const { iat, exp } = claimsOf(access)
  const seconds = Number(answer.expires_in ?? Number(exp) - Number(iat))
  const lifetime = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : unknownLifetime
  // RFC 6749 §5.1: case-insensitive.
  const bound = typeof answer.token_type === 'string' && answer.token_type.toLowerCase() === 'dpop'
  return { access, ...(refresh !== undefined && { refresh }), ...(bound && { bound }), lifetime, askedAt }
}

/** @returns null where `writeTokens` did not write the text: another program did, or another version */
export function readTokens(text: string | null): Tokens | null {
  if (text === null) return null
  try {
    const { access, refresh, bound, lifetime, askedAt } = JSON.parse(text) as Partial<Tokens>
    if (!isToken(access) || !(refresh === undefined || isToken(refresh))) return null
    if (!Number.isFinite(lifetime) || !Number.isFinite(askedAt)) return null
    const both = { access, ...(refresh !== undefined && { refresh }), ...(bound === true && { bound }) }
    return { ...both, lifetime: lifetime!, askedAt: askedAt! }
  } catch {
    return null
  }
}

export const writeTokens = (tokens: Tokens): string => JSON.stringify(tokens)

/**
 * Whether the response to a refresh may replace the present tokens. Not where the user has signed out or in
 * meanwhile, and not where another tab has refreshed further: an older refresh token that is used after the grace
 * ends the session.
 * @param presented the refresh token that was sent
 */
export function mayReplace(present: Tokens | null, next: Tokens, presented: string): boolean {
  if (present === null) return false
  const [old, young] = [claimsOf(present.refresh), claimsOf(next.refresh)]
  // Tokens of a former service have no session id: the response replaces the token that was sent.
  if (old.sid === undefined || young.sid === undefined || old.sid !== young.sid) return present.refresh === presented
  if (old.gen !== young.gen) return Number(young.gen) > Number(old.gen)
  return isNewerAccess(present.access, next.access)
}

/** Compares `rev`: the log's number when the server signed. */
function isNewerAccess(present: string, next: string): boolean {
  const [old, young] = [claimsOf(present), claimsOf(next)]
  const [oldRev, youngRev] = [Number(old.rev ?? 0), Number(young.rev ?? 0)]
  return oldRev === youngRev ? Number(young.iat ?? 0) >= Number(old.iat ?? 0) : youngRev > oldRev
}

/** Unverified claims: they only decide which tokens are kept. */
function claimsOf(token: string | undefined): Record<string, unknown> {
  try {
    const part = token!.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/')
    const claims: unknown = JSON.parse(atob(part))
    return typeof claims === 'object' && claims !== null ? (claims as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** RFC 6750 §2.1: valid characters of a token, so that none can break out of the header. */
const isToken = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= 16_384 && /^[A-Za-z0-9\-._~+/]+=*$/.test(value)
