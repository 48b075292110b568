// The database, and everything that has statements for it.
import type { Settings } from '../../config/settings.js'
import type { Log } from '../app.js'
import { createApplications } from '../storage/applications.js'
import { createAudit } from '../storage/audit.js'
import { openDatabase } from '../storage/database.js'
import { createDeviceLists } from '../storage/device-lists.js'
import { createDevices } from '../storage/devices.js'
import { createFigures } from '../storage/figures.js'
import { createHeartbeats } from '../storage/heartbeats.js'
import { createIncidents } from '../storage/incidents.js'
import { createInstallation } from '../storage/installation.js'
import { createKeys } from '../storage/keys.js'
import { createListsOfOne } from '../storage/lists-of-one.js'
import { createLogLists } from '../storage/log-lists.js'
import { createPageSessions } from '../storage/page-sessions.js'
import { createPolicyVersions } from '../storage/policy-versions.js'
import { createRevocations } from '../storage/revocations.js'
import { createRoles } from '../storage/roles.js'
import { createSessionLists } from '../storage/session-lists.js'
import { createSessionSurveys } from '../storage/session-surveys.js'
import { createSessions } from '../storage/sessions.js'
import { createUserLists } from '../storage/user-lists.js'
import { createUsers } from '../storage/users.js'

/** @throws database_unavailable */
export async function composeStorage(settings: Pick<Settings, 'database'>, log: Log) {
  const database = await openDatabase(settings.database, log)
  const { dialect } = database
  return {
    database,
    userStore: createUsers(dialect),
    sessionStore: createSessions(dialect),
    devices: createDevices(dialect),
    applications: createApplications(dialect),
    roleStore: createRoles(dialect),
    audit: createAudit(dialect),
    revocations: createRevocations(dialect),
    heartbeats: createHeartbeats(),
    incidents: createIncidents(),
    installation: createInstallation(dialect),
    keys: createKeys(),
    policyVersions: createPolicyVersions(),
    pageSessionStore: createPageSessions(),
    figureStore: createFigures(dialect),
    logLists: createLogLists(dialect),
    userLists: createUserLists(dialect),
    deviceLists: createDeviceLists(dialect),
    sessionLists: createSessionLists(dialect),
    listsOfOne: createListsOfOne(dialect),
    surveys: createSessionSurveys(),
  }
}

export type StorageParts = Awaited<ReturnType<typeof composeStorage>>
