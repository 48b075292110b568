// Users in a file of some format, for an import. A file is read twice: first whole, so that a wrong or truncated one
// changes nothing; then row by row.
import type { UserToImport } from '../identity/people/new-user.js'
import type { Group } from '../policy/group-roles.js'
import { csvRows } from './csv-rows.js'
import { UsageError } from './failures.js'
import type { Text } from './input.js'
import { jsonRows } from './json-rows.js'
import type { Printed } from './output.js'
import { fieldNames, isObject, readCells, readUser } from './user-fields.js'

export type UserInFile = {
  /** Position of the row in the file. */
  at: string
  username: string | null
  /** @throws invalid_fields, RowProblem */
  read: () => UserToImport
}

export type UserFile = {
  /** Number of rows. */
  total: number
  /** Groups that become roles. */
  groups: readonly Group[]
  /** @param roleOf the role of a group; null where it has none */
  rows: (roleOf: (group: string) => string | null) => AsyncIterable<UserInFile>
  /** Additional results, once all rows were read: sentences, and members of the JSON output. */
  report: () => { remarks: readonly string[]; printed: Printed }
}

/** A problem of a row that concerns none of our fields. */
export class RowProblem extends Error {
  override name = 'RowProblem'
}

const plain = { groups: [], report: () => ({ remarks: [], printed: {} }) }

/** @throws UsageError */
export async function jsonFile(text: Text): Promise<UserFile> {
  let total = 0
  for await (const row of jsonRows(text.chunks())) {
    // A wrong file would otherwise be refused line by line.
    if (++total === 1 && row.kind === 'line' && !isObject(parsed(row.text)))
      throw new UsageError('this is neither a JSON array of users nor JSON Lines')
    if (total === 1 && isDumped(parsed(row.text)))
      throw new UsageError('this is what manage.py dumpdata writes: give --format django')
  }
  return {
    ...plain,
    total,
    async *rows() {
      for await (const { kind, number, text: written } of jsonRows(text.chunks())) {
        const value = parsed(written)
        const at = kind === 'line' ? `line ${number}` : `user ${number}`
        yield { at, username: usernameIn(value), read: () => readUser(value) }
      }
    },
  }
}

/** Whether a value is a row of Django's serializers. */
const isDumped = (value: unknown) => isObject(value) && 'model' in value && 'fields' in value

/** @throws UsageError */
export async function csvFile(text: Text): Promise<UserFile> {
  let total = 0
  for await (const _ of csvRows(text.chunks(), requireNames)) total++
  return {
    ...plain,
    total,
    async *rows() {
      for await (const row of csvRows(text.chunks(), requireNames)) {
        const read = () => {
          if (row.cells === null) throw new RowProblem(row.problem)
          return readCells(row.cells)
        }
        yield { at: `line ${row.line}`, username: usernameIn(row.cells), read }
      }
    },
  }
}

/** A mistyped column name would be missing in every row. */
function requireNames(head: readonly string[]): void {
  const unknown = head.filter(name => !(fieldNames as readonly string[]).includes(name))
  if (unknown.length > 0)
    throw new UsageError(`the head names ${unknown.join(', ')}: known are ${fieldNames.join(', ')}`)
  if (!head.includes('username')) throw new UsageError('the head has no column username')
}

/** undefined where the text is no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function usernameIn(value: unknown): string | null {
  const { username } = (value ?? {}) as { username?: unknown }
  return typeof username === 'string' ? username : null
}
