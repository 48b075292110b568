// The fields of a user in a Django dump, and which of our fields each is read for.
import type { UserToImport } from '../identity/people/new-user.js'
import { isForeign } from '../policy/group-roles.js'
import { UsageError } from './failures.js'
import { isId } from './user-fields.js'
import { RowProblem } from './user-file.js'

/** Django's field for each of ours: those of `AbstractUser` and its base classes. null: there is none. */
export const djangoFields = {
  id: null,
  username: 'username',
  password_hash: 'password',
  first_name: 'first_name',
  last_name: 'last_name',
  email: 'email',
  email_verified: null,
  is_active: 'is_active',
  last_login: 'last_login',
  created_at: 'date_joined',
  is_superuser: 'is_superuser',
  is_staff: 'is_staff',
  groups: 'groups',
  user_permissions: 'user_permissions',
} as const satisfies Record<string, string | null>

export type OurField = keyof typeof djangoFields
/** Django's field that is read for each of ours. */
export type FieldMap = Readonly<Record<OurField, string | null>>

/** Other names of our fields, as in user files. */
const aliases: Record<string, OurField> = { password: 'password_hash', date_joined: 'created_at' }

/** @param pairs `FIELD=NAME`: Django's field, and ours @throws UsageError */
export function readMap(pairs: readonly string[]): FieldMap {
  const map: Record<string, string | null> = { ...djangoFields }
  const given = new Set<string>()
  for (const pair of pairs) {
    const [, theirs, name] = /^([^=]+)=([^=]+)$/.exec(pair) ?? []
    if (!theirs || !name) throw new UsageError(`--map ${pair} is not of the form FIELD=NAME`)
    const ours = aliases[name] ?? name
    if (!Object.hasOwn(djangoFields, ours))
      throw new UsageError(`--map ${pair}: ${name} is none of ${Object.keys(djangoFields).join(', ')}`)
    if (given.has(ours)) throw new UsageError(`--map names ${ours} twice`)
    given.add(ours)
    map[ours] = theirs
  }
  return map as FieldMap
}

/** The parts of a user's row that are read. */
export type DjangoRow = {
  user: UserToImport
  isSuperuser: boolean
  isStaff: boolean
  groups: readonly unknown[]
  permissions: readonly unknown[]
  /** Whether a time without zone was read as UTC. */
  guessedZone: boolean
}

/** @throws RowProblem */
export function readDjangoRow(
  { pk, fields }: { pk: unknown; fields: Record<string, unknown> },
  map: FieldMap,
  newIds: boolean,
): DjangoRow {
  const value = (name: OurField) => (map[name] === null ? undefined : fields[map[name]])
  const wrong = (name: OurField, what: string) => new RowProblem(`${map[name] ?? 'pk'}: ${what}`)
  let guessedZone = false

  /** A text field; nullable columns and numbers are read as text too. */
  function text(name: OurField): string | undefined {
    const found = value(name)
    if (found === undefined) return undefined
    if (found === null) return ''
    if (typeof found === 'number') return String(found)
    if (typeof found !== 'string') throw wrong(name, 'Must be text.')
    return found
  }

  function flag(name: OurField): boolean | undefined {
    const found = value(name)
    if (found !== undefined && typeof found !== 'boolean') throw wrong(name, 'Must be true or false.')
    return found
  }

  function time(name: OurField): number | null | undefined {
    const found = value(name)
    if (found === undefined || found === null) return found
    const [, zone] = typeof found === 'string' ? (timePattern.exec(found) ?? []) : []
    const at = Date.parse(zone === '' ? `${found}Z` : String(found))
    if (zone === undefined || Number.isNaN(at)) throw wrong(name, 'Must be a time such as 2026-01-31T09:00:00Z.')
    if (zone === '') guessedZone = true
    return at
  }

  function list(name: OurField): readonly unknown[] {
    const found = value(name) ?? []
    if (!Array.isArray(found)) throw wrong(name, 'Must be a list.')
    return found
  }

  const username = text('username')
  if (!username) throw wrong('username', 'This field is required.')
  const user: UserToImport = {
    id: readId(map.id === null ? pk : value('id'), newIds),
    username,
    passwordHash: text('password_hash') ?? '',
    firstName: text('first_name') ?? '',
    lastName: text('last_name') ?? '',
    email: text('email') ?? '',
    emailVerified: flag('email_verified'),
    active: flag('is_active') ?? true,
    lastLoginAt: time('last_login'),
    createdAt: time('created_at') ?? undefined,
  }
  if (user.passwordHash!.length > 255) throw wrong('password_hash', 'Must be text of at most 255 characters.')
  const isSuperuser = flag('is_superuser') ?? false
  const isStaff = flag('is_staff') ?? false
  return { user, isSuperuser, isStaff, groups: list('groups'), permissions: list('user_permissions'), guessedZone }
}

/** Django writes no zone where USE_TZ is off. */
const timePattern = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d|)$/

/** @throws RowProblem */
function readId(pk: unknown, newIds: boolean): number | undefined {
  if (isId(pk)) return Number(pk)
  if (newIds) return undefined
  const reason = pk === undefined ? 'There is none' : `${JSON.stringify(pk)} is no whole number from 1 on`
  throw new RowProblem(`pk: ${reason}: ids are kept, and --new-ids gives the next ones instead.`)
}

/** @returns permissions that are valid here, and those that are not */
export function readPermissions(names: readonly string[]): { permissions: string[]; leftOut: string[] } {
  return { permissions: names.filter(isForeign), leftOut: names.filter(name => !isForeign(name)) }
}
