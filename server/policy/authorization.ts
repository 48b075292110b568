// The next step of the authorization flow. The endpoint computes it at each request, and every page leads back to the endpoint:
// no step can be skipped, two tabs do not disturb each other, and back and reload do nothing that matters.
import type { AuthorizationRequest } from './authorization-request.js'

/** The user who is signed in with the browser. Times are epoch ms. */
export type BrowserFacts = {
  /** The user id, as in the claim `sub`. */
  sub: string
  authenticatedAt: number
  /** The log's number that this sign-in carries. */
  seq: number
  mustChangePassword: boolean
  /** Whether a person with these roles may use the application (`required_roles`). */
  mayUse: boolean
  /** Number of the last entry that ended all sessions of the application. */
  applicationEndedSeq: number
  /**
   * When the user or an administrator last ended the application's session on this device; null where no such end is
   * known.
   */
  endedHereAt: number | null
}

export type ConsentFacts = {
  /** Whether the application is our own (`first_party`), which needs no consent. */
  isFirstParty: boolean
  /** Whether any program can claim its id (RFC 8252 §8.6), so that an earlier consent may have been for another one. */
  asksAlways: boolean
  /** Whether the stored consent covers all that is requested. */
  isCovered: boolean
}

/** Why a signed-in user has to sign in again. */
export type SignInReason = 'nobody' | 'other_person' | 'ended' | 'asked' | 'too_long_ago'

export type Step =
  | { step: 'sign_in'; why: SignInReason }
  | { step: 'new_password' }
  /** Only an administrator can give this user access. */
  | { step: 'not_allowed' }
  | { step: 'consent' }
  | { step: 'answer' }
  | { step: 'error'; error: 'login_required' | 'interaction_required' | 'access_denied' | 'consent_required' }

type AskedOfPerson = Pick<AuthorizationRequest, 'prompt' | 'maxAge' | 'hintedSub' | 'beganAt'>

/**
 * @param browser null: no user is signed in with it
 * @param consent of the user who is signed in
 */
export function nextStep(request: AskedOfPerson, browser: BrowserFacts | null, consent: ConsentFacts): Step {
  const step = pageFor(request, browser, consent)
  if (!request.prompt.includes('none')) return step
  // OpenID Connect Core §3.1.2.6: with `prompt=none` no page is shown at all.
  switch (step.step) {
    case 'sign_in':
      return { step: 'error', error: 'login_required' }
    case 'new_password':
      return { step: 'error', error: 'interaction_required' }
    case 'not_allowed':
      return { step: 'error', error: 'access_denied' }
    case 'consent':
      return { step: 'error', error: 'consent_required' }
    default:
      return step
  }
}

function pageFor(request: AskedOfPerson, browser: BrowserFacts | null, consent: ConsentFacts): Step {
  if (!browser) return { step: 'sign_in', why: 'nobody' }
  const why = reasonForSignIn(request, browser)
  if (why) return { step: 'sign_in', why }
  if (browser.mustChangePassword) return { step: 'new_password' }
  if (!browser.mayUse) return { step: 'not_allowed' }
  const asks = consent.asksAlways || request.prompt.includes('consent') || !consent.isCovered
  return asks && !consent.isFirstParty ? { step: 'consent' } : { step: 'answer' }
}

function reasonForSignIn(
  { prompt, maxAge, hintedSub, beganAt }: AskedOfPerson,
  browser: BrowserFacts,
): SignInReason | null {
  const { authenticatedAt } = browser
  if (hintedSub !== undefined && hintedSub !== browser.sub) return 'other_person'
  if (browser.seq < browser.applicationEndedSeq) return 'ended'
  if (browser.endedHereAt !== null && browser.endedHereAt >= authenticatedAt) return 'ended'
  // A user who has signed in since the request began is not asked a second time.
  if (authenticatedAt >= beganAt) return null
  if (prompt.includes('login') || prompt.includes('select_account')) return 'asked'
  return maxAge !== undefined && beganAt - authenticatedAt > maxAge * 1_000 ? 'too_long_ago' : null
}
