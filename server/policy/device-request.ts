// A device authorization request (RFC 8628 §3.1). For scopes and resources the rules of an authorization request apply;
// the others do not, as no answer goes through a browser.
import { type AuthorizationFacts, type AuthorizationParameters, authorizationRules } from './authorization-rules.js'

/** How long a device code lives, and the poll interval at first; seconds. */
export const deviceCodeLife = 600
export const pollInterval = 5
/** RFC 8628 §3.5: how much the poll interval grows for a program that polls too soon, and its limit; seconds. */
export const slowDownBy = 5
export const longestPollInterval = 60

const rules = authorizationRules.filter(({ error }) => error === 'invalid_scope' || error === 'invalid_target')

/** The first rule that a request breaks. */
export function brokenDeviceRule(asked: AuthorizationParameters, facts: AuthorizationFacts) {
  return rules.find(({ breaks }) => breaks(asked, facts)) ?? null
}

export const deviceGrantType = 'urn:ietf:params:oauth:grant-type:device_code'
