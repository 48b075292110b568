// Makes tokens. What an access token says comes from one Standing, read in one statement together with its `rev`.

import { isOwnPermission } from '../policy/permissions.js'
import type { Policy } from '../policy/policies.js'
import { absoluteEnd } from '../policy/session.js'
import { macInput, signInput } from '../protocol/algorithms.js'
import type { AccessClaims, RefreshClaims } from '../protocol/claims.js'
import { refuse } from '../protocol/errors.js'
import { encodePart, writeCompact } from '../protocol/jws.js'
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
  random: (size: number) => Buffer
}

export function createIssue({ issuer, signingKeys, secrets, policy, random }: IssueDeps) {
  return {
    /**
     * Whether this process signs with older keys than those of a standing; whoever finds it so reads the head of the log
     * before it signs. After a key was revoked nobody is given a token under it.
     */
    isBehind: ({ keyVersion }: Pick<Standing, 'keyVersion'>): boolean =>
      keyVersion > Math.min(signingKeys.version(), secrets.version()),

    /**
     * An access token (RFC 9068).
     * @param issuedAt epoch ms, an instant before the standing was read
     * @param rules the session's, of the instant of its standing
     */
    access(
      standing: Pick<Standing, 'session' | 'user' | 'seq' | 'accessLifetime'>,
      issuedAt: number,
      rules: Policy,
    ): string {
      const { session, user, seq, accessLifetime } = standing
      const iat = Math.floor(issuedAt / 1000)
      const end = Math.floor(absoluteEnd(session, rules) / 1000)
      const claims: AccessClaims = {
        iss: issuer,
        sub: String(user.id),
        aud: rules.audience || issuer,
        // Never longer than the log reckoned with when it stood at `rev`: no entry is forgotten before a token it refuses.
        exp: Math.min(iat + rules.access_token_lifetime, iat + accessLifetime, end),
        iat,
        jti: random(16).toString('hex'),
        client_id: session.applicationId,
        scope: ownScope(user),
        auth_time: Math.floor(session.authenticatedAt / 1000),
        sid: session.id,
        token_type: 'access',
        username: user.username,
        roles: user.roles,
        ...fittingPermissions(user.mustChangePassword ? [] : user.allPermissions),
        ...(user.mustChangePassword && { must_change_password: true }),
        rev: seq,
      }
      if (!(rules.user_id_claim in claims)) Object.assign(claims, { [rules.user_id_claim]: claims.sub })
      const key = signingKeys.active()
      return writeCompact(key.encodedHeader, claims, input => signInput(key.algorithm, key.privateKey, input))
    },

    /**
     * The session's present refresh token. A pure function of what a rotation freezes: made again, it is the same text,
     * so everybody who is answered after one rotation holds one token.
     */
    refresh(session: SessionRecord, username: string): string {
      const secret = secrets.find('refresh', session.refreshKeyVersion)
      // Revoked between the reading of the session and now: whoever comes again is told that it is over.
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
      }
      const claim = policy().user_id_claim
      if (!(claim in claims)) Object.assign(claims, { [claim]: sub })
      const header = encodePart({ alg: 'HS256', typ: 'rt+jwt', kid: String(secret.version) })
      return writeCompact(header, claims, input => macInput(secret.secret, input))
    },

    /** Proves the device at the next sign-in, until the device is ended. */
    device(userId: number, deviceId: string): string {
      const secret = secrets.present('device')
      const header = encodePart({ alg: 'HS256', typ: 'dt+jwt', kid: String(secret.version) })
      const claims = { iss: issuer, aud: issuer, sub: String(userId), did: deviceId }
      return writeCompact(header, claims, input => macInput(secret.secret, input))
    },
  }
}

export type Issue = ReturnType<typeof createIssue>

/**
 * What the built-in application's own tokens may do here: as much as their user may. A change of that makes them stale
 * (policy/revocation.ts).
 */
function ownScope({ mustChangePassword, allPermissions }: UserRecord): string {
  const administers = !mustChangePassword && allPermissions.some(isOwnPermission)
  return administers ? 'darvoza:account darvoza:admin' : 'darvoza:account'
}

function fittingPermissions(permissions: string[]): Pick<AccessClaims, 'permissions' | 'permissions_omitted'> {
  return Buffer.byteLength(JSON.stringify(permissions)) <= mostPermissionBytes
    ? { permissions }
    : { permissions_omitted: true }
}
