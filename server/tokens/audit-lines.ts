// One line of the process's log for each change that is audited: who did what to what, from where. The values before
// and after stay in the audit log, where reading them needs a permission.
import { type Actor, nameOf, originOf } from '../policy/actor.js'
import { type AuditNote, auditActions } from '../policy/audit.js'

export type Audited = (actor: Actor, note: AuditNote) => void

type Log = { info(details: object, message: string): void }

export function createAuditLines({ log }: { log: Log }): Audited {
  return (actor, { action, subject }) => {
    // A refused sign-in has its line already, with the reason; the entry follows a moment later.
    if (action === 'sign_in_failed') return
    const { subject: about, what } = auditActions[action]
    const { address, requestId } = originOf(actor) ?? {}
    log.info({ action, about, id: subject, actor: nameOf(actor).slice(0, 100), address, requestId }, what)
  }
}
