// Device authorization requests (RFC 8628 §3.1) of programs that no browser can redirect to: the response has a device
// code to poll with, and a short user code for the user.
import type { Origin } from '../../policy/actor.js'
import { grantTypesOf, isUnreviewed } from '../../policy/application-metadata.js'
import {
  type AuthorizationFacts,
  type AuthorizationParameters,
  isPublic,
  resourcesOf,
  scopeOf,
} from '../../policy/authorization-rules.js'
import { scopesByServer, serversIn, wordsIn } from '../../policy/consent.js'
import { brokenDeviceRule, deviceCodeLife, deviceGrantType, pollInterval } from '../../policy/device-request.js'
import { resourceServersOf } from '../../policy/session-scope.js'
import { refuse } from '../../protocol/errors.js'
import { newUserCode } from '../../protocol/user-code.js'
import type { ApplicationsInForce } from '../../revocation/applications-in-force.js'
import type { Tail } from '../../revocation/tail.js'
import { type Database, isDuplicate } from '../../storage/database.js'
import type { DeviceCodeStore } from '../../storage/device-codes.js'
import type { PublicApplication } from '../applications/public-application.js'
import { hashOfDeviceCode, newDeviceCode } from './device-code-text.js'
import type { NetworkThrottle } from './network-throttle.js'

/** The response to a program. Both durations are in seconds. */
export type DeviceAuthorization = { deviceCode: string; userCode: string; expiresIn: number; interval: number }

export type DeviceRequestsDeps = {
  issuer: string
  database: Database
  deviceCodeStore: DeviceCodeStore
  networkThrottle: NetworkThrottle
  applications: ApplicationsInForce
  tail: Pick<Tail, 'readIfOld'>
  random: (size: number) => Buffer
  now: () => number
}

/**
 * Attempts to insert an unused user code: among ten thousand live codes a new one collides once in five hundred
 * thousand times.
 */
const tries = 3

export function createDeviceRequests(deps: DeviceRequestsDeps) {
  const { issuer, database, deviceCodeStore, networkThrottle, applications, tail, random, now } = deps

  return {
    /**
     * Begins a device authorization.
     * @param application that has authenticated
     * @throws unauthorized_client, too_many_from_network, invalid_scope, invalid_target, database_unavailable
     */
    async begin(
      application: PublicApplication,
      asked: AuthorizationParameters,
      origin: Origin,
    ): Promise<DeviceAuthorization> {
      if (!grantTypesOf(application.metadata).includes(deviceGrantType)) throw refuse('unauthorized_client')
      // Anybody can claim to be this client, or have registered it, and each request is a row for a day (RFC 8628
      // §5.2).
      if (isPublic(application) || isUnreviewed(application)) networkThrottle.admit('device', origin.address)
      await tail.readIfOld()
      const servers = resourceServersOf(applications.resourceServers(), issuer)
      const facts: AuthorizationFacts = { application, servers, hintedSub: undefined }
      const broken = brokenDeviceRule(asked, facts)
      if (broken) throw refuse(broken.error, { detail: broken.why })
      const named = resourcesOf(asked, facts)!
      // Scopes that belong to no existing resource server are neither shown to the user nor granted.
      const granted = scopesByServer({ scope: scopeOf(asked, facts), resources: named }, servers)
      const scope = wordsIn(granted).join(' ')
      return insert(application.id, scope, named.length > 0 ? named : serversIn(granted), origin)
    },
  }

  async function insert(
    applicationId: string,
    scope: string,
    resources: readonly string[],
    { address, userAgent }: Origin,
  ): Promise<DeviceAuthorization> {
    const createdAt = now()
    const deviceCode = newDeviceCode(random)
    for (let attempt = 1; ; attempt++) {
      const userCode = newUserCode(random)
      try {
        await deviceCodeStore.insert(database, {
          hash: hashOfDeviceCode(deviceCode),
          ...{ userCode, applicationId, scope, resources, address, userAgent, createdAt, pollInterval },
          expiresAt: createdAt + deviceCodeLife * 1000,
          ...{ polledAt: null, redeemedAt: null, sessionId: null },
          ...{ decision: null, decidedAt: null, userId: null, browserSid: null, seq: null, authenticatedAt: null },
        })
        return { deviceCode, userCode, expiresIn: deviceCodeLife, interval: pollInterval }
      } catch (error) {
        if (!isDuplicate(error) || attempt === tries) throw error
      }
    }
  }
}

export type DeviceRequests = ReturnType<typeof createDeviceRequests>
