// The changes of a configuration file as text: one line each, and below it what the change ends.

import type { Plan } from '../identity/configuration/configuration.js'
import type { ApplicationConsequence, Consequences } from '../identity/configuration/consequences.js'
import type {
  ApplicationDifference,
  Differences,
  MemberDifference,
  RoleDifference,
} from '../identity/configuration/differences.js'
import { formatDuration } from '../policy/durations.js'
import { isPolicyName, policyTable } from '../policy/policies.js'
import type { Printed, Sign } from './output.js'

type Line = { sign: Sign | null; indent: number; text: string }
type Counted = { count: number; more: boolean }

const signs = { create: '+', change: '~', delete: '-' } as const

export function planLines({ differences, consequences }: Plan): Line[] {
  const { policies, roles, applications } = differences
  return [
    ...section('policies', [...policies.map(policyLine), ...policyEnds(consequences)]),
    ...section(
      'roles',
      roles.flatMap(one => roleLines(one, consequences.roles.get(one.name))),
    ),
    ...section(
      'applications',
      applications.flatMap(one => applicationLines(one, consequences.applications.get(one.id)!)),
    ),
  ]
}

/** Counts as text: `2 policies, 1 role and 3 applications`. */
export function inNumbers({ policies, roles, applications }: Differences): string {
  const each = [
    ...counted(policies.length, 'policy', 'policies'),
    ...counted(roles.length, 'role', 'roles'),
    ...counted(applications.length, 'application', 'applications'),
  ]
  return [each.slice(0, -1).join(', '), ...each.slice(-1)].filter(Boolean).join(' and ')
}

function counted(count: number, one: string, many: string): string[] {
  return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`]
}

function section(title: string, lines: Line[]): Line[] {
  return lines.length === 0 ? [] : [{ sign: null, indent: 0, text: title }, ...lines]
}

const line = (sign: Sign, text: string): Line => ({ sign, indent: 2, text })
const below = (text: string): Line => ({ sign: null, indent: 6, text })

function policyLine({ name, before, after }: MemberDifference): Line {
  return line('~', `${name}  ${policyText(name, before)} → ${policyText(name, after)}`)
}

function policyText(name: string, value: unknown): string {
  return isPolicyName(name) && policyTable[name].kind === 'duration' ? formatDuration(value as number) : shown(value)
}

function policyEnds({ policies }: Consequences): Line[] {
  if (policies === null) return []
  const { ends, staleAccessTokens: stale } = policies
  return [
    ...(ends.sessions.count > 0 ? [below(`ends ${ofUsers(ends)} at their next refresh`)] : []),
    ...(stale?.count ? [below(`makes ${number(stale)} access tokens stale at once`)] : []),
  ]
}

function roleLines({ name, act, before, after }: RoleDifference, holders: Counted | undefined): Line[] {
  const [had, has] = [new Set(before), new Set(after)]
  const textByAct = {
    create: () => shown(after),
    change: () => [...given(has, had).map(one => `+${one}`), ...given(had, has).map(one => `-${one}`)].join(' '),
    delete: () => 'is deleted',
  }
  const taken = act === 'delete' ? 'lose it' : 'have it'
  const ends = holders?.count ? [below(`${number(holders)} ${taken}: their access tokens become stale at once`)] : []
  return [line(signs[act], `${name}  ${textByAct[act]()}`), ...ends]
}

const given = (some: ReadonlySet<string>, others: ReadonlySet<string>) => [...some].filter(one => !others.has(one))

function applicationLines(one: ApplicationDifference, ends: ApplicationConsequence): Line[] {
  const { id, name, act, members, secret } = one
  const gone = act === 'delete' ? ': is deleted for good, and its id is never used again' : ''
  return [
    line(signs[act], `${id}  ${name}${gone}`),
    ...members.map(({ name, before, after }) =>
      below(`${name}  ${act === 'create' ? '' : `${memberText(name, before)} → `}${memberText(name, after)}`),
    ),
    ...(secret === 'made' ? [below('a secret is made, and printed once')] : []),
    ...(secret === 'given' && act === 'change' ? [below('has another secret')] : []),
    ...(secret === 'given' && act === 'create' ? [below('has the secret of its variable')] : []),
    ...endLines(ends),
  ]
}

function memberText(name: string, value: unknown): string {
  if (name !== 'lifetimes' || value === undefined) return shown(value)
  const each = Object.entries(value as Record<string, number>)
  return shown(each.map(([name, seconds]) => `${name} ${formatDuration(seconds)}`))
}

function endLines({ sessions, users, lifetimes, stale, secrets }: ApplicationConsequence): Line[] {
  return [
    ...(sessions && users ? [below(`ends ${ofUsers({ sessions, users })}`)] : []),
    ...(lifetimes?.sessions.count ? [below(`ends ${ofUsers(lifetimes)} at their next refresh`)] : []),
    ...(stale.length > 0 ? [below(`makes access tokens of ${stale.join(', ')} stale at once`)] : []),
    ...(secrets > 0 ? [below(`ends ${counted(secrets, 'secret', 'secrets')[0]} at once`)] : []),
  ]
}

function ofUsers({ sessions, users }: { sessions: Counted; users: Counted }): string {
  const of = `${number(users)} ${users.count === 1 ? 'user' : 'users'}`
  return `${number(sessions)} ${sessions.count === 1 ? 'session' : 'sessions'} of ${of}`
}

const number = ({ count, more }: Counted) => `${count}${more ? '+' : ''}`

function shown(value: unknown): string {
  if (value === undefined || value === null || value === '') return '-'
  if (Array.isArray(value) && value.every(one => typeof one === 'string')) return value.join(', ') || 'none'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** JSON for programs. An absent member is null. */
export function printedPlan({ differences, consequences, warnings }: Plan): Printed {
  const { policies, roles, applications } = differences
  const member = ({ name, before = null, after = null }: MemberDifference) => ({ name, before, after })
  const { ends = null, staleAccessTokens = null } = consequences.policies ?? {}
  return {
    policies: { changes: policies.map(member), ends, stale_access_tokens: staleAccessTokens },
    roles: roles.map(one => ({ ...one, holders: consequences.roles.get(one.name)?.count ?? 0 })),
    applications: applications.map(({ id, name, members, ...one }) => ({
      client_id: id,
      client_name: name,
      ...one,
      changes: members.map(member),
      ends: consequences.applications.get(id) ?? null,
    })),
    warnings: warnings.map(one => ({ path: one.path.join('.'), code: one.code, message: one.text })),
  }
}
