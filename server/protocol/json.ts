// JSON with limits that RFC 8259 leaves open: no duplicate members, bounded nesting and bounded objects. Two parsers of
// one text that keep different duplicates see different requests (RFC 8725 §2.4), so a duplicate is an error here.

/**
 * A JSON text that is not accepted; the message gives the reason and repeats nothing of the text except a member's
 * name.
 */
export class JsonError extends Error {
  override name = 'JsonError'
}

/** Limit of members in one object: comparing the names of thousands would block the event loop for 10 ms. */
const mostMembers = 1_000

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

/** Scans only strings and brackets, in one pass without recursion; JSON.parse validates the rest afterwards. */
function refuseDepthAndDuplicates(text: string, maxDepth: number): void {
  const open: (Set<string> | null)[] = []
  const hasEscapes = text.includes('\\')
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]
    if (sign === '"') {
      const end = endOfString(text, at, hasEscapes)
      const members = open.at(-1)
      if (members && isName(text, end)) addMember(members, text.slice(at, end))
      at = end - 1
    } else if (sign === '{' || sign === '[') {
      open.push(sign === '{' ? new Set() : null)
      if (open.length > maxDepth) throw new JsonError(`nested more than ${maxDepth} deep`)
    } else if (sign === '}' || sign === ']') {
      open.pop()
    }
  }
}

/** The position after the closing quote; an unclosed string extends to the end, and is not scanned again. */
function endOfString(text: string, start: number, hasEscapes: boolean): number {
  if (!hasEscapes) {
    const quote = text.indexOf('"', start + 1)
    return quote === -1 ? text.length : quote + 1
  }
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at + 1
  }
  return text.length
}

/** A string is a member's name when a colon follows it. */
function isName(text: string, end: number): boolean {
  let at = end
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++
  return text[at] === ':'
}

/** "a" and "\u0061" are the same member. */
function addMember(members: Set<string>, quoted: string): void {
  let name: string
  try {
    name = quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1)
  } catch {
    throw new JsonError('not valid JSON')
  }
  if (members.has(name)) throw new JsonError(`repeated member ${JSON.stringify(name.slice(0, 40))}`)
  if (members.size === mostMembers) throw new JsonError(`more than ${mostMembers} members in one object`)
  members.add(name)
}

/** True for a plain JSON object: not null, not an array. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A canonical text of a value: equal for equal values, in whatever order their members are. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isJsonObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  )
}
