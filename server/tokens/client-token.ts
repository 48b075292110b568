// Tokens that an application gets for itself (RFC 6749 §4.4): without user, session and row. Their claims come from the
// cached application, and an entry of the revocation log ends them.
import { grantTypesOf } from '../policy/application-metadata.js'
import { type ProgramRequest, programTarget } from '../policy/program-scope.js'
import { resourceServersOf } from '../policy/session-scope.js'
import { refuse } from '../protocol/errors.js'
import type { Projection } from '../protocol/log/projection.js'
import { problem } from '../protocol/problems.js'
import type { ApplicationsInForce } from '../revocation/applications-in-force.js'
import type { PolicyInForce } from '../revocation/policy-in-force.js'
import type { FollowedHead, Tail } from '../revocation/tail.js'
import type { Count } from './counters.js'
import type { Issue, IssuedAccess } from './issue.js'
import type { ShownProof } from './proofs.js'

export type ClientTokenDeps = {
  issuer: string
  issue: Issue
  tail: Tail
  projection: Projection
  policy: PolicyInForce
  applications: ApplicationsInForce
  count: Count
}

export function createClientToken(deps: ClientTokenDeps) {
  const { issuer, issue, tail, projection, policy, applications, count } = deps

  /** Whether a token that takes the log into account up to this head would be refused as soon as it was issued. */
  const isOutdated = (id: string, { seq }: FollowedHead) =>
    projection.find({ rev: seq, jti: '', sub: id, client_id: id, roles: [] }, '') !== null

  /** The head of the log that the cached application is at least as new as; the log may be further. */
  async function followedHead(id: string): Promise<FollowedHead> {
    if (!tail.isFresh()) await tail.readIfOld()
    // An entry says that the claims of this application, or of all, are stale: the log is read again first.
    if (isOutdated(id, tail.lastHead!)) await tail.readNow()
    return tail.lastHead!
  }

  /**
   * @param id of an application that has proven to be the one it says
   * @param proof of the key that the token is bound to
   * @throws invalid_client (disabled meanwhile), unauthorized_client, invalid_scope, invalid_target, invalid_dpop_proof,
   *   database_unavailable
   */
  return async function clientToken(
    id: string,
    request: ProgramRequest,
    proof: ShownProof | null = null,
  ): Promise<IssuedAccess> {
    const { seq, accessLifetime, askedAt } = await followedHead(id)
    const application = await applications.meet(id)
    if (!application?.active) throw refuse('invalid_client')
    if (!grantTypesOf(application.metadata).includes('client_credentials')) throw refuse('unauthorized_client')
    const { version, of } = policy.eras()
    const rules = of({ policyVersion: version, applicationId: id })
    const target = programTarget(
      request,
      application.metadata,
      resourceServersOf(applications.resourceServers(), issuer),
      rules.audience || issuer,
    )
    if ('refused' in target) throw refuse(target.refused, target.why ? { problem: problem(target.why) } : {})
    if (proof) await proof.spend()
    const terms = { issuedAt: askedAt, ...target, jkt: proof?.jkt }
    const issued = issue.access({ application, policy: rules, seq, accessLifetime }, terms)
    count('application_tokens')
    return issued
  }
}

export type ClientToken = ReturnType<typeof createClientToken>
