// A new user: validation of an imported one, and the row.
import type { AuditNote } from '../../policy/audit.js'
import { isPermission } from '../../policy/permissions.js'
import { longestUsername, usernameKey, whyNotUsername } from '../../policy/username.js'
import { checkAllNow } from '../../protocol/check-all.js'
import { refuseField, refuseFields } from '../../protocol/errors.js'
import type { NewUser } from '../../storage/users.js'
import { unusableHash, whyNotHash } from '../sign-in/stored-passwords.js'
import { type Profile, requireProfile } from './profile.js'

/**
 * A user from another system: the hash is taken as it is, and the id if there is one. A user without a hash cannot sign
 * in yet.
 */
export type UserToImport = Partial<Profile> & {
  id?: number | undefined
  username: string
  passwordHash?: string
  /** The other system has verified that the address is theirs. */
  emailVerified?: boolean | undefined
  active?: boolean | undefined
  roles?: string[] | undefined
  permissions?: string[] | undefined
  mustChangePassword?: boolean
  /** Epoch ms; null where the user has never signed in. */
  lastLoginAt?: number | null | undefined
  /** When the account was created in the other system; epoch ms. */
  createdAt?: number | undefined
}

/** Greatest id of an imported user. Later ids follow it, and JavaScript and JSON must represent each exactly. */
const greatestId = 2 ** 52

/** Validates an imported user, whatever users exist already. @throws invalid_fields with all problems */
export function requireImportable(user: UserToImport): void {
  checkAllNow(
    () => requireUsername(user.username, longestUsername),
    () => {
      if (user.id !== undefined && !(Number.isInteger(user.id) && user.id >= 1 && user.id <= greatestId))
        throw refuseField('id', 'user_id_out_of_range', { max: greatestId })
    },
    () => {
      const found = whyNotHash(user.passwordHash ?? '')
      if (found) throw refuseFields({ password_hash: [found] })
    },
    () => {
      if (user.permissions?.some(permission => !isPermission(permission)))
        throw refuseField('permissions', 'not_permission')
    },
    () => requireProfile(user),
  )
}

/** The row of a new user. @param user with valid fields */
export function newUser(user: UserToImport, id: number, now: number): NewUser {
  return {
    id,
    username: user.username,
    usernameKey: usernameKey(user.username),
    passwordHash: user.passwordHash || unusableHash,
    firstName: user.firstName ?? '',
    lastName: user.lastName ?? '',
    email: user.email ?? '',
    emailVerified: Boolean(user.email) && user.emailVerified === true,
    active: user.active ?? true,
    permissions: user.permissions ?? [],
    endedSeq: 0,
    lastLoginAt: user.lastLoginAt ?? null,
    passwordChangedAt: now,
    mustChangePassword: user.mustChangePassword ?? false,
    createdAt: user.createdAt ?? now,
    deletedAt: null,
  }
}

/** The audit entry of a new user. @param isNewId the id was assigned here */
export function noteOf(
  action: 'user_created' | 'user_imported',
  user: UserToImport,
  id: number,
  isNewId = false,
): AuditNote {
  const after = {
    ...{ username: user.username, roles: user.roles ?? [], permissions: user.permissions ?? [] },
    ...(isNewId && { new_id: true }),
  }
  return { action, subject: String(id), after }
}

/** @throws invalid_fields */
export function requireUsername(username: string, maxLength: number): void {
  const problem = whyNotUsername(username, maxLength)
  if (problem) throw refuseFields({ username: [problem] })
}
