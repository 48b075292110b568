// The entries of a demo's audit log, as the server would have written them.

import { auditedWhole } from '../identity/applications/audited.js'
import type { AuditedValues, AuditNote, AuditRow } from '../policy/audit.js'
import type { NewApplication } from '../storage/applications.js'
import { auditColumnsOf } from '../tokens/audit-trail.js'
import { anOffice, anOfficesAgent } from './agents-and-addresses.js'
import { type DemoEvent, type DemoHistory, demoActor, endedBy, requestIdOf } from './history.js'
import type { DemoSession } from './lives.js'
import type { DemoUser } from './plan.js'
import { incidentRow } from './rows.js'

/** An audit entry without its number, which the hash chain assigns. */
type Entry = Omit<AuditRow, 'seq'>
type From = { actor: string; address: string; userAgent: string }
type EntryParts = From & Pick<AuditNote, 'subject'> & { before?: AuditedValues; after?: AuditedValues }

export function entryOf(event: DemoEvent, history: DemoHistory, seed: string): Entry {
  const { before, after, subject, ...from } = entryByAction[event.action as keyof typeof entryByAction](event, history)
  const note = { action: event.action, subject, ...(before && { before }), ...(after && { after }) }
  const requestId = from.address === '' ? '' : requestIdOf(seed, event)
  return { createdAt: event.at, ...from, requestId, ...auditColumnsOf(note) }
}

const fromNowhere: From = { actor: demoActor, address: '', userAgent: '' }

function fromSession(user: DemoUser, { address, device }: DemoSession): From {
  return { actor: `user:${user.id}`, address, userAgent: device.userAgent }
}

/** Origin of an administrator's action: a page, from an office; or the command line. */
const fromAdministrator = ({ adminActor }: DemoHistory): From =>
  adminActor === demoActor ? fromNowhere : { actor: adminActor, address: anOffice, userAgent: anOfficesAgent }

const aboutUser = (from: From, user: DemoUser): EntryParts => ({ ...from, subject: String(user.id) })

const entryByAction = {
  role_created: ({ more }: DemoEvent): EntryParts => {
    const { name, permissions } = more as { name: string; permissions: readonly string[] }
    return { ...fromNowhere, subject: name, after: { permissions } }
  },
  application_created({ more }: DemoEvent): EntryParts {
    const application = more as NewApplication
    return { ...fromNowhere, subject: application.id, after: auditedWhole(application) }
  },
  user_imported: ({ user }: DemoEvent): EntryParts => ({
    ...aboutUser(fromNowhere, user!),
    after: { username: user!.username, roles: user!.roles, permissions: [] },
  }),
  signed_in: ({ user, session }: DemoEvent): EntryParts => ({
    ...aboutUser(fromSession(user!, session!), user!),
    after: { session: session!.id, device: session!.device.id, application: session!.applicationId },
  }),
  sign_in_failed: ({ user, session, more }: DemoEvent): EntryParts => ({
    ...aboutUser(session ? fromSession(user!, session) : fromNowhere, user!),
    ...more,
    actor: 'system',
  }),
  signed_out: ({ user, session }: DemoEvent): EntryParts => ({
    ...fromSession(user!, session!),
    subject: session!.id,
    before: { user: user!.id, device: session!.device.id },
  }),
  session_ended: ({ user, session }: DemoEvent, { helper }: DemoHistory): EntryParts => {
    const by = endedBy(session!, user!, helper)
    const from = by === user ? session! : (by.sessions.at(-1) ?? session!)
    return {
      ...fromSession(by, from),
      subject: session!.id,
      before: { user: user!.id, device: session!.device.id },
    }
  },
  device_ended: ({ user, session }: DemoEvent): EntryParts => {
    const { id, sessions } = session!.device
    const ended = sessions.filter(one => one.end?.why === 'device_ended').map(one => one.id)
    return { ...fromSession(user!, session!), subject: id, before: { user: user!.id, sessions: ended } }
  },
  refresh_token_reused: ({ user, session }: DemoEvent): EntryParts => {
    const { address, userAgent, presentedGeneration, presentGeneration } = incidentRow(user!, session!)
    return {
      actor: 'system',
      address,
      userAgent,
      subject: session!.id,
      before: { user: user!.id, generation: presentGeneration, presented: presentedGeneration },
    }
  },
  password_changed: ({ user }: DemoEvent): EntryParts =>
    aboutUser(fromSession(user!, user!.accountEvent!.keptBy!), user!),
  sessions_ended: ({ user }: DemoEvent, history: DemoHistory): EntryParts =>
    aboutUser(fromAdministrator(history), user!),
  user_disabled: ({ user }: DemoEvent, history: DemoHistory): EntryParts =>
    aboutUser(fromAdministrator(history), user!),
  user_deleted: ({ user }: DemoEvent, history: DemoHistory): EntryParts => ({
    ...aboutUser(fromAdministrator(history), user!),
    before: { roles: user!.roles },
  }),
  policy_changed: ({ more }: DemoEvent): EntryParts => more as EntryParts,
} as const satisfies Record<string, (event: DemoEvent, history: DemoHistory) => EntryParts>
