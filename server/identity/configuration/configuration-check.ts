// Whether a configuration file can be applied: all problems are found before anything is written, and reported
// together.
import { ownApplicationId } from '../../policy/application-metadata.js'
import { isPermission, isRoleName, mostPermissions } from '../../policy/permissions.js'
import { isPolicyName, isSessionPolicy, type Policy, type PolicyName } from '../../policy/policies.js'
import { whyNotPolicy, whyNotPolicyValue } from '../../policy/policy-values.js'
import type { PolicyApply } from '../../policy/policy-version.js'
import { type FieldProblems, type Problem, problem } from '../../protocol/problems.js'
import type { Queries } from '../../storage/database.js'
import { type ApplicationCheck, applicationIdProblem, type PendingBatch } from '../applications/application-check.js'
import { givenSecretProblem } from '../applications/application-secrets.js'
import {
  type ConfigurationProblem,
  ConfigurationProblems,
  type Path,
  problemAt,
  problemsAt,
} from './configuration-problems.js'
import { type Differences, type Present, whole } from './differences.js'
import type { Wanted, WantedApplication } from './wanted.js'

/**
 * Roles and applications that one file may change: all are written in one transaction, which blocks other changes and
 * may take five seconds.
 */
const mostAtOnce = 500

export type ConfigurationCheckDeps = { applicationCheck: ApplicationCheck }

export function createConfigurationCheck({ applicationCheck }: ConfigurationCheckDeps) {
  async function ofApplication(
    tx: Queries,
    present: Present,
    [id, wanted]: readonly [string, WantedApplication],
    isDifferent: boolean,
    beside: PendingBatch,
  ): Promise<{ problems: FieldProblems; warnings: readonly Problem[] }> {
    const before = present.applications.get(id) ?? null
    const [wrong] = [
      id === ownApplicationId ? problem('application_built_in') : applicationIdProblem(id),
      before?.deletedAt ? problem('application_id_deleted') : null,
    ].filter(one => one !== null)
    if (wrong) return { problems: { '': [wrong] }, warnings: [] }
    // An unchanged application needs no check.
    if (!isDifferent) return { problems: {}, warnings: [] }
    const ofSecret = wanted.secret === null ? null : givenSecretProblem(wanted.secret, wanted.metadata)
    const described = { ...whole(wanted, before), id, isNew: before === null }
    const isGivenSecret = wanted.secret !== null || before === null
    const found = await applicationCheck.check(tx, { ...described, isGivenSecret }, beside)
    return {
      problems: { ...found.problems, ...(ofSecret && { client_secret_env: [ofSecret] }) },
      warnings: found.warnings,
    }
  }

  return {
    /**
     * Checks a file.
     * @param broken problems of the parser: a rule that fails on the same value adds nothing
     * @returns warnings, which do not prevent writing
     * @throws ConfigurationProblems
     */
    async require(
      tx: Queries,
      present: Present,
      wanted: Wanted,
      differences: Differences,
      { prune, apply, broken }: { prune: boolean; apply: PolicyApply; broken: readonly ConfigurationProblem[] },
    ): Promise<ConfigurationProblem[]> {
      const found = [
        ...broken,
        ...tooMany(differences),
        ...(prune ? emptySections(wanted) : []),
        ...policyProblems(present, wanted.policies ?? new Map(), differences, apply),
      ]
      for (const [name, permissions] of wanted.roles ?? []) found.push(...roleProblems(present, name, permissions))
      const beside = pendingBatchOf(present, wanted, differences)
      const gone = new Set(differences.roles.flatMap(one => (one.act === 'delete' ? one.name : [])))
      const differing = new Set(differences.applications.map(one => one.id))
      const warnings = [...requiring(present, wanted, gone)]
      for (const entry of wanted.applications ?? []) {
        const [id, { metadata }] = entry
        const required = Array.isArray(metadata.required_roles) ? metadata.required_roles : []
        const isDifferent = differing.has(id) || required.some(role => gone.has(role))
        const one = await ofApplication(tx, present, entry, isDifferent, beside)
        found.push(...problemsAt(['applications', id], one.problems, entry[1]))
        warnings.push(...one.warnings.map(warning => problemAt(['applications', id], warning)))
      }
      const isNew = ({ path }: ConfigurationProblem) => !broken.some(one => isBelow(path, one.path))
      const all = [...broken, ...found.slice(broken.length).filter(isNew)]
      if (all.length > 0) throw new ConfigurationProblems(all)
      return warnings
    },
  }
}

export type ConfigurationCheck = ReturnType<typeof createConfigurationCheck>

/** Warns of applications that the file does not name, and that require a role which is deleted. */
function* requiring(present: Present, wanted: Wanted, gone: ReadonlySet<string>): Generator<ConfigurationProblem> {
  for (const { id, metadata, deletedAt } of present.applications.values())
    for (const role of metadata.required_roles ?? [])
      if (gone.has(role) && deletedAt === null && !wanted.applications?.has(id)) {
        const text = `asks for the role ${role}, which is deleted`
        yield { path: ['applications', id, 'required_roles'], code: 'role_deleted', text }
      }
}

function tooMany({ roles, applications }: Differences): ConfigurationProblem[] {
  const count = roles.length + applications.length
  const text = `${count} roles and applications differ: at most ${mostAtOnce} are written at once; name fewer`
  return count > mostAtOnce ? [{ path: [], code: 'too_many', text }] : []
}

/** With --prune an empty section would delete everything: more often a truncated file than an intention. */
function emptySections({ roles, applications }: Wanted): ConfigurationProblem[] {
  return Object.entries({ roles, applications }).flatMap(([section, named]) => {
    const text = 'is empty, and with --prune all that there is would go: leave the section out, or name what stays'
    return named?.size === 0 ? [{ path: [section], code: 'empty_section', text }] : []
  })
}

/** Problems of each policy alone, then of all together. */
function policyProblems(
  present: Present,
  policies: ReadonlyMap<PolicyName, unknown>,
  { policies: differing }: Differences,
  apply: PolicyApply,
): ConfigurationProblem[] {
  const found = [...policies].flatMap(([name, value]) => {
    const one = whyNotPolicyValue(name, value)
    return one ? [problemAt(['policies', name], one)] : []
  })
  if (found.length > 0) return found
  const ofAll = differing.filter(({ name }) => apply === 'new' && isPolicyName(name) && !isSessionPolicy(name))
  const whole = { ...present.policy, ...(Object.fromEntries(policies) as Partial<Policy>) }
  return [
    ...ofAll.map(({ name }) => problemAt(['policies', name], problem('policy_not_of_sessions'))),
    ...(differing.length > 0 ? whyNotPolicy(whole).map(one => problemAt(['policies'], one)) : []),
  ]
}

function roleProblems(present: Present, name: string, permissions: readonly string[]): ConfigurationProblem[] {
  const path = ['roles', name]
  if (present.roles.some(role => role.builtIn && role.name === name)) return [problemAt(path, problem('role_built_in'))]
  return [
    ...(isRoleName(name) ? [] : [problemAt(path, problem('role_name'))]),
    ...(new Set(permissions).size > mostPermissions
      ? [problemAt(path, problem('too_many_permissions', { count: mostPermissions }))]
      : []),
    ...permissions.flatMap((one, index) =>
      isPermission(one) ? [] : [problemAt([...path, index], problem('no_permission', { name: one.slice(0, 100) }))],
    ),
  ]
}

/** All roles and applications as they will be after the change. */
function pendingBatchOf(present: Present, { roles, applications }: Wanted, differences: Differences): PendingBatch {
  const gone = new Set(differences.applications.flatMap(one => (one.act === 'delete' ? one.id : [])))
  const goneRoles = new Set(differences.roles.flatMap(one => (one.act === 'delete' ? one.name : [])))
  const after = new Map<string, PendingBatch['applications'][number]>(present.applications)
  for (const [id, wanted] of applications ?? [])
    after.set(id, { id, ...whole(wanted, present.applications.get(id) ?? null) })
  return {
    roles: [...new Set([...present.roles.map(role => role.name), ...(roles?.keys() ?? [])])].filter(
      name => !goneRoles.has(name),
    ),
    applications: [...after.values()].filter(one => !gone.has(one.id)),
  }
}

function isBelow(path: Path, other: Path): boolean {
  return other.length <= path.length && other.every((part, index) => part === path[index])
}
