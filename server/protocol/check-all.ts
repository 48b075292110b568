// Several checks of one request, reported as one refusal, so that the client can correct all fields at once.
import { Refusal, refuseFields } from './errors.js'
import type { FieldProblems } from './problems.js'

type Results<C extends readonly (() => unknown)[]> = { [N in keyof C]: Awaited<ReturnType<C[N]>> }

/**
 * Runs every check. For each field the first problem is reported.
 * @returns what each check returned
 * @throws invalid_fields with all problems; any other exception of a check, at once
 */
export async function checkAll<C extends readonly (() => unknown)[]>(...checks: C): Promise<Results<C>> {
  const fields: FieldProblems = {}
  const results: unknown[] = []
  for (const check of checks) {
    try {
      results.push(await check())
    } catch (error) {
      note(fields, error)
    }
  }
  if (Object.keys(fields).length > 0) throw refuseFields(fields)
  return results as Results<C>
}

/** Runs synchronous checks, for very many rows. */
export function checkAllNow(...checks: readonly (() => unknown)[]): void {
  const fields: FieldProblems = {}
  for (const check of checks) {
    try {
      check()
    } catch (error) {
      note(fields, error)
    }
  }
  if (Object.keys(fields).length > 0) throw refuseFields(fields)
}

function note(fields: FieldProblems, error: unknown): void {
  if (!(error instanceof Refusal) || error.code !== 'invalid_fields') throw error
  for (const [field, problems] of Object.entries(error.details.fields ?? {})) fields[field] ??= problems
}
