// The scopes of a resource server as a form has them: a row each, with what people are told of it in each language.
import type { ResourceScope } from '../../../policy/application-metadata.js'
import type { Context } from '../../handler.js'
import { typedIn } from '../fields.js'

export type ScopeRow = { name: string; description: string; uz: string; ru: string }

const noScope: ScopeRow = { name: '', description: '', uz: '', ru: '' }
/** Rows to add more in. */
const empty = 2
const mostRows = 200

/** Those that there are, and some to fill in. */
export function scopeRows(scopes: readonly ResourceScope[]): ScopeRow[] {
  const rows = scopes.map(({ name, description, descriptions: { uz = '', ru = '' } = {} }) => ({
    ...{ name, description, uz, ru },
  }))
  return [...rows, ...Array.from({ length: empty }, () => noScope)]
}

/** As they were typed; a row without a name is none. @param before keeps what no field shows */
export function readScopes(ctx: Context, before: readonly ResourceScope[] = []): ResourceScope[] {
  return typedRows(ctx).flatMap(({ name, description, uz, ru }): ResourceScope[] => {
    if (name === '') return []
    const kept = before.find(one => one.name === name)?.descriptions?.en
    const descriptions = { ...(kept && { en: kept }), ...(uz && { uz }), ...(ru && { ru }) }
    return [{ name, description: description || name, ...(Object.keys(descriptions).length > 0 && { descriptions }) }]
  })
}

/** What was typed, to be shown again. */
export function typedRows(ctx: Context): ScopeRow[] {
  const rows: ScopeRow[] = []
  for (let index = 0; index < mostRows; index++) {
    const prefix = `scope_${index}_`
    if (!Object.hasOwn((ctx.request.body ?? {}) as object, `${prefix}name`)) break
    const names = { name: `${prefix}name`, description: `${prefix}description`, uz: `${prefix}uz`, ru: `${prefix}ru` }
    const typed = typedIn(ctx, Object.values(names))
    rows.push({
      name: typed[names.name]!.trim(),
      description: typed[names.description]!.trim(),
      uz: typed[names.uz]!.trim(),
      ru: typed[names.ru]!.trim(),
    })
  }
  return rows
}
