// Rows of `manage.py dumpdata token_blacklist`: simplejwt's outstanding tokens, and which of them are on its blacklist.
import { isUserId } from '../protocol/claims.js'
import { isJsonObject } from '../protocol/json.js'

/** Key by which rows refer to each other. */
type Key = string | number

export type LegacyRow =
  | { kind: 'outstanding'; key: Key; jti: string; userId: number | null; expiresAt: number }
  /** `of`: the key of the outstanding token. */
  | { kind: 'blacklisted'; of: Key }
  | { kind: 'other' }

/** @returns an error text where the text is no such row */
export function readLegacyRow(text: string): LegacyRow | string {
  let row: unknown
  try {
    row = JSON.parse(text)
  } catch {
    return 'this is not JSON'
  }
  if (!isJsonObject(row) || typeof row.model !== 'string') return 'this is no row of dumpdata: it has no model'
  const { pk, fields } = row
  const read = readers[row.model.toLowerCase()]
  if (!read) return { kind: 'other' }
  return isJsonObject(fields) ? read(pk, fields) : 'it has no fields'
}

const readers: Record<string, (pk: unknown, fields: Record<string, unknown>) => LegacyRow | string> = {
  'token_blacklist.outstandingtoken'(pk, { jti, user, expires_at: expires }) {
    if (!isKey(pk)) return 'pk is missing'
    if (typeof jti !== 'string' || jti === '' || jti.length > 255) return 'jti is no text of 1 to 255 characters'
    const expiresAt = typeof expires === 'string' ? readTime(expires) : Number.NaN
    if (!Number.isFinite(expiresAt)) return 'expires_at is no time'
    const id = typeof user === 'number' ? String(user) : user
    return { kind: 'outstanding', key: pk, jti, userId: isUserId(id) ? Number(id) : null, expiresAt }
  },
  'token_blacklist.blacklistedtoken': (_, { token }) =>
    isKey(token) ? { kind: 'blacklisted', of: token } : 'token does not name an outstanding token',
}

const isKey = (value: unknown): value is Key => typeof value === 'number' || (typeof value === 'string' && value !== '')

/** With USE_TZ off times have no offset. They are read as UTC, and rows are kept a day longer. */
function readTime(text: string): number {
  return Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`)
}
