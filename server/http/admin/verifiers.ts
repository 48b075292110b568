// Verifiers (processes of resource servers that follow the revocation log), as administrators read them: the handler
// of `GET /api/admin/verifiers`.
import type { VerifierList } from '../../identity/logs/verifier-list.js'
import type { Context } from '../handler.js'
import { presentTime } from '../me/present.js'
import { answer } from '../wire/answers.js'
import { readQuery } from '../wire/parameters.js'
import { verifierRoutes as routes } from './routes/verifiers.js'

export function createAdminVerifierHandlers({ verifierList }: { verifierList: VerifierList }) {
  return {
    async listVerifiers(ctx: Context): Promise<void> {
      const found = await verifierList.list(readQuery(ctx, 'application'))
      const results = found.map(one => ({
        ...{ application: one.applicationId, verifier: one.name, version: one.version, address: one.address },
        ...{ applied: one.applied, behind: one.behind, connected: one.connected },
        applied_at: presentTime(one.appliedAt),
        last_seen_at: presentTime(one.renewedAt),
        lease_ends_at: presentTime(one.leaseUntil),
        keys_fetched_at: presentTime(one.keysFetchedAt),
        first_seen_at: presentTime(one.firstSeen),
      }))
      answer(ctx, routes.listVerifiers, { results })
    },
  }
}
