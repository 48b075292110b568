// The values in an entry of the audit log, in the reader's language: each with its name, before and after the change.
// The CSV file of the log, and the API, have every value as it was written.
import type { AuditRecord } from '../../../identity/logs/audit-log.js'
import { revocableSecrets } from '../../../policy/key-life.js'
import { isPolicyName } from '../../../policy/policies.js'
import { isPolicyApply } from '../../../policy/policy-version.js'
import { triggers } from '../../../policy/revocation.js'
import type { Frame } from '../frame.js'
import type { Named, Shown, Subject } from './people.js'
import { titleOf, valueText } from './policy-texts.js'

export type AuditChange = {
  name: string
  /** The name of the value in the reader's language; its raw name if there is no text. */
  label: string
  /** Inputs of `ui('value').of`. */
  before: Shown
  after: Shown
}

type Values = Record<string, unknown>

type Words = (value: unknown, frame: Frame, people: Named) => Shown

const plain: Words = (value, frame) => wordsOf(value, frame)
const person: Words = (value, frame, people) =>
  typeof value === 'number' || typeof value === 'string' ? people.user(value) : wordsOf(value, frame)
const session: Words = (value, frame, people) =>
  typeof value === 'string' ? people.session(value) : wordsOf(value, frame)
const device: Words = (value, frame, people) =>
  typeof value === 'string' ? people.device(value) : wordsOf(value, frame)
/** The number of items in a list whose ids would mean nothing to a reader. */
const length: Words = (value, frame) => wordsOf(Array.isArray(value) ? value.length : value, frame)
const instant: Words = (value, frame) =>
  typeof value === 'number' ? frame.format.dateTime(value) : wordsOf(value, frame)
/** An id: a number without separators of thousands. */
const id: Words = (value, frame) => (typeof value === 'number' ? String(value) : wordsOf(value, frame))
const cause: Words = (value, { t }) =>
  typeof value === 'string' && Object.hasOwn(triggers, value) ? t(`causes.${value}`) : String(value)
const kind: Words = (value, { t }) =>
  ['token', 'session', 'user', 'role', 'application', 'key', 'all'].includes(String(value))
    ? t(`kinds.${value}`)
    : String(value)
const effect: Words = (value, { t }) =>
  value === 'end' || value === 'refresh' ? t(`revocations.of.${value}`) : String(value)
const keyState: Words = (value, { t }) =>
  ['pending', 'active', 'retiring', 'gone', 'revoked'].includes(String(value))
    ? t(`keys.state.${value}`)
    : String(value)
const apply: Words = (value, { t }) => (isPolicyApply(String(value)) ? t(`policies.apply.${value}`) : String(value))
const fields: Words = (value, frame) =>
  Array.isArray(value) ? value.map(name => fieldNames[name]?.(frame) ?? String(name)).join(', ') : wordsOf(value, frame)

/** The names of profile fields; an entry holds which fields changed, not their values. */
const fieldNames: Record<string, (frame: Frame) => string> = {
  username: ({ t }) => t('shared.username'),
  firstName: ({ t }) => t('shared.firstName'),
  lastName: ({ t }) => t('shared.lastName'),
  email: ({ t }) => t('shared.email'),
}

/** How the values of entries are written, except policies; their names are the texts `auditValues.NAME`. */
const values: Record<string, Words> = {
  username: plain,
  name: plain,
  user: person,
  session,
  device,
  sessions: length,
  devices: length,
  application: plain,
  scope: plain,
  asked_from: plain,
  renewed: plain,
  generation: id,
  presented: id,
  usable_rights: plain,
  new_id: plain,
  issuer: plain,
  roles: plain,
  permissions: plain,
  changed: fields,
  why: plain,
  count: plain,
  algorithm: plain,
  reason: cause,
  apply,
  undoes: id,
  kind,
  effect,
  state: keyState,
  activates_at: instant,
  version: id,
  log_id: plain,
  seq: id,
  seen: id,
  last_user_id: id,
  application_kind: plain,
  origin: plain,
  overlap: plain,
  secret_end: plain,
  api_key: plain,
  by_api_key: plain,
  hint: plain,
  scopes: plain,
  resource: plain,
  elevated: plain,
  expires_at: instant,
  most_uses: plain,
  uses: plain,
  listed: plain,
  blacklisted: plain,
}

/** The users, sessions and devices that the values of an entry name, as subjects for `createPeople`. */
export function namedIn(entry: AuditRecord): Subject[] {
  return changedValuesOf(entry).flatMap(recorded =>
    (['user', 'session', 'device'] as const).flatMap(kind => {
      const id = recorded[kind]
      return typeof id === 'string' || typeof id === 'number' ? [{ kind, id }] : []
    }),
  )
}

/** The values in an entry, before and after the change; null on a side without the value. */
export function changesOf(entry: AuditRecord, frame: Frame, people: Named): AuditChange[] {
  const [before, after] = changedValuesOf(entry)
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return names.map(name => {
    const text = (recorded: Values) =>
      Object.hasOwn(recorded, name) ? valueWords(name, recorded[name], frame, people) : null
    return { name, label: labelOf(name, frame), before: text(before), after: text(after) }
  })
}

/** The subject of an entry as text. Special subjects depend on the action: a role may have the same name. */
export function subjectText({ action, subject, afterJson }: AuditRecord, { t }: Frame): string {
  if (action === 'key_revoked' && revocableSecrets.some(secret => secret === subject))
    return t(`keys.secret.${subject}`)
  if (action === 'secrets_resealed') return t('keys.secrets')
  const isEverybodys = action === 'revocation_added' && (JSON.parse(afterJson ?? '{}') as Values).kind === 'all'
  return isEverybodys ? t('revocations.everybody') : subject
}

function changedValuesOf({ beforeJson, afterJson }: AuditRecord): [before: Values, after: Values] {
  return [JSON.parse(beforeJson ?? '{}'), JSON.parse(afterJson ?? '{}')]
}

function labelOf(name: string, frame: Frame): string {
  if (isPolicyName(name)) return titleOf(name, frame)
  return Object.hasOwn(values, name) ? frame.t(`auditValues.${name}`) : name
}

function valueWords(name: string, value: unknown, frame: Frame, people: Named): Shown {
  if (isPolicyName(name)) return valueText(name, value, frame)
  return (Object.hasOwn(values, name) ? values[name]! : plain)(value, frame, people)
}

/** A number, list or boolean in the reader's language; other values, which an older version wrote, as they are. */
function wordsOf(value: unknown, { t, format }: Frame): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return format.number(value)
  if (typeof value === 'boolean') return t(value ? 'auditValues.yes' : 'auditValues.no')
  if (value === null) return '–'
  if (!Array.isArray(value) || value.some(one => typeof one !== 'string')) return JSON.stringify(value)
  return value.join(', ') || '–'
}
