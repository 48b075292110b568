// The fields of a user in files: valid values of each, in JSON and as a cell of CSV. `user export` writes the same
// ones.

import type { UserToImport } from '../identity/people/new-user.js'
import type { ExportedUser } from '../identity/people/user-export.js'
import { refuseField, refuseFields } from '../protocol/errors.js'
import { type FieldProblems, type Problem, problem } from '../protocol/problems.js'
import { type Printed, printedTime } from './output.js'

type FieldRow = {
  property: keyof UserToImport
  isValue: (value: unknown) => boolean
  problem: Problem
  /** Converts a valid value. */
  read?: (value: never) => unknown
  /** The value of a cell; by default its text. */
  cell?: (text: string) => unknown
  /** Description for `--help`. */
  meaning: string
}

const isText = (value: unknown) => typeof value === 'string'
const isTexts = (value: unknown) => Array.isArray(value) && value.every(isText)

/** Highest id: a number that a JavaScript number holds exactly, as later ids continue after the highest. */
const highestId = 10 ** 15

export const isId = (value: unknown) => {
  const id = isText(value) && /^\d+$/.test(value as string) ? Number(value) : value
  return Number.isSafeInteger(id) && (id as number) >= 1 && (id as number) <= highestId
}
const longestHash = 255
const isHash = (value: unknown) => value === null || (isText(value) && (value as string).length <= longestHash)

const isTime = (value: unknown) =>
  value === null || (isText(value) && timePattern.test(value as string) && !Number.isNaN(Date.parse(value as string)))
const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/

const text = { isValue: isText, problem: problem('not_text') }
const texts = {
  isValue: isTexts,
  problem: problem('not_texts'),
  read: (value: string[]) => [...new Set(value)],
  cell: (written: string) => written.split(/[\s,;]+/).filter(one => one !== ''),
}
const flag = {
  isValue: (value: unknown) => typeof value === 'boolean',
  problem: problem('not_true_or_false'),
  // Spreadsheets write TRUE, in some languages 1.
  cell: (written: string) =>
    ({ true: true, '1': true, false: false, '0': false })[written.trim().toLowerCase()] ?? written,
}
const time = {
  isValue: isTime,
  problem: problem('not_time'),
  read: (value: string | null) => (value === null ? null : Date.parse(value)),
}

const fields = {
  username: { ...text, property: 'username', meaning: 'required; as it is typed at sign-in, at most 150 characters' },
  id: {
    property: 'id',
    isValue: isId,
    problem: problem('not_whole_between', { min: 1, max: highestId }),
    read: Number,
    meaning: 'kept as it is; the next free one where it is left out',
  },
  password_hash: {
    property: 'passwordHash',
    isValue: isHash,
    problem: problem('not_text_up_to', { max: longestHash }),
    meaning:
      'as Django stores it (pbkdf2, bcrypt, scrypt, argon2); empty, left out or !…: cannot sign in until an administrator sets a password',
  },
  first_name: { ...text, property: 'firstName', meaning: 'at most 150 characters' },
  last_name: { ...text, property: 'lastName', meaning: 'at most 150 characters' },
  email: { ...text, property: 'email', meaning: 'an e-mail address' },
  email_verified: {
    ...flag,
    property: 'emailVerified',
    meaning: 'true: it is known that the address is theirs; false where it is left out',
  },
  is_active: {
    ...flag,
    property: 'active',
    meaning: 'false: cannot sign in; true where it is left out',
  },
  roles: { ...texts, property: 'roles', meaning: 'names of roles that are there' },
  permissions: { ...texts, property: 'permissions', meaning: 'permissions beside those of the roles' },
  must_change_password: {
    ...flag,
    property: 'mustChangePassword',
    meaning: 'true: somebody else knows the password; pages ask for a new one before anything else',
  },
  last_login: { ...time, property: 'lastLoginAt', meaning: 'a time such as 2026-01-31T09:00:00Z' },
  created_at: { ...time, property: 'createdAt', meaning: 'the same; now where it is left out' },
} as const satisfies Record<string, FieldRow>

/** The fields of a user, one line each. */
export function fieldsInWords(): string {
  const width = Math.max(...Object.keys(fields).map(name => name.length))
  return Object.entries(fields)
    .map(([name, { meaning }]) => `  ${name.padEnd(width)}  ${meaning}`)
    .join('\n')
}

/** @throws invalid_fields. An unknown field may be a misspelt `is_active`, so it is not ignored. */
export function readUser(value: unknown): UserToImport {
  if (value === undefined) throw refuseField('non_field_errors', 'not_json')
  if (!isObject(value)) throw refuseField('non_field_errors', 'not_json_object')
  // Without a prototype: a field may be named `__proto__`.
  const found: FieldProblems = Object.create(null)
  const user: Record<string, unknown> = {}
  for (const [name, content] of Object.entries(value)) {
    const row: FieldRow | undefined = Object.hasOwn(fields, name) ? fields[name as keyof typeof fields] : undefined
    if (!row) found[name] = [problem('unknown_field')]
    else if (!row.isValue(content)) found[name] = [row.problem]
    else if (content !== null) user[row.property] = row.read ? row.read(content as never) : content
  }
  if (!Object.hasOwn(value, 'username')) found.username = [problem('required')]
  if (Object.keys(found).length > 0) throw refuseFields(found)
  return user as UserToImport
}

/** Reads a row of CSV. @throws invalid_fields */
export function readCells(cells: Record<string, string>): UserToImport {
  const read = ([name, text]: [string, string]) => {
    const row: FieldRow | undefined = Object.hasOwn(fields, name) ? fields[name as keyof typeof fields] : undefined
    return [name, row?.cell ? row.cell(text) : text]
  }
  return readUser(Object.fromEntries(Object.entries(cells).map(read)))
}

export const fieldNames = Object.keys(fields) as (keyof typeof fields)[]

/** A user with its password hash. */
export function exportedUser(user: ExportedUser): Record<keyof typeof fields, Printed[string]> {
  return {
    id: user.id,
    username: user.username,
    password_hash: user.passwordHash,
    first_name: user.firstName,
    last_name: user.lastName,
    email: user.email,
    email_verified: user.emailVerified,
    is_active: user.active,
    roles: user.roles,
    permissions: user.permissions,
    must_change_password: user.mustChangePassword,
    last_login: printedTime(user.lastLoginAt),
    created_at: printedTime(user.createdAt),
  }
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
