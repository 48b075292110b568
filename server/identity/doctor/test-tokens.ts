// Test tokens for a resource server (`darvoza doctor`), signed with the real key: a good one, hostile ones, and ones
// that are revoked during the test. Only the command line uses them, never the HTTP server. No session is opened: their
// sessions and roles are made up, and occur in the revocation log and the audit log alone.
import { calculateJwkThumbprint, type JWK } from 'jose'
import type { Actor } from '../../policy/actor.js'
import { ownApplicationId } from '../../policy/application-metadata.js'
import { type Trigger, triggers } from '../../policy/revocation.js'
import { resourceServersOf } from '../../policy/session-scope.js'
import { usernameKey } from '../../policy/username.js'
import { generatePair, type SigningAlgorithm } from '../../protocol/algorithms.js'
import type { AccessClaims } from '../../protocol/claims.js'
import { refuseField } from '../../protocol/errors.js'
import { registeredResource } from '../../protocol/scopes.js'
import type { ApplicationsInForce } from '../../revocation/applications-in-force.js'
import type { PolicyInForce } from '../../revocation/policy-in-force.js'
import type { Tail } from '../../revocation/tail.js'
import type { Database } from '../../storage/database.js'
import type { UserStore } from '../../storage/users.js'
import type { Changes } from '../../tokens/changes.js'
import type { Spelling } from '../../tokens/hostile/hostile-token.js'
import { type HostileTokenName, hostileTokens } from '../../tokens/hostile/hostile-tokens.js'
import { createSigner, foreignJwk, type SigningPair } from '../../tokens/hostile/signer.js'
import type { Secrets } from '../../tokens/secrets.js'
import type { SigningKeys } from '../../tokens/signing-keys.js'

export type TestTokensDeps = {
  issuer: string
  database: Database
  userStore: UserStore
  signingKeys: SigningKeys
  secrets: Secrets
  tail: Tail
  policy: PolicyInForce
  applications: ApplicationsInForce
  changes: Changes
  random: (size: number) => Buffer
  uuid: () => string
  now: () => number
}

export type WantedTokens = {
  /**
   * A resource server's identifier, or the policy's audience; undefined: the resource server whose identifier the
   * address begins with.
   */
  audience?: string | undefined
  address: string
  scopes: readonly string[]
  permissions: readonly string[]
  roles: readonly string[]
  /** The user whom the tokens are for; undefined: the application itself. */
  username?: string | undefined
  /** URL of the doctor's own JWKS, which hostile tokens point to. */
  trap: string
}

/** A good token that is revoked during the test. */
export type EndingToken = {
  what: 'token' | 'session' | 'role'
  token: () => string
  /** Resolves when a server would have responded to the same revocation. */
  end: () => Promise<void>
}

/** Longest lifetime of a test token, in seconds. */
const longestLife = 900
/** The reason in the audit log. */
const why = 'darvoza doctor'

export function createTestTokens(deps: TestTokensDeps) {
  const { issuer, database, userStore, signingKeys, secrets, tail, policy, applications, changes, random, uuid } = deps

  /**
   * The audience, and the application it belongs to.
   * @throws invalid_fields where this server issues no tokens for it
   */
  function audienceOf({ audience, address }: WantedTokens): { audience: string; application: string } {
    const own = policy().audience || issuer
    const servers = applications.resourceServers()
    const known = resourceServersOf(servers, issuer).map(one => one.resource)
    const asked = audience === undefined ? longestStart(known, address) : registeredResource(audience, [...known, own])
    if (asked === undefined && audience !== undefined)
      throw refuseField('audience', 'not_one_of', { choices: [...new Set([own, ...known])] })
    const server = servers.find(one => one.resource === asked)
    return { audience: asked ?? own, application: server?.id ?? ownApplicationId }
  }

  async function personOf(username: string | undefined): Promise<{ id: number; username: string } | null> {
    if (username === undefined) return null
    const user = await userStore.findByKey(database, usernameKey(username))
    if (!user) throw refuseField('user', 'unknown_user', { name: username })
    return user
  }

  return {
    /** Makes the tokens. @throws invalid_fields (no such audience or user), database_unavailable */
    async open(wanted: WantedTokens, actor: Actor) {
      const { audience, application } = audienceOf(wanted)
      const person = await personOf(wanted.username)
      const key = signingKeys.active()
      const jti = `doctor-${random(16).toString('hex')}`
      const sid = uuid()
      const role = `doctor-${random(6).toString('hex')}`
      const scope = wanted.scopes.join(' ')
      const seconds = () => Math.floor(deps.now() / 1000)

      function claims(): AccessClaims {
        const { seq, accessLifetime } = tail.lastHead!
        const iat = seconds()
        return {
          iss: issuer,
          sub: person ? String(person.id) : application,
          aud: audience,
          exp: iat + Math.min(longestLife, accessLifetime),
          iat,
          jti,
          client_id: application,
          ...(scope !== '' && { scope }),
          token_type: 'access',
          ...(person
            ? {
                auth_time: iat,
                sid,
                username: person.username,
                roles: [...wanted.roles, role],
                [policy().user_id_claim]: String(person.id),
              }
            : { roles: [] }),
          ...(wanted.permissions.length > 0 && { permissions: [...wanted.permissions] }),
          rev: seq,
        }
      }

      const signer = createSigner({
        issuer,
        audience,
        key,
        foreignKey: await foreignPair(key.algorithm),
        refreshSecret: secrets.present('refresh'),
        trap: wanted.trap,
        now: seconds,
        claims,
      })

      const ended = new Set<string>()
      async function end(trigger: Trigger, kind: EndingToken['what'], subject: string): Promise<void> {
        await changes.run(actor, async (_, { record, note }) => {
          await record(trigger, { subject, madeUp: true })
          note({ action: 'revocation_added', subject, after: { kind, effect: triggers[trigger].effect, why } })
        })
        ended.add(subject)
      }

      // Each of these tokens is revoked by its own entry alone, and by no entry of the others.
      const [sidToEnd, otherSid] = [uuid(), uuid()]
      const ofOther = person ? { sid: otherSid, roles: [...wanted.roles] } : {}
      const ofEnding = { jti: `${jti}-2`, sid: sidToEnd, roles: [...wanted.roles] }
      const ofPerson: EndingToken[] = [
        { what: 'role', token: () => signer.good(), end: () => end('role_stale', 'role', role) },
        { what: 'session', token: () => signer.good(ofEnding), end: () => end('session_ended', 'session', sidToEnd) },
      ]
      const endings: EndingToken[] = [
        ...(person ? ofPerson : []),
        { what: 'token', token: () => signer.good(ofOther), end: () => end('token_revoked', 'token', jti) },
      ]

      return {
        about: {
          issuer,
          audience,
          application,
          kid: key.kid,
          algorithm: key.algorithm,
          user: person?.username ?? null,
        },

        /** The key in the doctor's JWKS, for resource servers that follow a hostile token's URL. */
        foreignJwk: foreignJwk(signer),

        good: (): string => signer.good(),

        hostile: (name: HostileTokenName): Spelling[] => hostileTokens[name].make(signer),

        /** Valid tokens with fewer rights than were asked for. */
        weaker(): Spelling[] {
          const tokens: Spelling[] = []
          if (scope !== '')
            tokens.push(
              ['without its scope', signer.good({ scope: undefined })],
              ['with another scope', signer.good({ scope: 'doctor:nothing' })],
            )
          if (wanted.permissions.length > 0) tokens.push(['without its permissions', signer.good({ permissions: [] })])
          if (wanted.roles.length > 0) tokens.push(['without its roles', signer.good({ roles: [] })])
          return tokens
        },

        endings,

        /** Revokes tokens that are still good. */
        async close(): Promise<void> {
          if (!ended.has(jti)) await end('token_revoked', 'token', jti)
          if (person && !ended.has(sid)) await end('session_ended', 'session', sid)
        },
      }
    },
  }
}

export type TestTokens = ReturnType<typeof createTestTokens>
export type OpenTestTokens = Awaited<ReturnType<TestTokens['open']>>

async function foreignPair(algorithm: SigningAlgorithm): Promise<SigningPair> {
  const { publicKey, privateKey } = await generatePair(algorithm)
  return { kid: await calculateJwkThumbprint(publicKey.export({ format: 'jwk' }) as JWK), algorithm, privateKey }
}

/** The resource identifier that an address begins with; the longest, where several match. */
function longestStart(known: readonly string[], address: string): string | undefined {
  const below = known.filter(one => address === one || address.startsWith(one.endsWith('/') ? one : `${one}/`))
  return below.sort((a, b) => b.length - a.length)[0]
}
