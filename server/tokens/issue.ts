// Issues tokens. The claims of an access token come from one Standing, read in one statement together with its `rev`.
// The caller decides its audience and scope.

import {
  type ApplicationTerms,
  disclosesRoles,
  ownApplicationId,
  permissionsFor,
} from '../policy/application-metadata.js'
import { isOwnPermission } from '../policy/permissions.js'
import type { Policy } from '../policy/policies.js'
import { absoluteEnd } from '../policy/session.js'
import {
  type AskedTarget,
  isAskedFor,
  narrowed,
  resourceServersOf,
  type Target,
  targetOf,
} from '../policy/session-scope.js'
import { macInput, signInput } from '../protocol/algorithms.js'
import type { AccessClaims, Actor, RefreshClaims } from '../protocol/claims.js'
import { refuse } from '../protocol/errors.js'
import { encodePart, writeCompact } from '../protocol/jws.js'
import type { ApplicationsInForce } from '../revocation/applications-in-force.js'
import type { PolicyInForce } from '../revocation/policy-in-force.js'
import type { SessionRecord, Standing } from '../storage/sessions.js'
import type { UserRecord } from '../storage/users.js'
import type { Secrets } from './secrets.js'
import type { SigningKeys } from './signing-keys.js'

/** Permissions that take more than this many bytes are left out, so that the token still fits into a header. */
const mostPermissionBytes = 1_536

export type IssueDeps = {
  issuer: string
  signingKeys: SigningKeys
  secrets: Secrets
  policy: PolicyInForce
  applications: ApplicationsInForce
  random: (size: number) => Buffer
}

/** A session and all that its tokens say, of one instant. `policy`: the session's, of that instant. */
export type PersonSubject = Pick<Standing, 'session' | 'user' | 'seq' | 'accessLifetime'> & {
  application: ApplicationTerms
  policy: Policy
}

/**
 * An application that acts for itself. `seq` and `accessLifetime` are of the last head of the log that all caches of
 * this process have followed (Tail.lastHead): the cached application is at least as new, while the log's position may
 * be ahead of it.
 */
export type ProgramSubject = { application: ApplicationTerms; policy: Policy; seq: number; accessLifetime: number }

export type TokenTerms = {
  /** Epoch ms, an instant before the subject was read. */
  issuedAt: number
  audience: string
  scope: string
  /** Thumbprint of the key that the token is bound to (RFC 9449 §6.1). */
  jkt?: string | undefined
  /** Set where the token is issued by token exchange. */
  delegation?: Delegation
}

/** Claims that replace those of the session's own tokens. `notAfter`: epoch s. */
export type Delegation = { act: Actor; notAfter: number; roles: string[]; permissions: string[] }

/** `expiresAt` is epoch ms. */
export type IssuedAccess = {
  token: string
  /** The authentication scheme that the token is sent with. */
  tokenType: 'Bearer' | 'DPoP'
  expiresAt: number
  scope: string
}

export function createIssue({ issuer, signingKeys, secrets, policy, applications, random }: IssueDeps) {
  /**
   * An access token (RFC 9068), of a person's session or of an application itself.
   * @throws database_unavailable
   */
  function access(subject: PersonSubject | ProgramSubject, terms: TokenTerms): IssuedAccess {
    const { issuedAt, audience, scope, jkt, delegation } = terms
    const { application, seq, accessLifetime } = subject
    const iat = Math.floor(issuedAt / 1000)
    const { access_token_lifetime: lifetime } = subject.policy
    // Never longer than the lifetime that the log had at `rev`: no entry is dropped before a token that it refuses has
    // expired.
    let exp = Math.min(iat + lifetime, iat + accessLifetime)
    if ('session' in subject) exp = Math.min(exp, Math.floor(absoluteEnd(subject.session, subject.policy) / 1000))
    if (delegation) exp = Math.min(exp, delegation.notAfter)
    const claims: AccessClaims = {
      iss: issuer,
      sub: 'user' in subject ? String(subject.user.id) : application.id,
      aud: audience,
      exp,
      iat,
      jti: random(16).toString('hex'),
      client_id: application.id,
      // RFC 6749 §3.3: a scope has at least one word.
      ...(scope !== '' && { scope }),
      token_type: 'access',
      ...('session' in subject ? personClaims(subject, scope) : { roles: [] }),
      ...(delegation && delegationClaims(delegation)),
      rev: seq,
      ...(jkt !== undefined && { cnf: { jkt } }),
    }
    const { user_id_claim: userIdClaim } = subject.policy
    if ('user' in subject && !(userIdClaim in claims)) Object.assign(claims, { [userIdClaim]: claims.sub })
    const key = signingKeys.active()
    const token = writeCompact(key.encodedHeader, claims, input => signInput(key.algorithm, key.privateKey, input))
    return { token, tokenType: jkt === undefined ? 'Bearer' : 'DPoP', expiresAt: exp * 1000, scope }
  }

  /** Audience and scope of the session's tokens: for our own application as much as its user may do. */
  function targetFor({ session, user, application, policy }: PersonSubject, asked: AskedTarget): Target {
    const otherwise = policy.audience || issuer
    if (application.id === ownApplicationId && !isAskedFor(asked)) return { audience: otherwise, scope: ownScope(user) }
    const servers = resourceServersOf(applications.resourceServers(), issuer)
    const granted = isAskedFor(asked) ? narrowed(session, asked, servers) : session
    return targetOf(granted, application.metadata, servers, otherwise)
  }

  return {
    /**
     * Whether this process has older signing keys, or an older application, than a standing; the caller then reads
     * the head of the log before it signs. After a key was revoked no token is issued under it.
     */
    isBehind: ({ keyVersion, application }: Pick<Standing, 'keyVersion' | 'application'>): boolean =>
      keyVersion > Math.min(signingKeys.version(), secrets.version()) ||
      (applications.find(application.id)?.version ?? 0) < application.version,

    access,

    /**
     * The access token of a session's standing.
     * @param issuedAt epoch ms, an instant before the standing was read
     * @param policy the session's, of the instant of its standing
     * @param jkt the thumbprint of the key that it is bound to
     * @throws database_unavailable, what `narrowed` throws
     */
    accessOf(
      standing: Pick<Standing, 'session' | 'user' | 'seq' | 'accessLifetime'>,
      issuedAt: number,
      policy: Policy,
      asked: AskedTarget = {},
      jkt?: string,
    ): IssuedAccess {
      const { session, user, seq, accessLifetime } = standing
      const application = applications.find(session.applicationId)
      if (!application) {
        const cause = new Error(`the application ${session.applicationId} is not known here`)
        throw refuse('database_unavailable', { retryAfter: 1, cause })
      }
      const subject = { session, user, seq, accessLifetime, application, policy }
      return access(subject, { issuedAt, ...targetFor(subject, asked), jkt })
    },

    /**
     * The session's current refresh token. A pure function of what a rotation freezes: computed again it is the same
     * text, so all requests that are answered after one rotation get one token.
     */
    refresh(session: SessionRecord, username: string): string {
      const secret = secrets.find('refresh', session.refreshKeyVersion)
      // The secret was revoked between the read of the session and now: the client's next request is told that the
      // session is over.
      if (!secret) {
        const cause = new Error(`there is no refresh secret of version ${session.refreshKeyVersion}`)
        throw refuse('database_unavailable', { retryAfter: 1, cause })
      }
      const sub = String(session.userId)
      const claims: RefreshClaims = {
        iss: issuer,
        sub,
        aud: issuer,
        exp: Math.floor(session.expiresAt / 1000),
        iat: Math.floor(session.rotatedAt / 1000),
        jti: `${session.id.replaceAll('-', '')}.${session.generation}`,
        client_id: session.applicationId,
        sid: session.id,
        gen: session.generation,
        token_type: 'refresh',
        username,
        ...(session.dpopJkt !== null && { cnf: { jkt: session.dpopJkt } }),
      }
      const claim = policy().user_id_claim
      if (!(claim in claims)) Object.assign(claims, { [claim]: sub })
      const header = encodePart({ alg: 'HS256', typ: 'rt+jwt', kid: String(secret.version) })
      return writeCompact(header, claims, input => macInput(secret.key, input))
    },

    /** A device token: recognizes the device at the next sign-in, until the device is ended. */
    device(userId: number, deviceId: string): string {
      const secret = secrets.present('device')
      const header = encodePart({ alg: 'HS256', typ: 'dt+jwt', kid: String(secret.version) })
      const claims = { iss: issuer, aud: issuer, sub: String(userId), did: deviceId }
      return writeCompact(header, claims, input => macInput(secret.key, input))
    },
  }
}

export type Issue = ReturnType<typeof createIssue>

/**
 * The scope of the built-in application's tokens: as much as their user may do. A change of that makes them stale
 * (policy/revocation.ts).
 */
function ownScope({ mustChangePassword, allPermissions }: UserRecord): string {
  const administers = !mustChangePassword && allPermissions.some(isOwnPermission)
  return administers ? 'darvoza:account darvoza:admin' : 'darvoza:account'
}

function personClaims({ session, user, application }: PersonSubject, scope: string) {
  const permissions = user.mustChangePassword ? [] : permissionsFor(application, scope, user.allPermissions)
  return {
    auth_time: Math.floor(session.authenticatedAt / 1000),
    sid: session.id,
    username: user.username,
    roles: disclosesRoles(application, scope) ? user.roles : [],
    ...fittingPermissions(permissions),
    ...(user.mustChangePassword && { must_change_password: true as const }),
  }
}

function delegationClaims({ act, roles, permissions }: Delegation) {
  return { act, roles, ...fittingPermissions(permissions) }
}

function fittingPermissions(permissions: string[]): Pick<AccessClaims, 'permissions' | 'permissions_omitted'> {
  return Buffer.byteLength(JSON.stringify(permissions)) <= mostPermissionBytes
    ? { permissions }
    : { permissions_omitted: true }
}
