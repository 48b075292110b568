// The claims about a user for each scope of OpenID Connect (Core §5.4): one row a scope. id_tokens, userinfo and
// discovery are made from it.

/** The fields of a user that claims are made of. */
export type ClaimedPerson = {
  username: string
  firstName: string
  lastName: string
  email: string
  /**
   * Whether an administrator wrote the address, not the user: a user who can enter any address must not take
   * another's account over.
   */
  emailVerified: boolean
  roles: readonly string[]
}

export type Claims = Readonly<Record<string, unknown>>

type ScopeRow = {
  scope: string
  /** Names of the claims, for discovery. */
  claims: readonly string[]
  /**
   * Whether the id_token has them too. With a code the claims of a scope come from userinfo (§5.4), but many tools
   * never call it.
   */
  inIdToken: boolean
  /** Unknown claims are omitted (§5.3.2). */
  of(person: ClaimedPerson, rolesClaim: string | undefined): Claims
}

export const scopeClaims = [
  {
    scope: 'profile',
    claims: ['name', 'preferred_username', 'given_name', 'family_name'],
    inIdToken: true,
    of: ({ username, firstName, lastName }) => ({
      name: [firstName, lastName].filter(Boolean).join(' ') || username,
      preferred_username: username,
      ...(firstName && { given_name: firstName }),
      ...(lastName && { family_name: lastName }),
    }),
  },
  {
    scope: 'email',
    claims: ['email', 'email_verified'],
    inIdToken: false,
    of: ({ email, emailVerified }) => (email ? { email, email_verified: emailVerified } : {}),
  },
  {
    scope: 'roles',
    claims: ['roles'],
    inIdToken: true,
    of: ({ roles }, rolesClaim) => ({
      roles,
      ...(rolesClaim !== undefined && !isReservedClaim(rolesClaim) && { [rolesClaim]: roles }),
    }),
  },
] as const satisfies readonly ScopeRow[]

/** Claims that tokens have, or may get (RFC 7519 §4.1, OIDC Core §2): no application names its claim of roles so. */
const ofTokens = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'auth_time', 'nonce', 'acr', 'amr', 'azp', 'sid']
const hashes = ['at_hash', 'c_hash', 's_hash']

export function isReservedClaim(name: string): boolean {
  const ofPeople: readonly string[] = scopeClaims.flatMap(row => row.claims)
  return [...ofTokens, ...hashes, '__proto__'].includes(name) || ofPeople.includes(name)
}

/**
 * @param scope words that were granted
 * @param rolesClaim of the application: a second name for roles
 */
export function claimsOf(
  person: ClaimedPerson,
  scope: readonly string[],
  rolesClaim: string | undefined,
  where: 'idToken' | 'userinfo',
): Claims {
  const rows = scopeClaims.filter(row => scope.includes(row.scope) && (where === 'userinfo' || row.inIdToken))
  return Object.assign({}, ...rows.map(row => row.of(person, rolesClaim)))
}
