// Why a good token was refused, as far as the response shows, and what to check.
import type { OpenTestTokens } from '../../identity/doctor/test-tokens.js'
import { type ProbeAnswer, summaryOf } from './api-probe.js'

type About = OpenTestTokens['about']

const unauthorized = ({ issuer, audience, kid, algorithm, user }: About) =>
  [
    `does it expect the issuer ${issuer}`,
    `the audience ${audience} (--audience names another)`,
    `${algorithm} under the key ${kid}`,
    `can it reach ${issuer}/.well-known/jwks.json`,
    user === null ? 'does it look users up (then give --user NAME)' : `does it know the user ${user}`,
  ].join(', ')

/** Advice by status; the first match counts. */
const advice: readonly [fits: (status: number) => boolean, textOf: (about: About) => string][] = [
  [status => status === 401, unauthorized],
  [status => status === 403, () => 'it may ask for more: give --scope, --permission or --role'],
  [
    status => status === 404 || status === 405,
    () => 'give an address that answers a token with 200, and --method if it is not GET',
  ],
  [status => status === 429, () => 'it limits requests from here: wait, or let this address pass'],
  [
    status => status === 503,
    () => 'it cannot decide now: can it reach the database, the issuer and the revocation feed',
  ],
  [status => status >= 500, () => 'it failed: its own log tells why'],
  [status => status >= 300 && status < 400, () => 'redirects are not followed: give the address itself'],
  [() => true, () => 'give an address that answers a good token with 200'],
]

export function whyNotAccepted(answer: ProbeAnswer, about: About): string {
  if (answer.status === null) return `the resource server does not answer: ${answer.failure}`
  const [, textOf] = advice.find(([fits]) => fits(answer.status!))!
  return `a good token was not let in: ${summaryOf(answer)}; ${textOf(about)}`
}
