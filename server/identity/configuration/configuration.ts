// Policies, roles and applications as a configuration file describes them, for operators who keep them in git: the
// present state, what a file would change, and the change itself, in one transaction.
import type { Actor } from '../../policy/actor.js'
import { firstPolicy, type Policy, readPolicy } from '../../policy/policies.js'
import type { PolicyApply } from '../../policy/policy-version.js'
import { Refusal, refuse } from '../../protocol/errors.js'
import type { Problem } from '../../protocol/problems.js'
import type { ApplicationStore } from '../../storage/applications.js'
import type { Database, Queries } from '../../storage/database.js'
import type { PolicyVersionStore } from '../../storage/policy-versions.js'
import type { RoleRecord, RoleStore } from '../../storage/roles.js'
import type { Change, Changes } from '../../tokens/changes.js'
import type { ApplicationSecrets } from '../applications/application-secrets.js'
import { type PublicApplication, publicApplication } from '../applications/public-application.js'
import type { Roles } from '../people/roles.js'
import type { Policies } from '../policies/policies.js'
import type { ConfigurationCheck } from './configuration-check.js'
import { type ConfigurationProblem, ConfigurationProblems, problemAt } from './configuration-problems.js'
import type { ConfigurationWriting } from './configuration-writing.js'
import { type Consequences, type ConsequencesOf, valuesOf } from './consequences.js'
import { areSame, type Differences, differencesOf, isNothing, type Present } from './differences.js'
import type { Wanted } from './wanted.js'

/** Everything that a file may name, without what is built in. */
export type Configuration = {
  policy: Policy
  roles: Pick<RoleRecord, 'name' | 'permissions'>[]
  applications: PublicApplication[]
}

export type HowToApply = {
  /** Also deletes what a section of the file does not name. */
  prune: boolean
  /** From when on the policies apply. */
  apply: PolicyApply
}

export type Plan = { differences: Differences; consequences: Consequences; warnings: readonly ConfigurationProblem[] }

/**
 * `secrets`: generated ones, by the ids of their applications; shown once. `version`: the policy's new version; null
 * where it did not change.
 */
export type Applied = { version: number | null; secrets: ReadonlyMap<string, string> }

export type ConfigurationDeps = {
  database: Database
  policyVersionStore: PolicyVersionStore
  roleStore: RoleStore
  applicationStore: ApplicationStore
  applicationSecrets: ApplicationSecrets
  policies: Policies
  roles: Roles
  configurationCheck: ConfigurationCheck
  configurationWriting: ConfigurationWriting
  consequences: ConsequencesOf
  changes: Changes
}

export function createConfiguration(deps: ConfigurationDeps) {
  const { database, policyVersionStore, roleStore, applicationStore, applicationSecrets } = deps
  const { policies, roles, configurationCheck, configurationWriting, consequences, changes } = deps

  async function presentIn(tx: Queries, wanted: Wanted): Promise<Present> {
    const latest = await policyVersionStore.latest(tx)
    const named = [...(wanted.applications?.keys() ?? [])]
    const found = [
      ...(await applicationStore.ofOrigin(tx, 'administrator')),
      // Applications with a resource or lifetimes of their own, of any origin: the file's are checked against them.
      ...(await applicationStore.inForce(tx)),
      ...(await applicationStore.some(tx, named)),
    ]
    const otherSecrets = new Set<string>()
    for (const [id, { secret }] of wanted.applications ?? [])
      if (secret !== null && !(await applicationSecrets.holds(tx, id, secret))) otherSecrets.add(id)
    return {
      policy: latest ? readPolicy(latest.policy) : firstPolicy,
      roles: await roleStore.all(tx),
      applications: new Map(found.map(one => [one.id, one])),
      otherSecrets,
    }
  }

  return {
    async show(): Promise<Configuration> {
      const { policy } = await policies.show()
      const own = (await roles.all()).filter(role => !role.builtIn)
      const found = await applicationStore.ofOrigin(database, 'administrator')
      return { policy, roles: own, applications: found.map(publicApplication) }
    },

    /**
     * Computes what a file would change, and what that would end. Changes nothing.
     * @param broken problems of the parser, reported together with all others
     * @throws ConfigurationProblems
     */
    async plan(
      wanted: Wanted,
      { prune, apply }: HowToApply,
      actor: Actor,
      broken: readonly ConfigurationProblem[] = [],
    ): Promise<Plan> {
      const present = await presentIn(database, wanted)
      const differences = differencesOf(present, wanted, prune)
      const warnings = await configurationCheck.require(database, present, wanted, differences, {
        prune,
        apply,
        broken,
      })
      try {
        return {
          differences,
          warnings,
          consequences: await consequences.of(differences, present, wanted, apply, actor),
        }
      } catch (error) {
        throw asProblems(error)
      }
    },

    /**
     * Applies a file: all of it or nothing.
     * @param shown the differences that the operator has confirmed; if they are others by now, nothing is written
     * @param reason for every entry of the audit log
     * @throws configuration_conflict, invalid_fields, permission_denied; nothing has changed then
     */
    async apply(
      wanted: Wanted,
      shown: Differences,
      { prune, apply, reason }: HowToApply & { reason: string },
      actor: Actor,
    ): Promise<Applied> {
      if (isNothing(shown)) return { version: null, secrets: new Map() }
      const work = async (tx: Queries, plain: Change): Promise<Applied> => {
        await configurationWriting.lock(tx, shown, wanted)
        const present = await presentIn(tx, wanted)
        const differences = differencesOf(present, wanted, prune)
        if (!areSame(differences, shown)) throw refuse('configuration_conflict')
        const change = reason === '' ? plain : withReason(plain, reason)
        const secrets = await configurationWriting.write(tx, change, differences, present, wanted, actor)
        if (differences.policies.length === 0) return { version: null, secrets }
        const { version } = await policies.setIn(tx, plain, valuesOf(differences), actor, reason, { apply })
        return { version, secrets }
      }
      return changes.run(actor, work, { roles: shown.roles.map(one => one.name) })
    },
  }
}

export type ConfigurationFiles = ReturnType<typeof createConfiguration>

function withReason(change: Change, reason: string): Change {
  return { ...change, note: note => change.note({ ...note, after: { ...note.after, reason: reason.slice(0, 255) } }) }
}

/**
 * A refusal of the policy's rules as problems of the file: policies that contradict each other, or cannot be for new
 * sessions only.
 */
function asProblems(error: unknown): unknown {
  if (!(error instanceof Refusal) || error.code !== 'invalid_fields') return error
  const found = Object.entries(error.details.fields ?? {}) as [string, readonly Problem[]][]
  const path = (field: string) => (field === 'non_field_errors' ? ['policies'] : ['policies', field])
  return new ConfigurationProblems(found.flatMap(([field, each]) => each.map(one => problemAt(path(field), one))))
}
