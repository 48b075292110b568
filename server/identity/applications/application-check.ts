// Whether an application can be saved as it is described: its schema, and the rules of policy/application-rules.ts, all
// that is wrong told at once.
import { type ApplicationMetadata, ownApplicationId, resourceScopesSchema } from '../../policy/application-metadata.js'
import {
  applicationProblems,
  applicationWarnings,
  type DescribedApplication,
  type RulesContext,
} from '../../policy/application-rules.js'
import { refuseFields } from '../../protocol/errors.js'
import { type FieldProblems, type Problem, problem } from '../../protocol/problems.js'
import type { ApplicationStore } from '../../storage/applications.js'
import type { Queries } from '../../storage/database.js'
import type { KeyStore } from '../../storage/keys.js'
import type { RoleStore } from '../../storage/roles.js'
import { metadataProblems } from './application-writing.js'

export type ApplicationCheckDeps = {
  applicationStore: ApplicationStore
  roleStore: RoleStore
  keyStore: KeyStore
  now: () => number
}

export type Checked = { problems: FieldProblems; warnings: Problem[] }

export function createApplicationCheck({ applicationStore, roleStore, keyStore, now }: ApplicationCheckDeps) {
  async function contextOf(tx: Queries, id: string, isGivenSecret: boolean): Promise<RulesContext> {
    const servers = (await applicationStore.knownToAll(tx)).filter(one => one.active && one.resource !== null)
    const own = await applicationStore.find(tx, ownApplicationId)
    const keys = await keyStore.list(tx)
    return {
      algorithms: keys.filter(key => key.state === 'active').map(key => key.algorithm),
      roles: (await roleStore.all(tx)).map(role => role.name),
      scopes: [...(own ? [own] : []), ...servers].flatMap(one => one.resourceScopes.map(scope => scope.name)),
      hasSecret: isGivenSecret || (await applicationStore.liveSecrets(tx, id, now())).length > 0,
    }
  }

  /** @param isGivenSecret one is made with it */
  async function check(
    tx: Queries,
    id: string,
    application: DescribedApplication,
    isGivenSecret: boolean,
  ): Promise<Checked> {
    const { metadata, resourceScopes } = application
    const unread = { ...metadataProblems(metadata), ...scopesProblems(resourceScopes) }
    // The rules go through what can be read; what cannot is told beside what they find.
    const broken = new Set(Object.keys(unread).map(name => name.split('.')[0]!))
    const readable = {
      ...application,
      metadata: Object.fromEntries(
        Object.entries(metadata).filter(([name]) => !broken.has(name)),
      ) as ApplicationMetadata,
      resourceScopes: broken.has('resource_scopes') ? [] : resourceScopes,
    }
    const context = await contextOf(tx, id, isGivenSecret)
    const found = applicationProblems(readable, context)
    const beside = Object.entries(found).filter(([name]) => !broken.has(name))
    return { problems: { ...unread, ...Object.fromEntries(beside) }, warnings: applicationWarnings(readable, context) }
  }

  return {
    check,

    /** @returns what one should know all the same @throws invalid_fields */
    async require(...asked: Parameters<typeof check>): Promise<Problem[]> {
      const { problems, warnings } = await check(...asked)
      if (Object.keys(problems).length > 0) throw refuseFields(problems)
      return warnings
    },
  }
}

export type ApplicationCheck = ReturnType<typeof createApplicationCheck>

function scopesProblems(scopes: unknown): FieldProblems {
  const issue = resourceScopesSchema.safeParse(scopes).error?.issues[0]
  return issue ? { resource_scopes: [problem('application_metadata', { reason: issue.message })] } : {}
}
