// Routes of programs in their own name: by an access token that an application got for itself (RFC 6749 §4.4), that is for this
// server and has the scope. A person's token is none, whatever its scope, and neither is an API key.
import { refusedTokens } from './bearer.js';
export const program = (scope) => ({ kind: 'program', scope });
export const programKind = {
    sender: 'token',
    presenter: 'feed',
    // A page has no secret to get such a token with.
    cors: 'ownOrigin',
    body: 'fields',
    // Programs are newer than their server, or older: what only one of the two knows must not part them.
    unknown: 'ignored',
    who: ({ scope }) => `an application by its own token with the scope \`${scope}\``,
    security: ({ scope }) => [{ bearer: [scope] }],
    refuses: () => [...refusedTokens, 'insufficient_scope'],
    judge: ({ scope }, { bearer }) => [bearer.program(scope)],
    confirm: () => [],
};
//# sourceMappingURL=program.js.map