// The templates of `views/`, each compiled at its first use. `<%= %>` escapes text; only the output of components is
// written with `<%- %>`.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ejs from 'ejs'
import { oncePerFolder } from './once-per-folder.js'

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

/** Escapes text for HTML. NUL is not allowed in HTML: it becomes U+FFFD, as in parsers (HTML §13.2.5). */
function writeText(text: unknown): string {
  return ejs.escapeXML(text as string).replaceAll('\0', '\uFFFD')
}

/**
 * Escapes text in which long names and email addresses may wrap after a dot or another sign, and so are not broken
 * inside a word.
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

/** Attributes as ` name="value"`; `true` writes the name alone; null, undefined and false omit the attribute. */
export function writeAttributes(attributes: Record<string, string | number | boolean | null | undefined>): string {
  return Object.entries(attributes)
    .filter(([, value]) => value !== null && value !== undefined && value !== false)
    .map(([name, value]) => (value === true ? ` ${name}` : ` ${name}="${writeText(String(value))}"`))
    .join('')
}
