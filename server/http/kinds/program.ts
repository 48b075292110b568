// Routes of programs in their own name: by an access token that an application got for itself (RFC 6749 §4.4), that is for this
// server and has the scope. A person's token is none, whatever its scope, and neither is an API key.
import { refusedTokens } from './bearer.js'
import type { Kind } from './kind.js'

export type ProgramAccess = { kind: 'program'; scope: string }

export const program = <S extends string>(scope: S) => ({ kind: 'program', scope }) as const

export const programKind: Kind<ProgramAccess> = {
  sender: 'token',
  presenter: 'feed',
  // A page has no secret to get such a token with.
  cors: 'ownOrigin',
  body: 'fields',
  // Compatibility: a program may be newer or older than its server, so unknown parameters are ignored.
  unknown: 'ignored',
  who: ({ scope }) => `an application by its own token with the scope \`${scope}\``,
  security: ({ scope }) => [{ bearer: [scope] }],
  refuses: () => [...refusedTokens, 'insufficient_scope'],
  judge: ({ scope }, { bearer }) => [bearer.program(scope)],
  confirm: () => [],
}
