// Import of applications from a file: new ones are created, existing ones are changed to what the file says. An entry
// without a difference is neither written nor audited, so that every server may import the same file at every start.
import type { Actor } from '../../policy/actor.js'
import { withDefaults } from '../../policy/application-defaults.js'
import {
  type Description,
  describedNames,
  givenMetadata,
  kindOf,
  readDescription,
} from '../../policy/application-description.js'
import { type ApplicationOrigin, ownApplicationId } from '../../policy/application-metadata.js'
import { Refusal } from '../../protocol/errors.js'
import { isJsonObject } from '../../protocol/json.js'
import { type FieldProblems, type Problem, problem } from '../../protocol/problems.js'
import type { ApplicationStore } from '../../storage/applications.js'
import { type Database, isDuplicate } from '../../storage/database.js'
import type { Changes } from '../../tokens/changes.js'
import { type ApplicationCheck, applicationIdProblem } from './application-check.js'
import type { NewApplicationInput } from './application-input.js'
import type { ApplicationSecretChanges } from './application-secret-changes.js'
import { givenSecretProblem } from './application-secrets.js'
import { isSameResource } from './application-writing.js'
import type { Applications } from './applications.js'
import { type EntryProblems, ImportProblems } from './import-problems.js'

/**
 * `deleted`: an administrator has deleted the application since; it stays deleted, because its id is never used again.
 */
export type ImportOutcome = 'created' | 'changed' | 'unchanged' | 'deleted'

/** `secret`: generated here where the file gives none; shown once. */
export type Imported = { id: string; outcome: ImportOutcome; secret: string | null; warnings: Problem[] }

export type ApplicationImportDeps = {
  database: Database
  applicationStore: ApplicationStore
  applications: Applications
  applicationCheck: ApplicationCheck
  secretChanges: ApplicationSecretChanges
  changes: Changes
}

type Options = { origin: ApplicationOrigin; actor: Actor; makesSecrets: boolean }
type Entry = { input: NewApplicationInput & { id: string }; secret: string | undefined }

const names = ['client_id', 'client_secret', ...describedNames] as const

export function createApplicationImport(deps: ApplicationImportDeps) {
  const { database, applicationStore, applications, applicationCheck, secretChanges, changes } = deps

  /** @returns all entries @throws ImportProblems with the problems of every entry */
  async function readAll(given: readonly unknown[], origin: ApplicationOrigin): Promise<Entry[]> {
    const found: EntryProblems[] = []
    const entries: Entry[] = []
    for (const [index, value] of given.entries()) {
      if (!isJsonObject(value)) {
        found.push({ index, id: null, fields: { non_field_errors: [problem('not_json_object')] } })
        continue
      }
      const { description, problems } = readDescription(value, names)
      const entry = entryOf(description)
      const fields = {
        ...(await checked(entry, origin)),
        ...duplicates(entry, entries),
        ...secretProblems(description, entry),
        ...problems,
      }
      if (Object.keys(fields).length > 0) found.push({ index, id: description.id ?? null, fields })
      entries.push(entry)
    }
    if (found.length > 0) throw new ImportProblems(found)
    return entries
  }

  async function checked({ input, secret }: Entry, origin: ApplicationOrigin): Promise<FieldProblems> {
    const { id, name, kind, metadata, resource = null, resourceScopes = [] } = input
    if (id === ownApplicationId) return { client_id: [problem('application_built_in')] }
    const described = { id, name, kind, origin, metadata, resource, resourceScopes }
    // Whether the application exists is checked when it is written: other servers may be importing the same file.
    const { problems } = await applicationCheck.check(database, { ...described, isGivenSecret: !!secret })
    const ofId = applicationIdProblem(id)
    return ofId ? { ...problems, client_id: [ofId] } : problems
  }

  async function writeOne({ input, secret }: Entry, { origin, actor, makesSecrets }: Options): Promise<Imported> {
    const { id } = input
    return changes.run(actor, async (tx, change) => {
      await applicationStore.lock(tx, id)
      const before = await applicationStore.find(tx, id)
      if (!before) {
        const made = await applications.createIn(tx, change, input, origin, actor, secret ?? makesSecrets)
        return { id, outcome: 'created', secret: secret ? null : made.secret, warnings: made.warnings }
      }
      if (before.deletedAt !== null) return { id, outcome: 'deleted', secret: null, warnings: [] }
      const { name, kind, metadata, resource = null, resourceScopes = [] } = input
      const wanted = { name, kind, origin, metadata, resource, resourceScopes }
      const saved = await applications.changeIn(tx, change, before, wanted, actor, secret !== undefined)
      const isNewSecret = secret !== undefined && (await secretChanges.importSecret(tx, change, id, secret))
      const isChanged = isNewSecret || saved.application.version !== before.version
      return { id, outcome: isChanged ? 'changed' : 'unchanged', secret: null, warnings: saved.warnings }
    })
  }

  return {
    /** @throws ImportProblems with all problems, before anything is written; database_unavailable */
    async run(given: readonly unknown[], options: Options): Promise<Imported[]> {
      const entries = await readAll(given, options.origin)
      const done = new Map<string, Imported>()
      // Resource servers come before the applications that ask for their scopes.
      for (const entry of [...entries].sort((a, b) => Number(!a.input.resource) - Number(!b.input.resource)))
        done.set(entry.input.id, await retryOnce(() => writeOne(entry, options)))
      return entries.map(({ input }) => done.get(input.id)!)
    },
  }
}

export type ApplicationImport = ReturnType<typeof createApplicationImport>

/**
 * Retries once: another server that starts may have created the application meanwhile, most likely from the same file.
 */
async function retryOnce<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const isTaken =
      error instanceof Refusal && error.details.fields?.client_id?.some(one => one.code === 'application_id_taken')
    if (!isTaken && !isDuplicate(error)) throw error
    return work()
  }
}

function entryOf(description: Description): Entry {
  const { id = '', secret, name = id, kind = kindOf(description), resource, resourceScopes } = description
  const metadata = withDefaults(kind, givenMetadata(description.metadata))
  return { input: { id, name, kind, metadata, resource, resourceScopes }, secret }
}

/** Problems of an entry whose id or resource occurs earlier in the file. */
function duplicates({ input }: Entry, before: readonly Entry[]): FieldProblems {
  const fields: FieldProblems = {}
  if (input.id !== '' && before.some(one => one.input.id === input.id)) fields.client_id = [problem('given_twice')]
  const { resource } = input
  if (resource && before.some(one => one.input.resource && isSameResource(one.input.resource, resource)))
    fields.resource = [problem('application_resource_taken')]
  return fields
}

function secretProblems({ id, secret }: Description, { input }: Entry): FieldProblems {
  const fields: FieldProblems = {}
  if (id === undefined) fields.client_id = [problem('required')]
  const found = secret === undefined ? null : givenSecretProblem(secret, input.metadata)
  if (found) fields.client_secret = [found]
  return fields
}
