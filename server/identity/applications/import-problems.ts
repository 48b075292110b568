// What is wrong with a file of applications: by itself, since every command loads it, and the import itself loads the database.
import { type FieldProblems, wireFields } from '../../protocol/problems.js'

/** What is wrong with an entry, by its place in the file. */
export type EntryProblems = { index: number; id: string | null; fields: FieldProblems }

/** Thrown before anything is written. */
export class ImportProblems extends Error {
  constructor(readonly entries: readonly EntryProblems[]) {
    super('the applications are not usable')
  }
}

/** `[2].redirect_uris (till): …`, a line a problem. */
export function entryLines({ index, id, fields }: EntryProblems): string[] {
  const whose = id === null || id === '' ? '' : ` (${id.slice(0, 100)})`
  return Object.entries(wireFields(fields)).flatMap(([field, problems]) =>
    problems.map(text => `[${index}]${field === 'non_field_errors' ? '' : `.${field}`}${whose}: ${text}`),
  )
}
