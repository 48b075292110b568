// `user export`: all users with their hashes, for another installation, for a spreadsheet, or back to Django.
import { stringify } from 'csv-stringify/sync'
import type { ExportedUser } from '../identity/people/user-export.js'
import { escapeCell } from '../policy/csv-cells.js'
import { administratorRole } from '../policy/permissions.js'
import type { CommandLine, Domain } from './command-line.js'
import { djangoFields, type FieldMap, type OurField, readMap } from './django-fields.js'
import { UsageError } from './failures.js'
import { exportedUser, fieldNames } from './user-fields.js'

export type ExportOptions = {
  format: keyof typeof exportFormats
  model?: string
  map?: readonly string[]
  withGroups?: boolean
  grantSuperuser?: boolean
}

type Written = { chunks: (domain: Domain) => AsyncIterable<string>; remarks: () => readonly string[] }

export const exportFormats = { json: jsonLines, csv: csvRows, django: fixture } as const satisfies Record<
  string,
  (options: ExportOptions) => Written
>

export async function exportUsers({ open, output }: CommandLine, options: ExportOptions): Promise<void> {
  const only = {
    model: '--model',
    map: '--map',
    withGroups: '--with-groups',
    grantSuperuser: '--grant-superuser',
  } as const
  for (const [name, option] of Object.entries(only))
    if (options.format !== 'django' && options[name as keyof typeof only] !== undefined)
      throw new UsageError(`${option} is for --format django`)
  const written = exportFormats[options.format](options)
  for await (const text of written.chunks(await open())) await output.piece(text)
  for (const remark of written.remarks()) output.remark(remark)
}

const noRemarks = () => []

function jsonLines(): Written {
  return {
    async *chunks({ userExport }) {
      for await (const user of userExport.every()) yield `${JSON.stringify(exportedUser(user))}\n`
    },
    remarks: noRemarks,
  }
}

/** CSV with a byte order mark, by which spreadsheets recognise UTF-8; lists are words in one cell. */
function csvRows(): Written {
  const inWriting = {
    record_delimiter: 'windows',
    cast: { boolean: String, string: escapeCell },
  } as const
  const cell = (value: unknown) => (Array.isArray(value) ? value.join(' ') : value)
  return {
    async *chunks({ userExport }) {
      yield `\ufeff${stringify([[...fieldNames]], inWriting)}`
      for await (const user of userExport.every()) {
        const fields = exportedUser(user)
        yield stringify([fieldNames.map(name => cell(fields[name]))], inWriting)
      }
    },
    remarks: noRemarks,
  }
}

/**
 * A fixture of Django. Our hashes are its `bcrypt_sha256`. Memberships are exported only on request: names of groups
 * may differ from those of our roles, and a list replaces the existing one. `manage.py loaddata` is for an empty
 * database: it sets every field that a row does not have to its default; the documentation has a way around.
 */
function fixture({ model = 'auth.user', map: pairs = [], withGroups, grantSuperuser }: ExportOptions): Written {
  const map = readMap(pairs)
  const administrators: string[] = []

  function rowOf(user: ExportedUser, builtIn: ReadonlySet<string>): string {
    const isAdministrator = user.roles.includes(administratorRole)
    if (isAdministrator && !grantSuperuser) administrators.push(user.username)
    const isSuperuser = isAdministrator && grantSuperuser === true
    const groups = user.roles.filter(role => !builtIn.has(role)).map(role => [role])
    const { roles: _, permissions: __, must_change_password: ___, ...own } = exportedUser(user)
    const values: Partial<Record<OurField, unknown>> = {
      ...own,
      // Omitted rather than false: only Django knows who is staff, and its flags must survive.
      ...(isSuperuser && { is_superuser: true, is_staff: true }),
      ...(withGroups && { groups }),
    }
    const fields = fieldsOf(values, map)
    return JSON.stringify({ model, ...(map.id === null && { pk: user.id }), fields })
  }

  return {
    async *chunks({ userExport, people: { roles } }) {
      const all = await roles.all()
      const builtIn = new Set(all.filter(role => role.builtIn).map(role => role.name))
      let before = '[\n'
      for (const { name } of withGroups ? all.filter(role => !role.builtIn) : []) {
        yield `${before}${JSON.stringify({ model: 'auth.group', fields: { name } })}`
        before = ',\n'
      }
      for await (const user of userExport.every()) {
        yield `${before}${rowOf(user, builtIn)}`
        before = ',\n'
      }
      yield before === '[\n' ? '[]\n' : '\n]\n'
    },
    remarks: () => [
      ...(administrators.length > 0
        ? [
            `is_superuser and is_staff are left as they are there (--grant-superuser sets them for ${administratorRole}): ${administrators.join(', ')}`,
          ]
        : []),
      ...(withGroups
        ? ['permissions of groups are left out: Django knows them by the models that they are of']
        : ['groups and permissions are left as they are there: --with-groups replaces the groups by the roles']),
    ],
  }
}

/** Mapped fields take precedence: an address may be the name as well. */
function fieldsOf(values: Partial<Record<OurField, unknown>>, map: FieldMap): Record<string, unknown> {
  const names = (Object.keys(values) as OurField[]).filter(name => map[name] !== null)
  const mapped = names.filter(name => map[name] !== djangoFields[name])
  const written = [...names.filter(name => !mapped.includes(name)), ...mapped]
  return Object.fromEntries(written.map(name => [map[name]!, values[name]]))
}
