// The file of applications: JSON, read once. Here it must be a list; its entries are validated by the rules of applications.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

export type ApplicationsFile = { path: string; entries: readonly unknown[] }

/** @returns an error text where the file cannot be read */
export function readApplicationsFile(given: string): ApplicationsFile | string {
  const path = resolve(given)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    return `names a file that cannot be read: ${path} (${(error as NodeJS.ErrnoException).code})`
  }
  try {
    // Without the byte order mark (BOM) that some editors write.
    const entries = JSON.parse(text.replace(/^\ufeff/, '')) as unknown
    return Array.isArray(entries) ? { path, entries } : `names a file that holds no JSON array: ${path}`
  } catch {
    // Not the parser's message: it quotes the invalid text, which may be a secret.
    return `names a file that is not JSON: ${path}`
  }
}
