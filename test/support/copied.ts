// A copy of an example in a temporary folder with a few values changed, as a reader would do.
import { chmodSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { aFolder } from './engines.js'
import { examples } from './orders.js'

/** @param changes replacements of text in its .conf files; each text must occur @returns the folder */
export function copied(example: string, changes: Readonly<Record<string, string>>): string {
  const folder = aFolder()
  // A server started as root serves as another user, who must be able to read the folder.
  chmodSync(folder, 0o755)
  cpSync(examples + example, folder, { recursive: true })
  const found = new Set<string>()
  for (const name of readdirSync(folder).filter(name => name.endsWith('.conf'))) {
    let text = readFileSync(join(folder, name), 'utf8')
    for (const [from, to] of Object.entries(changes)) {
      if (text.includes(from)) found.add(from)
      text = text.replaceAll(from, to)
    }
    writeFileSync(join(folder, name), text)
  }
  const lacking = Object.keys(changes).filter(from => !found.has(from))
  if (lacking.length > 0) throw new Error(`${example} does not say ${lacking.join(', ')}`)
  return folder
}
