// JSON with what RFC 8259 leaves open closed: no member twice, no nesting without end. Two readers of one text that keep
// different duplicates see different requests (RFC 8725 §2.4), so a duplicate is an error here.

/** A JSON text that is not accepted; the message says why and repeats nothing of the text but a member's name. */
export class JsonError extends Error {
  override name = 'JsonError'
}

/**
 * Parses JSON strictly.
 * @param maxDepth how deep arrays and objects may nest
 * @throws JsonError
 */
export function parseStrictJson(text: string, maxDepth = 8): unknown {
  refuseDepthAndDuplicates(text, maxDepth)
  try {
    return JSON.parse(text)
  } catch {
    throw new JsonError('not valid JSON')
  }
}

/** A string that is never closed is one piece up to the end: looked for again from each quote in it, it would cost the square. */
const token = /"(?:[^"\\]|\\.?)*(?:"|$)|[{}[\],:]/gs

/** Looks at strings and brackets alone, in one pass without recursion; JSON.parse judges the rest afterwards. */
function refuseDepthAndDuplicates(text: string, maxDepth: number): void {
  const open: (Set<string> | null)[] = []
  let name: string | null = null
  for (const [piece] of text.matchAll(token)) {
    if (piece === '{' || piece === '[') {
      open.push(piece === '{' ? new Set() : null)
      if (open.length > maxDepth) throw new JsonError(`nested more than ${maxDepth} deep`)
    } else if (piece === '}' || piece === ']') {
      open.pop()
    } else if (piece === ':') {
      const members = open.at(-1)
      if (members && name !== null) {
        if (members.has(name)) throw new JsonError(`repeated member ${JSON.stringify(name.slice(0, 40))}`)
        members.add(name)
      }
    }
    name = piece.startsWith('"') ? readName(piece) : null
  }
}

/** "a" and "\u0061" are the same member. */
function readName(piece: string): string | null {
  try {
    return JSON.parse(piece) as string
  } catch {
    return null
  }
}

/** True for a plain JSON object: not null, not an array. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
