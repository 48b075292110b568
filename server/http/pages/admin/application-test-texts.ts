// Requests and answers of a test sign-in as a list of members, for the page of the test.

/** A member of a request or an answer. `at`: epoch ms, if its value is a time. */
export type Member = { name: string; text: string; at: number | null }

/** The members that have a value. */
export function membersOf(values: Readonly<Record<string, unknown>>): Member[] {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => ({ name, text: textOf(value), at: null }))
}

/** The claims in a token of this server, not verified: the caller has done so. */
export function claimsIn(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}

const times: ReadonlySet<string> = new Set(['exp', 'iat', 'auth_time', 'nbf', 'updated_at'])

/** Claims as members; those that are times have `at`. */
export function withTimes(claims: Readonly<Record<string, unknown>>): Member[] {
  return Object.entries(claims).map(([name, value]) => ({
    name,
    text: textOf(value),
    at: times.has(name) && typeof value === 'number' ? value * 1000 : null,
  }))
}

/** The beginning of a secret value, which is of no use to a person who sees the screen. */
export const masked = (text: string) => `${text.slice(0, 12)}…`

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
