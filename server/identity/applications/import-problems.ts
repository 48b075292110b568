// Problems of a file of applications. A module of its own, since every command loads it, and the import itself loads
// the database.
import { type FieldProblems, wireFields } from '../../protocol/problems.js'

/** Problems of one entry; `index` is its place in the file. */
export type EntryProblems = { index: number; id: string | null; fields: FieldProblems }

/** The import refused the file; nothing was written. */
export class ImportProblems extends Error {
  constructor(readonly entries: readonly EntryProblems[]) {
    super('the applications are not usable')
  }
}

/** One line for each problem: `[2].redirect_uris (till): …` */
export function entryLines({ index, id, fields }: EntryProblems): string[] {
  const whose = id === null || id === '' ? '' : ` (${id.slice(0, 100)})`
  return Object.entries(wireFields(fields)).flatMap(([field, problems]) =>
    problems.map(text => `[${index}]${field === 'non_field_errors' ? '' : `.${field}`}${whose}: ${text}`),
  )
}
