// Users from elsewhere: a JSON array or JSON Lines, in the shape that `user export` writes.
import type { UserToImport } from '../identity/people/new-users.js'
import { refuseField, refuseFields } from '../protocol/errors.js'
import { type FieldProblems, type Problem, problem } from '../protocol/problems.js'
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

type FieldRow = {
  property: keyof UserToImport
  isValue: (value: unknown) => boolean
  problem: Problem
  /** For `--help`. */
  meaning: string
}

const isText = (value: unknown) => typeof value === 'string'
const isTexts = (value: unknown) => Array.isArray(value) && value.every(isText)

/** Ids are numbers that a JavaScript number holds exactly, and the ones given out later go on after the highest. */
const highestId = 10 ** 15

const isId = (value: unknown) => {
  const id = isText(value) && /^\d+$/.test(value as string) ? Number(value) : value
  return Number.isSafeInteger(id) && (id as number) >= 1 && (id as number) <= highestId
}
const longestHash = 255
const isHash = (value: unknown) => value === null || (isText(value) && (value as string).length <= longestHash)

const text = { isValue: isText, problem: problem('not_text') }
const texts = { isValue: isTexts, problem: problem('not_texts') }

const fields = {
  username: { ...text, property: 'username', meaning: 'required; as it is typed at sign-in, at most 150 characters' },
  id: {
    property: 'id',
    isValue: isId,
    problem: problem('not_whole_between', { min: 1, max: highestId }),
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
    property: 'emailVerified',
    isValue: value => typeof value === 'boolean',
    problem: problem('not_true_or_false'),
    meaning: 'true: it is known that the address is theirs; false where it is left out',
  },
  is_active: {
    property: 'active',
    isValue: value => typeof value === 'boolean',
    problem: problem('not_true_or_false'),
    meaning: 'false: cannot sign in; true where it is left out',
  },
  roles: { ...texts, property: 'roles', meaning: 'names of roles that are there' },
  permissions: { ...texts, property: 'permissions', meaning: 'permissions beside those of the roles' },
} as const satisfies Record<string, FieldRow>

/** What a user may say, a line each. */
export function fieldsInWords(): string {
  const width = Math.max(...Object.keys(fields).map(name => name.length))
  return Object.entries(fields)
    .map(([name, { meaning }]) => `  ${name.padEnd(width)}  ${meaning}`)
    .join('\n')
}

/** @throws invalid_fields. A field that we do not know may be a misspelt `is_active`, so it is not passed over. */
export function readUser(value: unknown): UserToImport {
  if (value === undefined) throw refuseField('non_field_errors', 'not_json')
  if (!isObject(value)) throw refuseField('non_field_errors', 'not_json_object')
  const found: FieldProblems = {}
  const user: Record<string, unknown> = {}
  for (const [name, content] of Object.entries(value)) {
    const row: FieldRow | undefined = Object.hasOwn(fields, name) ? fields[name as keyof typeof fields] : undefined
    if (!row) found[name] = [problem('unknown_field')]
    else if (!row.isValue(content)) found[name] = [row.problem]
    else if (content !== null) user[row.property] = row.property === 'id' ? Number(content) : content
  }
  if (!Object.hasOwn(value, 'username')) found.username = [problem('required')]
  if (Object.keys(found).length > 0) throw refuseFields(found)
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
