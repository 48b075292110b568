// A user's decision to let an application in through their browser: the consent is remembered and a code is created,
// both or neither.
import { type Actor, originOf } from '../../policy/actor.js'
import type { AuthorizationRequest } from '../../policy/authorization-request.js'
import { serversIn, wordsIn } from '../../policy/consent.js'
import { refuse } from '../../protocol/errors.js'
import type { CodeRecord, CodeStore } from '../../storage/codes.js'
import type { Changes } from '../../tokens/changes.js'
import type { Quota } from '../quota.js'
import type { BrowserSession } from '../sign-in/browser-sessions.js'
import { hashOfCode, newCode } from './code-text.js'
import { byBrowser, type Decided, type Deciding } from './deciding.js'
import type { DocumentApplications } from './document-applications.js'
import type { PushedRequests } from './pushed-requests.js'

export type DecisionsDeps = {
  deciding: Deciding
  codeStore: CodeStore
  changes: Changes
  pushedRequests: Pick<PushedRequests, 'spend'>
  codeQuota: Quota
  documentApplications: Pick<DocumentApplications, 'keep'>
  random: (size: number) => Buffer
  now: () => number
}

/** A code travels from one redirect to one request; ms. RFC 6749 §4.1.2 recommends ten minutes at most. */
const codeLifetime = 60_000

export function createDecisions(deps: DecisionsDeps) {
  const { deciding, codeStore, changes, pushedRequests, codeQuota, documentApplications, random, now } = deps

  return {
    /**
     * Creates a code for the requested scopes of resource servers that exist.
     * @param consented the scopes that the user was shown and agreed to just now; null where no consent was asked for:
     *   the remembered consent covers them all, or the application is first-party, whose consent is never written
     * @throws login_required, interaction_required (a new password must be chosen first), consent_required,
     *   access_denied (none of the roles that the application requires), unknown_application, invalid_request_uri (it
     *   was pushed, and answered before), too_many_codes, what `changes.run` throws; nothing was written then
     */
    async decide(
      browser: BrowserSession,
      request: AuthorizationRequest,
      consented: readonly string[] | null,
      actor: Actor,
    ): Promise<{ code: string }> {
      const userId = browser.user.id
      await codeQuota(String(userId))
      const by = byBrowser(actor, browser)
      await documentApplications.keep(request.applicationId, userId, originOf(actor)?.address ?? '', by)
      const code = newCode(random)
      await changes.run(by, async (tx, change) => {
        const decided = await deciding.decide(tx, change, browser, request, consented, async () => {
          // Of two browser tabs one gets a code (RFC 9126 §4). A later failure rolls this back as well.
          if (request.pushed !== undefined && !(await pushedRequests.spend(request.pushed, tx)))
            throw refuse('invalid_request_uri')
        })
        await codeStore.insert(tx, codeOf(request, decided, code))
      })
      return { code }
    },
  }

  function codeOf(
    request: AuthorizationRequest,
    { standing: { session, user }, granted, authenticatedAt }: Decided,
    code: string,
  ): CodeRecord {
    const createdAt = now()
    return {
      hash: hashOfCode(code),
      applicationId: request.applicationId,
      userId: user.id,
      deviceId: session.deviceId,
      browserSid: session.id,
      seq: session.seq,
      authenticatedAt,
      redirectUri: request.redirectUriGiven ? request.redirectUri : null,
      challenge: request.challenge ?? null,
      scope: wordsIn(granted).join(' '),
      // Without a named resource, those that the granted scopes belong to: a scope that another server defines later is
      // not granted there.
      resources: request.resources.length > 0 ? request.resources : serversIn(granted),
      nonce: request.nonce ?? null,
      dpopJkt: request.dpopJkt ?? null,
      createdAt,
      expiresAt: createdAt + codeLifetime,
      redeemedAt: null,
      redemption: null,
      redeemer: null,
      sessionId: null,
    }
  }
}

export type Decisions = ReturnType<typeof createDecisions>
