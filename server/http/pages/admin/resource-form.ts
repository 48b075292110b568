// The scopes of a resource server in a form: a row for each, with its description in each language.
import type { ResourceScope } from '../../../policy/application-metadata.js'
import type { Context } from '../../handler.js'
import { typedIn } from '../fields.js'

export type ScopeRow = { name: string; description: string; uz: string; ru: string }

const noScope: ScopeRow = { name: '', description: '', uz: '', ru: '' }
/** Number of empty rows for new scopes. */
const empty = 2
const mostRows = 200

/** The rows of the present scopes, and empty ones. */
export function scopeRows(scopes: readonly ResourceScope[]): ScopeRow[] {
  const rows = scopes.map(({ name, description, descriptions: { uz = '', ru = '' } = {} }) => ({
    ...{ name, description, uz, ru },
  }))
  return [...rows, ...Array.from({ length: empty }, () => noScope)]
}

/** The scopes as typed; a row without a name is left out. @param before keeps members that no field shows */
export function readScopes(ctx: Context, before: readonly ResourceScope[] = []): ResourceScope[] {
  return typedRows(ctx).flatMap(({ name, description, uz, ru }): ResourceScope[] => {
    if (name === '') return []
    const kept = before.find(one => one.name === name)?.descriptions?.en
    const descriptions = { ...(kept && { en: kept }), ...(uz && { uz }), ...(ru && { ru }) }
    return [{ name, description: description || name, ...(Object.keys(descriptions).length > 0 && { descriptions }) }]
  })
}

/** The rows as typed, to show the form again. */
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
