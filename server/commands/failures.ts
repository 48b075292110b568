// The ways in which a command fails, and how a refusal of the layers below reads on one line.
import { Refusal, refuse } from '../protocol/errors.js'
import { type Problem, wireFields } from '../protocol/problems.js'

/** The command was used wrongly, and nothing was done: exit 2. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** Errors of a file, with positions; nothing was done: exit 2. */
export class FileError extends Error {
  override name = 'FileError'

  constructor(
    readonly file: string,
    readonly problems: readonly FileProblem[],
  ) {
    super(`${file} has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}; nothing was changed`)
  }
}

/** `path`: as text, `applications.shop.redirect_uris[1]`; '' for the whole file. */
export type FileProblem = { line: number | null; column: number | null; path: string; code: string; message: string }

/** The command was right but failed: exit 1. */
export class Failure extends Error {
  override name = 'Failure'
}

export function refusalMessage(refusal: Refusal): string {
  const { fields } = refusal.details
  if (!fields) return refusal.message
  return Object.entries(wireFields(fields))
    .map(([field, problems]) => (field === 'non_field_errors' ? problems : [`${field}:`, ...problems]).join(' '))
    .join('; ')
}

/** Names what was not found, where the catalogue's text does not. */
export async function orNotFound<T>(work: Promise<T>, problem: Problem): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw error instanceof Refusal && error.code === 'not_found' ? refuse('not_found', { problem }) : error
  }
}
