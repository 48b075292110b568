// Routes that accept any user's access token with a scope, whatever its audience (OpenID Connect Core §5.3): in the
// Authorization header or, with POST, in the form (RFC 6750 §2.1, §2.2).
import { refusedTokens } from './bearer.js'
import type { Kind } from './kind.js'

export type ScopeAccess = { kind: 'scope'; scope: string }

export const hasScope = <S extends string>(scope: S) => ({ kind: 'scope', scope }) as const

export const scopeKind: Kind<ScopeAccess> = {
  sender: 'token',
  presenter: 'oauth',
  cors: 'anyOrigin',
  body: 'form',
  unknown: 'ignored',
  who: ({ scope }) => `a token with the scope \`${scope}\``,
  security: ({ scope }) => [{ bearer: [scope] }],
  // The token may have any audience.
  refuses: () => [...refusedTokens.filter(code => code !== 'token_audience'), 'insufficient_scope'],
  form: { access_token: { about: 'The access token, if it is not in the Authorization header (RFC 6750 §2.2).' } },
  judge: ({ scope }, { bearer }) => [bearer.anyWithScope(scope).inHeader],
  confirm: ({ scope }, { bearer }) => [bearer.anyWithScope(scope).inForm],
}
