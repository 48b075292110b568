// Initial access tokens (RFC 7591 §3): created, listed and ended by administrators. A holder may register applications,
// as many and for as long as the token says.
import { type Actor, apiKeyOf, credentialOf, nameOf } from '../../policy/actor.js'
import { isOurScope } from '../../policy/application-rules.js'
import { refuse, refuseField, refuseFields } from '../../protocol/errors.js'
import { type FieldProblems, type Problem, problem } from '../../protocol/problems.js'
import type { ApplicationsInForce } from '../../revocation/applications-in-force.js'
import type { Tail } from '../../revocation/tail.js'
import type { Database } from '../../storage/database.js'
import type { InitialAccessTokenRecord, InitialAccessTokenStore } from '../../storage/initial-access-tokens.js'
import type { Changes } from '../../tokens/changes.js'
import { hashOfToken, newRegistrationToken } from './registration-tokens.js'

export type InitialAccessTokenToCreate = {
  name: string
  /** Scopes of resource servers that its applications may register. */
  scopes?: readonly string[] | undefined
  /** null or left out: any number. */
  mostUses?: number | null | undefined
  /** Epoch ms; null or left out: it does not expire. */
  expiresAt?: number | null | undefined
}

export type InitialAccessToken = InitialAccessTokenRecord

export const initialAccessTokenStates = ['good', 'used_up', 'expired', 'ended'] as const
export type InitialAccessTokenState = (typeof initialAccessTokenStates)[number]

/** A token without its text, which nobody can read again. Times are epoch ms. */
export type PublicInitialAccessToken = InitialAccessTokenRecord & { state: InitialAccessTokenState }

export type InitialAccessTokensDeps = {
  database: Database
  initialAccessTokenStore: InitialAccessTokenStore
  applications: ApplicationsInForce
  tail: Tail
  changes: Changes
  random: (size: number) => Buffer
  uuid: () => string
  now: () => number
}

/** Valid tokens at most, so that an administrator can review them all. */
const mostGood = 100
/** Listed tokens at most, ended and expired ones included, which stay for a while. */
const mostShown = 300
const longestName = 60
const mostScopes = 100
export const mostRegistrations = 1_000_000

export function createInitialAccessTokens(deps: InitialAccessTokensDeps) {
  const { database, initialAccessTokenStore, applications, tail, changes, random, uuid, now } = deps

  /** @throws invalid_fields */
  function checked({ name, scopes = [], mostUses = null, expiresAt = null }: InitialAccessTokenToCreate) {
    const fields: FieldProblems = {}
    const note = (field: string, found: Problem | null) => {
      if (found) fields[field] = [found]
    }
    const trimmed = name.trim()
    note('name', whyNotName(trimmed))
    const words = [...new Set(scopes)].sort()
    note('scopes', whyNotScopes(words, applications))
    const isNumber = mostUses === null || (Number.isInteger(mostUses) && mostUses >= 1 && mostUses <= mostRegistrations)
    note('most_uses', isNumber ? null : problem('not_whole_between', { min: 1, max: mostRegistrations }))
    note('expires_at', expiresAt !== null && expiresAt <= now() ? problem('not_in_future') : null)
    if (Object.keys(fields).length > 0) throw refuseFields(fields)
    return { name: trimmed, scopes: words, mostUses, expiresAt }
  }

  return {
    /**
     * @returns the token, and its text, which nobody can read again
     * @throws invalid_fields, not_by_api_key, insufficient_scope
     */
    async create(asked: InitialAccessTokenToCreate, actor: Actor) {
      // Refused for an API key, and for an application of another origin: the token would outlive their end.
      if (apiKeyOf(actor) !== null) throw refuse('not_by_api_key')
      if (credentialOf(actor)?.ceiling) throw refuse('insufficient_scope')
      if (!tail.isFresh()) await tail.readIfOld()
      const given = checked(asked)
      const text = newRegistrationToken('initial', random)
      const token = await changes.run(actor, async (tx, { note }) => {
        const at = now()
        if ((await initialAccessTokenStore.countGood(tx, at)) >= mostGood)
          throw refuseField('non_field_errors', 'too_many_initial_access_tokens', { count: mostGood })
        const made = {
          ...{ id: uuid(), ...given, hint: text.slice(-4), uses: 0, createdBy: nameOf(actor), createdAt: at },
          ...{ lastUsedAt: null, endedAt: null },
        }
        await initialAccessTokenStore.insert(tx, { ...made, hash: hashOfToken(text) })
        const { name, hint, scopes, mostUses, expiresAt } = made
        const after = { name, hint, scopes, most_uses: mostUses, expires_at: expiresAt }
        note({ action: 'initial_access_token_created', subject: made.id, after })
        return made
      })
      return { token: shown(token, now()), text }
    },

    /** Tokens that were not ended first, each part newest first. */
    list: async (): Promise<PublicInitialAccessToken[]> =>
      (await initialAccessTokenStore.list(database, mostShown)).map(token => shown(token, now())),

    /** The valid token with this text, or null. */
    findGood: (text: string): Promise<InitialAccessTokenRecord | null> =>
      initialAccessTokenStore.findGood(database, hashOfToken(text), now()),

    /**
     * Ends a token at once; the applications that were registered with it stay.
     * @throws not_found, also when it had already ended
     */
    async end(id: string, actor: Actor): Promise<void> {
      const ended = await changes.run(actor, async (tx, { note }) => {
        const found = await initialAccessTokenStore.find(tx, id)
        if (!found || !(await initialAccessTokenStore.end(tx, id, now()))) return false
        const { name, hint, uses } = found
        note({ action: 'initial_access_token_ended', subject: id, before: { name, hint, uses } })
        return true
      })
      if (!ended)
        throw refuse('not_found', { problem: problem('unknown_initial_access_token', { id: id.slice(0, 36) }) })
    },
  }
}

export type InitialAccessTokens = ReturnType<typeof createInitialAccessTokens>

function shown(token: InitialAccessTokenRecord, now: number): PublicInitialAccessToken {
  return { ...token, state: stateOf(token, now) }
}

function stateOf(
  { endedAt, expiresAt, mostUses, uses }: InitialAccessTokenRecord,
  now: number,
): InitialAccessTokenState {
  if (endedAt !== null) return 'ended'
  if (expiresAt !== null && expiresAt <= now) return 'expired'
  return mostUses !== null && uses >= mostUses ? 'used_up' : 'good'
}

function whyNotName(name: string): Problem | null {
  if (name === '') return problem('blank')
  if ([...name].length > longestName) return problem('too_long', { count: longestName })
  return /[\p{Cc}\p{Cs}\p{Bidi_Control}]/u.test(name) ? problem('control_characters') : null
}

/**
 * Problem of scopes: they must belong to resource servers. Scopes of this server are for applications that
 * administrators create.
 */
function whyNotScopes(words: readonly string[], { resourceServers }: ApplicationsInForce): Problem | null {
  if (words.length > mostScopes) return problem('too_many_permissions', { count: mostScopes })
  const ours = words.find(isOurScope)
  if (ours !== undefined) return problem('scope_origin', { name: ours.slice(0, 100) })
  const known = new Set(resourceServers().flatMap(one => one.resourceScopes.map(scope => scope.name)))
  const unknown = words.find(word => !known.has(word))
  return unknown === undefined ? null : problem('scope_unknown', { name: unknown.slice(0, 100) })
}
