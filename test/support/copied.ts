// A copy of an example in a folder of its own, in which a few values are changed, as a reader would do.
import { chmodSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { aFolder } from './engines.js'
import { examples } from './orders.js'

/** @param changes of what its files say: each must be there. @returns the folder */
export function copied(example: string, changes: Readonly<Record<string, string>>): string {
  const folder = aFolder()
  // Servers that are started as root work as somebody else, who must be able to read it.
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
