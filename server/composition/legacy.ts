// Composition of the former service's refresh tokens.
import type { Settings } from '../../config/settings.js'
import type { Identity } from '../identity/identity.js'
import { createLegacyCounts } from '../identity/legacy/legacy-counts.js'
import { createLegacyImport } from '../identity/legacy/legacy-import.js'
import { createLegacyPeople } from '../identity/legacy/legacy-people.js'
import { createLegacyStatus } from '../identity/legacy/legacy-status.js'
import { createLegacyTokens } from '../identity/legacy/legacy-tokens.js'
import { ownApplicationId } from '../policy/application-metadata.js'
import { createLegacyReader } from '../tokens/legacy-reader.js'
import type { Infrastructure } from './infrastructure.js'

export function composeLegacy(
  { legacyJwt: terms }: Pick<Settings, 'legacyJwt'>,
  { storage, revocation: { clock, now, tail }, tokens, signIn: { openSession } }: Infrastructure,
  { sessions }: Identity['devices'],
): Identity['legacy'] {
  const { database, legacyTokenStore, installationStore, userStore, userStandingStore, auditStore } = storage
  const { changes, rotate, sessionTokens } = tokens
  const ownApplication = ownApplicationId
  const counts = createLegacyCounts({ database, legacyTokenStore, now })
  const legacyTokens =
    terms &&
    createLegacyTokens({
      reader: createLegacyReader({ terms, now, latest: clock.latest }),
      database,
      legacyTokenStore,
      installationStore,
      userStore,
      people: createLegacyPeople({ auditStore }),
      userStandingStore,
      openSession,
      sessionTokens,
      rotate,
      sessions,
      changes,
      counts,
      tail,
      ownApplication,
      now,
    })
  return {
    legacyTokens,
    legacyCounts: counts,
    legacyImport: createLegacyImport({ database, legacyTokenStore, sessions, changes, ownApplication, now }),
    legacyStatus: createLegacyStatus({ terms, database, legacyTokenStore, now }),
  }
}
