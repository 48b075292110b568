// Groups error codes for the document of the API (OpenAPI): codes whose responses have the same status and schema are
// described together.
import type { ErrorCode } from '../../protocol/errors.js'

/** Groups error codes by a key, each group in the order given. */
export function codesBy<Key>(codes: readonly ErrorCode[], keyOf: (code: ErrorCode) => Key): Map<Key, ErrorCode[]> {
  const groups = new Map<Key, ErrorCode[]>()
  for (const code of codes) groups.set(keyOf(code), [...(groups.get(keyOf(code)) ?? []), code])
  return groups
}
