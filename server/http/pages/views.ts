// The templates of `views/`, each compiled when it is first asked for. `<%= %>` writes text as text; only what a component
// has made is written with `<%- %>`.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ejs from 'ejs'
import { oncePerFolder } from './folders.js'

export type Inputs = Record<string, unknown>
export type Views = ReturnType<typeof createViews>

export const createViews = oncePerFolder((folder: string) => {
  const compiled = new Map<string, (inputs: Inputs) => string>()

  function template(name: string): (inputs: Inputs) => string {
    const known = compiled.get(name)
    if (known) return known
    const filename = join(folder, `${name}.ejs`)
    const made = ejs.compile(readFileSync(filename, 'utf8'), {
      filename,
      root: folder,
      views: [folder],
      escape: writeText,
    })
    const run = (inputs: Inputs) => made(inputs) as string
    compiled.set(name, run)
    return run
  }

  return {
    /** @param name below `views/`, without `.ejs` */
    render: (name: string, inputs: Inputs): string => template(name)(inputs),
  }
})

/** A NUL cannot stand in HTML, however it is written: readers make this of it (HTML §13.2.5). */
function writeText(text: unknown): string {
  return ejs.escapeXML(text as string).replaceAll('\0', '\uFFFD')
}

/**
 * Text in which long names and addresses of e-mail may go on in the next line behind a dot or a sign, and so need not be
 * broken inside a word. Escaped.
 */
export function writeBreakable(text: string): string {
  return text
    .split(/(\s+)/)
    .map(word => {
      const parts = /\p{L}/u.test(word) && word.length > 12 ? word.split(/(?<=[._@-])(?=\p{L})/u) : [word]
      return parts.map(part => writeText(part)).join('<wbr>')
    })
    .join('')
}

/** ` name="value"` for each that has one; `true` writes the name alone, null, undefined and false nothing. */
export function writeAttributes(attributes: Record<string, string | number | boolean | null | undefined>): string {
  return Object.entries(attributes)
    .filter(([, value]) => value !== null && value !== undefined && value !== false)
    .map(([name, value]) => (value === true ? ` ${name}` : ` ${name}="${writeText(String(value))}"`))
    .join('')
}
