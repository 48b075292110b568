// What an application that registered itself, or is described by a document, says of itself. Its next update replaces all that it
// said: an administrator's edit of it would be lost silently, and would be shown to people as the application's own words.
import { type ApplicationMetadata, type ApplicationOrigin, isUnseen } from './application-metadata.js'
import { isOfOurs } from './client-document.js'
import { registrableNames } from './registration.js'

type Name = keyof ApplicationMetadata | 'client_name' | 'kind'

/** Only for applications that an administrator has made or taken over. */
const ofSeen: readonly Name[] = ['first_party', 'permissions', 'token_exchange']

/** Whether an administrator may have anything to say there of an application of this origin. */
export const isSettable = (origin: ApplicationOrigin, name: Name): boolean =>
  !isUnseen({ origin }) || !ofSeen.includes(name)

/** Whether the application says this itself, and nobody else. */
export function saysItself(origin: ApplicationOrigin, name: Name): boolean {
  if (origin !== 'registration' && origin !== 'document') return false
  if (name === 'client_name' || name === 'kind') return true
  // Who registers keeps what it was given, and gets no more by asking (RFC 7592 §2.2): that is an administrator's to give.
  if (origin === 'registration') return name !== 'scope' && isSettable(origin, name) && registrableNames.includes(name)
  return isSettable(origin, name) && !isOfOurs(name)
}
