// Additions of single pages to the Content-Security-Policy that all pages have (middleware/security-headers.ts).
import type { Context } from './handler.js'

/**
 * Adds sources to a directive of the page's Content-Security-Policy.
 * @param name of the directive, added if it is missing
 */
export function allowSources(ctx: Context, name: string, ...sources: readonly string[]): void {
  change(ctx, directives => {
    const found = directives.find(([first]) => first === name)
    if (!found) return [...directives, [name, ...sources]]
    found.push(...sources.filter(source => !found.includes(source)))
    return directives
  })
}

export function removeDirective(ctx: Context, name: string): void {
  change(ctx, directives => directives.filter(([first]) => first !== name))
}

function change(ctx: Context, work: (directives: string[][]) => string[][]): void {
  const policy = ctx.response.get('Content-Security-Policy')
  if (policy === '') return
  const directives = work(policy.split(';').map(one => one.trim().split(' ')))
  ctx.set('Content-Security-Policy', directives.map(one => one.join(' ')).join(';'))
}
