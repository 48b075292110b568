// Users of a Django project, from `manage.py dumpdata`: groups become roles, `app_label.codename` permissions. A
// superuser becomes an administrator only where the operator says so, and `is_staff` has no meaning here.
import type { UserToImport } from '../identity/people/new-user.js'
import { administratorRole } from '../policy/permissions.js'
import { type DjangoDump, type DumpOptions, type DumpRow, dumpRow, readDump } from './django-dump.js'
import { type FieldMap, readDjangoRow, readMap, readPermissions } from './django-fields.js'
import { UsageError } from './failures.js'
import type { Text } from './input.js'
import { jsonRows } from './json-rows.js'
import { parsed, RowProblem, type UserFile } from './user-file.js'

export type DjangoOptions = DumpOptions & {
  /** Pairs `FIELD=NAME`. */
  map?: readonly string[]
  newIds?: boolean
  grantAdmin?: boolean
}

/** Limit of names in a sentence; `--json` has all. */
const mostNames = 20

/** @throws UsageError */
export async function djangoFile(text: Text, options: DjangoOptions): Promise<UserFile> {
  const map = readMap(options.map ?? [])
  const dump = await readDump(text, options)
  requireMapped(map, options.map ?? [], dump)
  const superusers: string[] = []
  const leftOut = new Set<string>()
  let staff = 0
  let guessedZones = 0

  function readUser(row: DumpRow, roleOf: (group: string) => string | null): UserToImport {
    const { user, isSuperuser, isStaff, groups, permissions, guessedZone } = readDjangoRow(
      row,
      map,
      options.newIds ?? false,
    )
    const roles = options.withoutGroups ? [] : groups.map(one => named('group', one, dump.groupOf(one)))
    const given = options.withoutGroups ? [] : permissions.map(one => named('permission', one, dump.permissionOf(one)))
    const read = readPermissions(given)
    for (const one of read.leftOut) leftOut.add(one)
    if (isSuperuser && !options.grantAdmin) superusers.push(user.username)
    if (isStaff) staff++
    if (guessedZone) guessedZones++
    return {
      ...user,
      roles: [
        ...new Set([
          ...roles.flatMap(group => roleOf(group) ?? []),
          ...(isSuperuser && options.grantAdmin ? [administratorRole] : []),
        ]),
      ],
      permissions: [...new Set(read.permissions)],
    }
  }

  function remarks(): string[] {
    const names = superusers.slice(0, mostNames).join(', ') + (superusers.length > mostNames ? ', …' : '')
    const untaken = [...dump.fields].filter(name => !(Object.values(map) as unknown[]).includes(name)).sort()
    return [
      ...(superusers.length > 0
        ? [
            `superusers, who get no role by it (--grant-admin makes them ${administratorRole}): ${superusers.length}, ${names}`,
          ]
        : []),
      ...(staff > 0 ? [`staff, which gives nothing here: ${staff}`] : []),
      ...(leftOut.size > 0
        ? [`permissions that cannot be written here were left out: ${[...leftOut].join(', ')}`]
        : []),
      ...(guessedZones > 0 ? [`times of ${guessedZones} users have no zone and were taken for UTC`] : []),
      ...(untaken.length > 0 ? [`fields that are not taken: ${untaken.join(', ')}`] : []),
    ]
  }

  return {
    total: dump.total,
    groups: dump.groups,
    async *rows(roleOf) {
      for await (const { kind, number, text: written } of jsonRows(text.chunks())) {
        const row = dumpRow(parsed(written))
        if (row && row.model !== dump.model) continue
        const at = `${kind} ${number}${row ? ` (${row.model} ${typeof row.pk === 'object' ? JSON.stringify(row.pk) : row.pk})` : ''}`
        yield {
          at,
          username: row ? usernameIn(row, map) : null,
          read() {
            if (!row)
              throw new RowProblem(parsed(written) === undefined ? 'This is not JSON.' : 'This is no row of a model.')
            return readUser(row, roleOf)
          },
        }
      }
    },
    report: () => ({ remarks: remarks(), printed: { superusers, staff, remarks: remarks() } }),
  }
}

/** A mistyped field, or one with another name in the dump, would be empty in every row. @throws UsageError */
function requireMapped(map: FieldMap, pairs: readonly string[], { model, fields, total }: DjangoDump): void {
  if (total === 0) return
  const theirs = pairs.map(pair => pair.split('=')[0]!)
  const unknown = theirs.filter(name => !fields.has(name))
  const known = [...fields].sort().join(', ')
  if (unknown.length > 0) throw new UsageError(`rows of ${model} have no field ${unknown.join(', ')}, but ${known}`)
  if (!fields.has(map.username!))
    throw new UsageError(
      `rows of ${model} have no field ${map.username}, but ${known}: --map FIELD=username says which is the name`,
    )
}

/** @throws RowProblem */
function named(what: string, reference: unknown, name: string | null): string {
  if (name === null) throw new RowProblem(`${what}s: The dump has no ${what} ${JSON.stringify(reference)}.`)
  return name
}

function usernameIn({ fields }: DumpRow, map: FieldMap): string | null {
  const found = fields[map.username!]
  return typeof found === 'string' ? found : null
}
