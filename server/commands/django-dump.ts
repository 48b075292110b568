// Reads a dump of Django (`manage.py dumpdata`): rows of models, in any order, that refer to each other by their keys
// or, with --natural-foreign, by their names. One pass reads all except the users, who are read again one by one.
import type { Group } from '../policy/group-roles.js'
import { UsageError } from './failures.js'
import type { Text } from './input.js'
import { type JsonRow, jsonRows } from './json-rows.js'
import { isObject } from './user-fields.js'

export type DumpRow = { model: string; pk: unknown; fields: Record<string, unknown> }

/** How a row refers to another one: a key, or a natural key. */
export type Reference = unknown

export type DjangoDump = {
  /** Name of the user model. */
  model: string
  /** Number of its rows, and of elements that are no rows. */
  total: number
  /** Names of the fields that its rows have. */
  fields: ReadonlySet<string>
  groups: readonly Group[]
  /** null where the dump has no such row. */
  groupOf: (reference: Reference) => string | null
  /** A permission as `app_label.codename`; null where the dump has no such row. */
  permissionOf: (reference: Reference) => string | null
}

type Model = { total: number; fields: Set<string>; groups: Set<string>; permissions: Set<string>; isUsers: boolean }

const howToDump = (model: string) =>
  `manage.py dumpdata ${model} auth.group auth.permission contenttypes.contenttype > users.json`

/** A row of the dump; null where the value is none. */
export function dumpRow(value: unknown): DumpRow | null {
  if (!isObject(value)) return null
  const { model, pk, fields } = value as Record<string, unknown>
  if (typeof model !== 'string' || !isObject(fields)) return null
  return { model: model.toLowerCase(), pk, fields: fields as Record<string, unknown> }
}

export type DumpOptions = {
  /** The user model, as `app.Model`. */
  model?: string | undefined
  /** Whether to ignore groups and permissions. */
  withoutGroups?: boolean | undefined
}

/** @throws UsageError */
export async function readDump(text: Text, { model: wanted, withoutGroups }: DumpOptions): Promise<DjangoDump> {
  const models = new Map<string, Model>()
  const contentTypes = new Map<string, string>()
  const permissions = new Map<string, { codename: string; contentType: Reference }>()
  const groups = new Map<string, { name: string; permissions: readonly Reference[] }>()

  let broken = 0
  let first: JsonRow | null = null
  for await (const row of jsonRows(text.chunks())) {
    first ??= row
    const found = rowIn(row)
    if (!found) {
      broken++
      continue
    }
    const { model, pk, fields } = found
    const seen = modelOf(model)
    seen.total++
    if (model === 'contenttypes.contenttype') contentTypes.set(key(pk), String(fields.app_label))
    else if (model === 'auth.permission')
      permissions.set(key(pk), { codename: String(fields.codename), contentType: fields.content_type })
    else if (model === 'auth.group') {
      const name = String(fields.name)
      // Also by name, for natural keys.
      for (const one of [...(pk === undefined ? [] : [key(pk)]), key([name])])
        groups.set(one, { name, permissions: listed(fields.permissions) })
    } else if (model === wanted?.toLowerCase() || isUsers(model, fields)) {
      seen.isUsers = true
      for (const name of Object.keys(fields)) seen.fields.add(name)
      for (const one of listed(fields.groups)) seen.groups.add(key(one))
      for (const one of listed(fields.user_permissions)) seen.permissions.add(key(one))
    }
  }

  if (first && models.size === 0) throw new UsageError(rowDescription(first))
  const name = wanted?.toLowerCase() ?? theModel(models)
  const users = models.get(name)
  if (!users) throw new UsageError(`this dump has no rows of ${wanted}, but of ${[...models.keys()].sort().join(', ')}`)
  const unique = [...new Map([...groups.values()].map(group => [group.name, group])).values()]
  if (!withoutGroups) requireAllThere()
  return {
    model: name,
    total: users.total + broken,
    fields: users.fields,
    groups: withoutGroups
      ? []
      : unique.map(group => ({
          name: group.name,
          permissions: group.permissions.flatMap(one => permissionOf(one) ?? []),
        })),
    groupOf,
    permissionOf,
  }

  function modelOf(name: string): Model {
    const known = models.get(name)
    if (known) return known
    const made = {
      total: 0,
      fields: new Set<string>(),
      groups: new Set<string>(),
      permissions: new Set<string>(),
      isUsers: false,
    }
    models.set(name, made)
    return made
  }

  function groupOf(reference: Reference): string | null {
    return groups.get(key(reference))?.name ?? null
  }

  function permissionOf(reference: Reference): string | null {
    // Natural keys: codename, app label, model.
    if (Array.isArray(reference)) return reference.length === 3 ? `${reference[1]}.${reference[0]}` : null
    const found = permissions.get(key(reference))
    if (!found) return null
    const { codename, contentType } = found
    const label = Array.isArray(contentType) ? String(contentType[0]) : contentTypes.get(key(contentType))
    return label === undefined ? null : `${label}.${codename}`
  }

  /**
   * Groups must be in the dump: users imported without them would not get them by a second import, as it leaves
   * existing users unchanged.
   */
  function requireAllThere(): void {
    const lacksGroups = groups.size === 0 && users!.groups.size > 0
    const named = [...users!.permissions].map(one => JSON.parse(one)).concat(unique.flatMap(group => group.permissions))
    const lacksPermissions = named.length > 0 && named.every(one => permissionOf(one) === null)
    if (!lacksGroups && !lacksPermissions) return
    const lacking = [...(lacksGroups ? ['groups'] : []), ...(lacksPermissions ? ['permissions'] : [])].join(' and ')
    throw new UsageError(
      `users of this dump have ${lacking} that are not in it: dump them too (${howToDump(name)}), or leave them behind with --without-groups`,
    )
  }
}

/** Whether a model is a user model: `AbstractBaseUser` has both fields. */
function isUsers(model: string, fields: Record<string, unknown>): boolean {
  return model === 'auth.user' || (typeof fields.password === 'string' && 'last_login' in fields)
}

/** The name of the user model. @throws UsageError where it is ambiguous */
function theModel(models: ReadonlyMap<string, Model>): string {
  if (models.has('auth.user')) return 'auth.user'
  const found = [...models].filter(([, { isUsers }]) => isUsers).map(([name]) => name)
  if (found.length === 1) return found[0]!
  if (found.length > 1)
    throw new UsageError(`several models of this dump could be the users: --model ${found.join(', or --model ')}`)
  const known = [...models.keys()].sort().join(', ') || 'nothing'
  throw new UsageError(`this dump has no users: it has ${known}. --model APP.MODEL says which are the users`)
}

function rowIn(row: JsonRow): DumpRow | null {
  try {
    return dumpRow(JSON.parse(row.text))
  } catch {
    return null
  }
}

function rowDescription({ text }: JsonRow): string {
  if (text.trimStart().startsWith('<')) return 'this is XML: dump with --format json, or jsonl'
  return 'this is nothing that manage.py dumpdata wrote as JSON or JSON Lines'
}

function listed(value: unknown): readonly Reference[] {
  return Array.isArray(value) ? value : []
}

function key(reference: Reference): string {
  return JSON.stringify(reference ?? null)
}
