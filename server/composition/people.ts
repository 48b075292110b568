// Composition of users and their roles.
import { createSessionStates } from '../identity/devices/session-state.js'
import type { Identity } from '../identity/identity.js'
import type { Names } from '../identity/people/names.js'
import { createOwnPassword } from '../identity/people/own-password.js'
import { createRoles } from '../identity/people/roles.js'
import { createUserActs } from '../identity/people/user-acts.js'
import { createUserImport } from '../identity/people/user-import.js'
import { createUserList } from '../identity/people/user-list.js'
import { createUserinfo } from '../identity/people/userinfo.js'
import { createUsers } from '../identity/people/users.js'
import type { ActorRights } from '../identity/rights.js'
import type { Infrastructure } from './infrastructure.js'

export function composePeople(
  {
    storage,
    revocation: { policy, applications, now },
    tokens: { changes },
    signIn: { hashing, guesses },
  }: Infrastructure,
  rights: ActorRights,
  names: Names,
  { sessions, whereSignedIn }: Identity['devices'],
): Identity['people'] {
  const { database, userStore, userListStore, roleStore, deviceStore, sessionStore, apiKeyStore } = storage
  const states = createSessionStates({ policy, now })
  const users = createUsers({
    database,
    userStore,
    deviceStore,
    apiKeyStore,
    roleStore,
    hashing,
    rights,
    changes,
    policy,
    now,
  })
  const roles = createRoles({ database, roleStore, rights, changes })
  const ownPassword = createOwnPassword({
    database,
    userStore,
    sessionStore,
    guesses,
    hashing,
    changes,
    policy,
    now,
  })
  const userList = createUserList({ database, userStore, userListStore, states })
  const userActs = createUserActs({
    database,
    userStore,
    roleStore,
    userListStore,
    users,
    sessions,
    whereSignedIn,
    states,
    rights,
    now,
  })
  return {
    users,
    roles,
    ownPassword,
    userList,
    userActs,
    names,
    userImport: createUserImport({ database, userStore, roleStore, rights, changes, policy, now }),
    userinfo: createUserinfo({ database, userStore, applications }),
  }
}
