// Reuse of sessions without refresh tokens: their application returns to the authorization endpoint for each new access
// token, and would otherwise open a session each time.
import { scopeWords } from '../../policy/application-metadata.js'
import { absoluteEnd, type EndedSeqs, sessionEnd } from '../../policy/session.js'
import type { ErasInForce } from '../../revocation/policy-in-force.js'
import type { Queries } from '../../storage/database.js'
import type { SessionRecord, SessionStore } from '../../storage/sessions.js'

export type SessionReuseDeps = { sessionStore: SessionStore; now: () => number }

export type InForce = {
  /** Numbers of the last ends of its user's and its application's sessions. */
  ended: EndedSeqs
  eras: ErasInForce
}

/** @returns a function that reuses a session in place of one that is about to be opened */
export function createSessionReuse({ sessionStore, now }: SessionReuseDeps) {
  /**
   * Reuses the session of an application without refresh tokens, which returns to the authorization endpoint each time;
   * it takes over the code's time of sign-in.
   * @returns the session as it is now; null where there is none, or it ended concurrently
   */
  async function reuse(tx: Queries, opening: SessionRecord, { ended, eras }: InForce): Promise<SessionRecord | null> {
    if (opening.browserSid === null || opening.refreshable) return null
    const at = now()
    const alike = (await sessionStore.childrenAlike(tx, opening)).filter(one => {
      const rules = eras.of(one)
      // Not a session so near its end that its tokens would be shorter.
      const isLasting = absoluteEnd(one, rules) - at >= rules.access_token_lifetime * 1000
      return isLasting && sessionEnd(one, ended, at, rules) === null && isAlike(one, opening)
    })
    const last = alike.sort((a, b) => b.createdAt - a.createdAt)[0]
    if (!last) return null
    const { seq, authenticatedAt, address } = opening
    const rules = eras.of(last)
    const expiresAt = Math.min(at + rules.refresh_token_lifetime * 1000, absoluteEnd(last, rules))
    const renewed = { seq, authenticatedAt, address, rotatedAt: at, lastSeenAt: at, expiresAt }
    return (await sessionStore.reuse(tx, last.id, renewed)) ? { ...last, ...renewed } : null
  }

  return reuse
}

export type SessionReuse = ReturnType<typeof createSessionReuse>

function isAlike(one: SessionRecord, other: SessionRecord): boolean {
  const words = ({ scope, resources }: SessionRecord) =>
    JSON.stringify([scopeWords(scope).sort(), [...resources].sort()])
  return words(one) === words(other) && one.dpopJkt === other.dpopJkt
}
