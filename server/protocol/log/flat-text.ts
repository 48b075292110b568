// Strings without references to larger ones: V8 keeps substrings (sliced strings) and concatenations as references.

/**
 * Copies a text into memory of its own, one byte per character where that is enough. A substring of a larger text (a
 * path, a database result) keeps all of that in memory, and a concatenated one keeps its pieces.
 */
export function flatText(text: string): string {
  const copy = Buffer.from(text, 'latin1').toString('latin1')
  return copy === text ? copy : Buffer.from(text, 'utf16le').toString('utf16le')
}
