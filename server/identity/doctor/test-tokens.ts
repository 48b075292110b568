// Tokens to try a resource server with, under the real signing key: a good one, those that are to be refused, and those that
// are revoked while somebody looks on. The command line has them; nothing that answers requests does. Nothing is opened for
// anybody: sessions and roles in them are made up, and the log and the audit log alone know of them.
import { calculateJwkThumbprint, type JWK } from 'jose'
import type { Actor } from '../../policy/actor.js'
import { ownApplicationId } from '../../policy/application-metadata.js'
import { type Trigger, triggers } from '../../policy/revocation.js'
import { resourceServersOf } from '../../policy/session-scope.js'
import { usernameKey } from '../../policy/username.js'
import { generatePair, type SigningAlgorithm } from '../../protocol/algorithms.js'
import type { AccessClaims } from '../../protocol/claims.js'
import { refuseField } from '../../protocol/errors.js'
import { resourceMeant } from '../../protocol/scopes.js'
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
  /** A resource server's identifier, or what the policy names; undefined: whose identifier the address begins with. */
  audience?: string | undefined
  address: string
  scopes: readonly string[]
  permissions: readonly string[]
  roles: readonly string[]
  /** Whose tokens they are to be; undefined: the application's own. */
  username?: string | undefined
  /** Where the doctor's own JWKS lies. */
  trap: string
}

/** A good token that is ended while somebody looks on. */
export type EndingToken = {
  what: 'token' | 'session' | 'role'
  token: () => string
  /** Resolves once a server would have answered the revocation. */
  end: () => Promise<void>
}

/** Seconds that a test token lives at most. */
const longestLife = 900
/** In the audit log. */
const why = 'darvoza doctor'

export function createTestTokens(deps: TestTokensDeps) {
  const { issuer, database, userStore, signingKeys, secrets, tail, policy, applications, changes, random, uuid } = deps

  /** @throws invalid_fields: tokens are made for those alone whom this server makes some for */
  function audienceOf({ audience, address }: WantedTokens): { audience: string; application: string } {
    const own = policy().audience || issuer
    const servers = applications.resourceServers()
    const known = resourceServersOf(servers, issuer).map(one => one.resource)
    const asked = audience === undefined ? longestStart(known, address) : resourceMeant(audience, [...known, own])
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
    /** @throws invalid_fields (no such audience or user), database_unavailable */
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

      // Each is good until its own end: what one entry ends says nothing of the next.
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

        /** What the trap hands out to whoever follows a token there. */
        foreignJwk: foreignJwk(signer),

        good: (): string => signer.good(),

        hostile: (name: HostileTokenName): Spelling[] => hostileTokens[name].make(signer),

        /** Good ones that may less than was asked for. */
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

        /** Ends what is still good. */
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

/** The identifier that an address lies below; the longest, where several are. */
function longestStart(known: readonly string[], address: string): string | undefined {
  const below = known.filter(one => address === one || address.startsWith(one.endsWith('/') ? one : `${one}/`))
  return below.sort((a, b) => b.length - a.length)[0]
}
