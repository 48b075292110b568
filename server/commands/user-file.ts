// Users from elsewhere: a JSON array or JSON Lines, in the shape that `user export` writes.
import type { UserToImport } from '../identity/new-users.js'
import { refuse } from '../protocol/errors.js'
import { WrongUse } from './failures.js'

/** `at` says where it stood. `value` is undefined where that is no JSON. */
export type FoundUser = { at: string; value: unknown }

/** @throws WrongUse before the first user when the file holds something else */
export async function* usersIn(lines: AsyncIterable<string>): AsyncGenerator<FoundUser> {
  let number = 0
  let begun = false
  let array = ''
  for await (const line of lines) {
    number++
    if (array) array += `\n${line}`
    else if (!begun && line.trimStart().startsWith('[')) array = line
    else if (line.trim()) {
      const value = parsed(line)
      // A file of something else would be refused line by line.
      if (!begun && !isObject(value)) throw new WrongUse('this is neither a JSON array of users nor JSON Lines')
      begun = true
      yield { at: `line ${number}`, value }
    }
  }
  if (!array) return
  const users = parsed(array)
  if (!Array.isArray(users)) throw new WrongUse('this begins like a JSON array and is none')
  for (const [index, value] of users.entries()) yield { at: `user ${index + 1}`, value }
}

type FieldRow = { property: keyof UserToImport; isValue: (value: unknown) => boolean; problem: string }

const isText = (value: unknown) => typeof value === 'string'
const isTexts = (value: unknown) => Array.isArray(value) && value.every(isText)

/** Ids are numbers that a JavaScript number holds exactly, and the ones given out later go on after the highest. */
const highestId = 10 ** 15

const isId = (value: unknown) => {
  const id = isText(value) && /^\d+$/.test(value as string) ? Number(value) : value
  return Number.isSafeInteger(id) && (id as number) >= 1 && (id as number) <= highestId
}
const isHash = (value: unknown) => isText(value) && (value as string).length <= 255

const fields = {
  id: { property: 'id', isValue: isId, problem: `Must be a whole number from 1 to ${highestId}.` },
  username: { property: 'username', isValue: isText, problem: 'Must be text.' },
  password_hash: { property: 'passwordHash', isValue: isHash, problem: 'Must be text of at most 255 characters.' },
  first_name: { property: 'firstName', isValue: isText, problem: 'Must be text.' },
  last_name: { property: 'lastName', isValue: isText, problem: 'Must be text.' },
  email: { property: 'email', isValue: isText, problem: 'Must be text.' },
  is_active: { property: 'active', isValue: value => typeof value === 'boolean', problem: 'Must be true or false.' },
  roles: { property: 'roles', isValue: isTexts, problem: 'Must be an array of texts.' },
  permissions: { property: 'permissions', isValue: isTexts, problem: 'Must be an array of texts.' },
} as const satisfies Record<string, FieldRow>

/** @throws invalid_fields. A field that we do not know may be a misspelt `is_active`, so it is not passed over. */
export function readUser(value: unknown): UserToImport {
  if (value === undefined) throw refuse('invalid_fields', { fields: { non_field_errors: ['This is not JSON.'] } })
  if (!isObject(value)) throw refuse('invalid_fields', { fields: { non_field_errors: ['This is not a JSON object.'] } })
  const problems: Record<string, string[]> = {}
  const user: Record<string, unknown> = {}
  for (const [name, content] of Object.entries(value)) {
    const row: FieldRow | undefined = Object.hasOwn(fields, name) ? fields[name as keyof typeof fields] : undefined
    if (!row) problems[name] = ['There is no such field.']
    else if (!row.isValue(content)) problems[name] = [row.problem]
    else user[row.property] = row.property === 'id' ? Number(content) : content
  }
  for (const name of ['username', 'password_hash'] as const) {
    if (!Object.hasOwn(value, name)) problems[name] = ['This field is required.']
  }
  if (Object.keys(problems).length > 0) throw refuse('invalid_fields', { fields: problems })
  return { ...user, roles: [...new Set(user.roles as string[] | undefined)] } as UserToImport
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
