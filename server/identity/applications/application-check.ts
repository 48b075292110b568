// Checks whether an application can be saved as described: its schema, and the rules of policy/application-rules.ts.
// All problems are reported at once.
import {
  type ApplicationMetadata,
  type ApplicationTerms,
  ownApplicationId,
  resourceScopesSchema,
} from '../../policy/application-metadata.js'
import {
  applicationProblems,
  applicationWarnings,
  type DescribedApplication,
  type RulesContext,
} from '../../policy/application-rules.js'
import { isApplicationId } from '../../protocol/claims.js'
import { refuseFields } from '../../protocol/errors.js'
import { type FieldProblems, type Problem, problem } from '../../protocol/problems.js'
import type { ApplicationStore } from '../../storage/applications.js'
import type { Queries } from '../../storage/database.js'
import type { KeyStore } from '../../storage/keys.js'
import type { RegisteredApplicationStore } from '../../storage/registered-applications.js'
import type { RoleStore } from '../../storage/roles.js'
import { isSameResource, metadataProblems } from './application-writing.js'

export type ApplicationCheckDeps = {
  issuer: string
  applicationStore: ApplicationStore
  registeredApplicationStore: RegisteredApplicationStore
  roleStore: RoleStore
  keyStore: KeyStore
  now: () => number
}

export type CheckedApplication = DescribedApplication & {
  id: string
  isNew?: boolean
  /** Whether a secret is created together with the application. */
  isGivenSecret?: boolean
}

/** Roles and applications as they will be once a whole batch is written, in place of the present ones. */
export type PendingBatch = {
  roles: readonly string[]
  applications: readonly Pick<ApplicationTerms, 'id' | 'active' | 'resource' | 'resourceScopes'>[]
}

export type Checked = { problems: FieldProblems; warnings: Problem[] }

export function createApplicationCheck(deps: ApplicationCheckDeps) {
  const { issuer, applicationStore, registeredApplicationStore, roleStore, keyStore, now } = deps

  async function contextOf(
    tx: Queries,
    { id, origin, isGivenSecret = false }: CheckedApplication,
    beside: PendingBatch | null,
  ): Promise<RulesContext> {
    const others = beside?.applications ?? (await applicationStore.inForce(tx))
    const servers = others.filter(one => one.active && one.resource !== null)
    const own = await applicationStore.find(tx, ownApplicationId)
    const keys = await keyStore.list(tx)
    return {
      algorithms: keys.filter(key => key.state === 'active').map(key => key.algorithm),
      roles: beside?.roles ?? (await roleStore.all(tx)).map(role => role.name),
      scopes: [...(own ? [own] : []), ...servers].flatMap(one => one.resourceScopes.map(scope => scope.name)),
      names: origin === 'registration' ? await registeredApplicationStore.namesOfOthers(tx) : [],
      hasSecret: isGivenSecret || (await applicationStore.liveSecrets(tx, id, now())).length > 0,
    }
  }

  /**
   * Whether the id and the resource identifier are still free. Writers check again, under the lock of the log's head.
   */
  async function takenProblems(
    tx: Queries,
    { id, isNew, resource }: CheckedApplication,
    beside: PendingBatch | null,
  ): Promise<FieldProblems> {
    const problems: FieldProblems = {}
    const wrong = isNew ? applicationIdProblem(id) : null
    if (wrong) problems.client_id = [wrong]
    else if (isNew && (await applicationStore.find(tx, id))) problems.client_id = [problem('application_id_taken')]
    const found = resource === null ? null : await resourceProblem(tx, id, resource, beside)
    if (found) problems.resource = [found]
    return problems
  }

  async function resourceProblem(
    tx: Queries,
    id: string,
    resource: string,
    beside: PendingBatch | null,
  ): Promise<Problem | null> {
    if (isSameResource(resource, issuer)) return problem('application_resource_ours')
    const others = beside?.applications ?? (await applicationStore.inForce(tx))
    return others.some(one => one.id !== id && one.resource !== null && isSameResource(one.resource, resource))
      ? problem('application_resource_taken')
      : null
  }

  async function check(
    tx: Queries,
    application: CheckedApplication,
    beside: PendingBatch | null = null,
  ): Promise<Checked> {
    const { metadata, resourceScopes } = application
    const unread = { ...metadataProblems(metadata), ...scopesProblems(resourceScopes) }
    // Rules run on members that could be parsed; problems of the others are reported beside theirs.
    const broken = new Set(Object.keys(unread).map(name => name.split('.')[0]!))
    const readable = Object.entries(metadata).filter(([name]) => !broken.has(name))
    const judged = {
      ...application,
      metadata: Object.fromEntries(readable) as ApplicationMetadata,
      resourceScopes: broken.has('resource_scopes') ? [] : resourceScopes,
    }
    const context = await contextOf(tx, application, beside)
    const found = { ...(await takenProblems(tx, application, beside)), ...applicationProblems(judged, context) }
    const others = Object.entries(found).filter(([name]) => !broken.has(name))
    return { problems: { ...unread, ...Object.fromEntries(others) }, warnings: applicationWarnings(judged, context) }
  }

  return {
    check,

    /** @returns warnings, which do not prevent saving @throws invalid_fields */
    async require(tx: Queries, application: CheckedApplication): Promise<Problem[]> {
      const { problems, warnings } = await check(tx, application)
      if (Object.keys(problems).length > 0) throw refuseFields(problems)
      return warnings
    },
  }
}

export type ApplicationCheck = ReturnType<typeof createApplicationCheck>

/** An id given here is never a URL: that would mean that a client metadata document describes the application there. */
export function applicationIdProblem(id: string): Problem | null {
  return isApplicationId(id) && !id.includes(':') ? null : problem('application_id')
}

function scopesProblems(scopes: unknown): FieldProblems {
  const issue = resourceScopesSchema.safeParse(scopes).error?.issues[0]
  return issue ? { resource_scopes: [problem('application_metadata', { reason: issue.message })] } : {}
}
