// The templates of `views/`, each compiled when it is first asked for. `<%= %>` writes text as text; only what a component
// has made is written with `<%- %>`.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ejs from 'ejs'

export type Inputs = Record<string, unknown>
export type Views = ReturnType<typeof createViews>

export function createViews(folder: string) {
  const compiled = new Map<string, (inputs: Inputs) => string>()

  function template(name: string): (inputs: Inputs) => string {
    const known = compiled.get(name)
    if (known) return known
    const filename = join(folder, `${name}.ejs`)
    const made = ejs.compile(readFileSync(filename, 'utf8'), { filename, root: folder, views: [folder] })
    const run = (inputs: Inputs) => made(inputs) as string
    compiled.set(name, run)
    return run
  }

  return {
    /** @param name below `views/`, without `.ejs` */
    render: (name: string, inputs: Inputs): string => template(name)(inputs),
  }
}

/** ` name="value"` for each that has one; `true` writes the name alone, null, undefined and false nothing. */
export function writeAttributes(attributes: Record<string, string | number | boolean | null | undefined>): string {
  return Object.entries(attributes)
    .filter(([, value]) => value !== null && value !== undefined && value !== false)
    .map(([name, value]) => (value === true ? ` ${name}` : ` ${name}="${ejs.escapeXML(String(value))}"`))
    .join('')
}
