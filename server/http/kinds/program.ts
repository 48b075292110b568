// Routes for programs in their own name: by an access token that an application got for itself (RFC 6749 §4.4), with
// this server as audience and with the scope. Users' tokens and API keys are refused, whatever their scope.
import { refusedTokens } from './bearer.js'
import type { Kind } from './kind.js'

export type ProgramAccess = { kind: 'program'; scope: string }

export const program = <S extends string>(scope: S) => ({ kind: 'program', scope }) as const

export const programKind: Kind<ProgramAccess> = {
  sender: 'token',
  presenter: 'feed',
  // A browser page has no secret to get such a token with.
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
