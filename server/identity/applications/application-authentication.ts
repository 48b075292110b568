// Client authentication (RFC 6749 §2.3): an application proves its identity by the one method that it is registered with. Each
// method is a row of one table. An unknown or disabled client, another method and a missing proof get the same response,
// after as much work (timing side channel).
import {
  type AuthenticationMethod,
  authenticationMethodOf,
  authenticationMethods,
} from '../../policy/application-metadata.js'
import { readBasicCredentials } from '../../protocol/basic-credentials.js'
import { isApplicationId } from '../../protocol/claims.js'
import { Refusal, refuse } from '../../protocol/errors.js'
import { problem } from '../../protocol/problems.js'
import type { ApplicationsInForce } from '../../revocation/applications-in-force.js'
import type { Tail } from '../../revocation/tail.js'
import type { ApplicationRecord } from '../../storage/applications.js'
import type { Assertions } from '../../tokens/assertion.js'
import type { Guesses } from '../sign-in/guesses.js'
import type { ApplicationSecrets } from './application-secrets.js'
import { type PublicApplication, publicApplication } from './public-application.js'

/** Parts of a request that may hold client credentials. A parameter may be repeated. */
export type Shown = {
  /** The Authorization header, '' where there is none. */
  authorization: string
  form: Readonly<Record<string, readonly string[]>>
  /** IP address of the client; '' where it is unknown. */
  address: string
}

/** The client id that a request claims, and its proof (a secret or an assertion). */
type Attempt = { id: string; proof: string }

/**
 * The application with the claimed id: null where it is unknown, disabled or registered with another method. `isKnown`:
 * it exists.
 */
type Found = { application: ApplicationRecord | null; isKnown: boolean }

type Method = {
  /** @returns null where the request does not use this method @throws invalid_request */
  read: (shown: Shown) => Attempt | null
  /** @returns null where the proof is right; otherwise the reason for the log, while the response is always the same */
  whyNot: (found: Found, attempt: Attempt, shown: Shown) => Promise<string | null>
  /** RFC 6749 §5.2: the value of WWW-Authenticate for a client that failed with this scheme. */
  challenge?: string
}

/** RFC 7523 §2.2 */
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

export type ApplicationAuthenticationDeps = {
  applications: ApplicationsInForce
  applicationSecrets: ApplicationSecrets
  assertions: Assertions
  guesses: Guesses
  tail: Tail
  log: { info(details: object, message: string): void }
}

export function createApplicationAuthentication(deps: ApplicationAuthenticationDeps) {
  const { applications, applicationSecrets, assertions, guesses, tail, log } = deps

  /**
   * Only wrong secrets count against the rate limit: 32 random bytes are not guessed, and a hundred servers of an application may
   * authenticate at once. So the right secret works however many wrong ones are sent, also from the same network.
   */
  async function whyNotBySecret(
    { application, isKnown }: Found,
    { id, proof }: Attempt,
    { address }: Shown,
  ): Promise<string | null> {
    const held = application && (await applicationSecrets.matchesHeld(id, proof))
    if (held?.matches) return null
    const guesser = { kind: 'application', applicationId: application?.id ?? '', address } as const
    await guesses.count(guesser, async () => {
      // An unknown client gets no secret check here: the search for it has already cost one database read, as a check
      // would.
      const matches = isKnown && !held?.isCurrent && (await applicationSecrets.matches(id, proof))
      if (!matches || !application) throw refuse('invalid_client', { logged: { reason: 'secret', user: null } })
    })
    return null
  }

  const methods: Record<AuthenticationMethod, Method> = {
    client_secret_basic: {
      read({ authorization }) {
        const basic = readBasicCredentials(authorization)
        return basic && { id: basic.id, proof: basic.secret }
      },
      whyNot: whyNotBySecret,
      challenge: 'Basic realm="token"',
    },
    client_secret_post: {
      read({ form }) {
        const proof = only(form, 'client_secret')
        return proof ? { id: only(form, 'client_id') ?? '', proof } : null
      },
      whyNot: whyNotBySecret,
    },
    private_key_jwt: {
      read({ form }) {
        const [assertion, type] = [only(form, 'client_assertion'), only(form, 'client_assertion_type')]
        if (!assertion && !type) return null
        if (!assertion || !type) throw refuse('invalid_request', { problem: problem('assertion_incomplete') })
        return { id: type === assertionType ? assertions.subjectOf(assertion) : '', proof: assertion }
      },
      whyNot: async ({ application }, { proof }) => (application ? assertions.whyNot(proof, application) : 'unknown'),
    },
    none: {
      read({ form }) {
        const id = only(form, 'client_id')
        return id ? { id, proof: '' } : null
      },
      whyNot: async ({ application }) => (application ? null : 'unknown'),
    },
  }

  /** A `client_id` alone proves nothing: it is read only where the request has no other credentials. */
  function triedIn(shown: Shown): { method: AuthenticationMethod; attempt: Attempt } {
    const proofs = authenticationMethods.flatMap(method => {
      const attempt = method === 'none' ? null : methods[method].read(shown)
      return attempt ? [{ method, attempt }] : []
    })
    // RFC 6749 §2.3: at most one authentication method in a request.
    if (proofs.length > 1) throw refuse('invalid_request', { problem: problem('proven_twice') })
    if (proofs[0]) return proofs[0]
    const attempt = methods.none.read(shown)
    if (!attempt) throw refuse('invalid_client')
    return { method: 'none', attempt }
  }

  /** The application as the head of the log has it now. */
  async function find(id: string, method: AuthenticationMethod): Promise<Found> {
    if (!isApplicationId(id)) return { application: null, isKnown: false }
    if (!tail.isFresh()) await tail.readIfOld()
    const known = await applications.meet(id)
    const may = known?.active && authenticationMethodOf(known) === method
    return { application: may ? known : null, isKnown: known !== undefined }
  }

  return {
    /** @throws invalid_request, invalid_client, too_many_guesses, database_unavailable */
    async authenticate(shown: Shown): Promise<PublicApplication> {
      const { method, attempt } = triedIn(shown)
      const { id } = attempt
      const named = only(shown.form, 'client_id')
      if (named && id && named !== id) throw refuse('invalid_request', { problem: problem('another_client_id') })
      const { whyNot, challenge } = methods[method]
      const headers: Record<string, string> = challenge ? { 'WWW-Authenticate': challenge } : {}
      const found = await find(id, method)
      const { application } = found
      try {
        const reason = await whyNot(found, attempt, shown)
        if (reason === null && application) return publicApplication(application)
        throw refuse('invalid_client', { logged: { reason: reason ?? 'unknown', user: null } })
      } catch (error) {
        if (!(error instanceof Refusal) || error.code !== 'invalid_client') throw error
        const { address } = shown
        const reason = application ? error.details.logged?.reason : 'unknown'
        const details = { method, reason, ...(isApplicationId(id) && { application: id }), address }
        log.info(details, 'the authentication of an application failed')
        throw new Refusal('invalid_client', { ...error.details, headers })
      }
    },
  }
}

export type ApplicationAuthentication = ReturnType<typeof createApplicationAuthentication>

/**
 * The value of a form parameter. An empty one counts as left out (RFC 6749 §3.2).
 * @throws invalid_request where it is repeated
 */
function only(form: Shown['form'], name: string): string | undefined {
  const values = Object.hasOwn(form, name) ? form[name]! : []
  if (values.length > 1) throw refuse('invalid_request', { problem: problem('parameter_repeated', { name }) })
  return values[0] || undefined
}
