// Composition of devices and their sessions.
import { createDetails } from '../identity/devices/details.js'
import { createDeviceEnds } from '../identity/devices/device-ends.js'
import { createDeviceList } from '../identity/devices/device-list.js'
import { createDeviceNames } from '../identity/devices/device-names.js'
import { createSessionEnds } from '../identity/devices/session-ends.js'
import { createSessionList } from '../identity/devices/session-list.js'
import { createSessionStates } from '../identity/devices/session-state.js'
import { createSessions } from '../identity/devices/sessions.js'
import { createWhereSignedIn } from '../identity/devices/where-signed-in.js'
import type { Identity } from '../identity/identity.js'
import type { Names } from '../identity/people/names.js'
import type { ActorRights } from '../identity/rights.js'
import type { Infrastructure } from './infrastructure.js'

export function composeDevices(
  { storage, revocation: { policy, now }, tokens: { changes } }: Infrastructure,
  rights: ActorRights,
  names: Names,
  { auditLog, incidents }: Identity['logs'],
): Identity['devices'] {
  const { database, userStore, deviceStore, sessionStore } = storage
  const { deviceListStore, sessionListStore, ownListStore } = storage
  const states = createSessionStates({ policy, now })
  const sessions = createSessions({ database, userStore, sessionStore, deviceStore, rights, changes, policy, now })
  const deviceList = createDeviceList({ database, deviceStore, deviceListStore, states, names })
  const sessionList = createSessionList({ database, sessionStore, sessionListStore, deviceStore, states, names })
  const whereSignedIn = createWhereSignedIn({
    database,
    sessionStore,
    deviceStore,
    ownListStore,
    deviceListStore,
    states,
    policy,
  })
  const sessionEnds = createSessionEnds({
    database,
    sessionStore,
    sessionListStore,
    states,
    rights,
    changes,
    now,
  })
  const deviceEnds = createDeviceEnds({
    database,
    userStore,
    deviceStore,
    deviceListStore,
    sessionListStore,
    sessions,
    states,
    rights,
    now,
  })
  const deviceNames = createDeviceNames({ userStore, deviceStore, changes })
  const details = createDetails({ database, deviceStore, sessions, sessionList, auditLog, incidents, names })
  return { sessions, sessionList, sessionEnds, deviceList, deviceEnds, deviceNames, whereSignedIn, details }
}
