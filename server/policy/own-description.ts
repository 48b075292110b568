// What an application that registered itself, or is described by a document, says of itself. Its next update replaces
// all of it: an administrator's edit would be lost silently, and would be shown to users as the application's own
// words.
import { type ApplicationMetadata, type ApplicationOrigin, isUnreviewed } from './application-metadata.js'
import { isAdministratorMember } from './client-document.js'
import { registrableNames } from './registration.js'

type Name = keyof ApplicationMetadata | 'client_name' | 'kind'

/** Members only for applications that an administrator has made or adopted. */
const ofSeen: readonly Name[] = ['first_party', 'permissions', 'token_exchange']

/** Whether an administrator may set a member for an application of this origin. */
export const isSettable = (origin: ApplicationOrigin, name: Name): boolean =>
  !isUnreviewed({ origin }) || !ofSeen.includes(name)

/** Whether only the application itself sets a member. */
export function isSelfDescribed(origin: ApplicationOrigin, name: Name): boolean {
  if (origin !== 'registration' && origin !== 'document') return false
  if (name === 'client_name' || name === 'kind') return true
  // A registered application keeps its scope, and gets no more by asking (RFC 7592 §2.2): an administrator grants it.
  if (origin === 'registration') return name !== 'scope' && isSettable(origin, name) && registrableNames.includes(name)
  return isSettable(origin, name) && !isAdministratorMember(name)
}
