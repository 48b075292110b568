// Whether a user's consent still covers the session that a code, or a device code, is about to become.
import { type ApplicationMetadata, scopeWords } from '../../policy/application-metadata.js'
import { covers } from '../../policy/consent.js'
import { type AskedTarget, narrowed, resourceServersOf } from '../../policy/session-scope.js'
import type { ApplicationsInForce } from '../../revocation/applications-in-force.js'
import type { ConsentStore } from '../../storage/consents.js'
import type { Queries } from '../../storage/database.js'

export type HeldConsentDeps = { issuer: string; consentStore: ConsentStore; applications: ApplicationsInForce }

/** The grant of a code or device code: its user, application, scopes and resource servers. */
type Granted = { userId: number; applicationId: string; scope: string; resources: readonly string[] }

export function createHeldConsent({ issuer, consentStore, applications }: HeldConsentDeps) {
  /** To be called under the user's row lock, which a withdrawal of consent takes too. */
  return async function holdsConsent(
    tx: Queries,
    granted: Granted,
    { first_party }: Pick<ApplicationMetadata, 'first_party'>,
    asked: AskedTarget,
  ): Promise<boolean> {
    if (first_party) return true
    const servers = resourceServersOf(applications.resourceServers(), issuer)
    const consent = await consentStore.find(tx, granted.userId, granted.applicationId)
    const { resources } = narrowed(granted, { resource: asked.resource ?? [] }, servers)
    return covers(consent?.scopes ?? null, { scope: scopeWords(granted.scope), resources }, servers)
  }
}

export type HeldConsent = ReturnType<typeof createHeldConsent>
