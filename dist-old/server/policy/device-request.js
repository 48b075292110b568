// What a program on a device asks for (RFC 8628 §3.1). Of scopes and resources the same is asked as of an authorization
// request; nobody is answered through a browser, so nothing else is.
import { authorizationRules } from './authorization-rules.js';
/** How long a person may take, and how long a program waits between two questions at first; seconds. */
export const deviceCodeLife = 600;
export const pollInterval = 5;
/** RFC 8628 §3.5: by so much a program slows down that asks too soon; whoever never listens waits no longer than that. */
export const slowDownBy = 5;
export const longestPollInterval = 60;
const rules = authorizationRules.filter(({ error }) => error === 'invalid_scope' || error === 'invalid_target');
/** The first rule that is broken. */
export function brokenDeviceRule(asked, facts) {
    return rules.find(({ breaks }) => breaks(asked, facts)) ?? null;
}
export const deviceGrantType = 'urn:ietf:params:oauth:grant-type:device_code';
//# sourceMappingURL=device-request.js.map