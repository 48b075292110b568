// What goes to and fro in a sign-in, member by member, as the page of a test shows it.

/** `at`: epoch ms, where it is a time. */
export type Member = { name: string; text: string; at: number | null }

/** Without those that are empty. */
export function membersOf(values: Readonly<Record<string, unknown>>): Member[] {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => ({ name, text: textOf(value), at: null }))
}

const times: ReadonlySet<string> = new Set(['exp', 'iat', 'auth_time', 'nbf'])

/** The claims of a token of ours. */
export function tokenMembers(token: string): Member[] {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
  return Object.entries(claims).map(([name, value]) => ({
    name,
    text: textOf(value),
    at: times.has(name) && typeof value === 'number' ? value * 1000 : null,
  }))
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
