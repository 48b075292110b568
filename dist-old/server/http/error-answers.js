import { describeOauthErrors } from './oauth/present-error.js';
import { describeApiErrors } from './wire/present-error.js';
/** By presenter. */
export const wires = {
    api: { describe: describeApiErrors, refuses: ['not_acceptable', 'server_error'] },
    feed: { describe: describeApiErrors, refuses: ['not_acceptable', 'server_error'] },
    oauth: { describe: describeOauthErrors, refuses: ['server_error'] },
};
//# sourceMappingURL=error-answers.js.map