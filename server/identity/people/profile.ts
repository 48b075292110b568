// Validation of a user's first name, last name and email address: maximum lengths, control characters, and the syntax
// of the address.
import { refuseFields } from '../../protocol/errors.js'
import { type FieldProblems, type Problem, problem } from '../../protocol/problems.js'

/** Fields that users may change about themselves. */
export type Profile = { firstName: string; lastName: string; email: string }

const limits = { firstName: 150, lastName: 150, email: 254 } as const
const wireNames = { firstName: 'first_name', lastName: 'last_name', email: 'email' } as const

/** Validates the given fields of a profile. @throws invalid_fields */
export function requireProfile(profile: Partial<Profile>): Partial<Profile> {
  const fields: FieldProblems = {}
  const checked: Partial<Profile> = {}
  for (const name of Object.keys(limits) as (keyof Profile)[]) {
    const value = profile[name]
    if (value === undefined) continue
    const found = whyNot(name, value)
    if (found) fields[wireNames[name]] = [found]
    else checked[name] = value
  }
  if (Object.keys(fields).length > 0) throw refuseFields(fields)
  return checked
}

function whyNot(name: keyof Profile, value: string): Problem | null {
  if ([...value].length > limits[name]) return problem('too_long', { count: limits[name] })
  if (/[\p{Cc}\p{Bidi_Control}]/u.test(value)) return problem('control_characters')
  if (name === 'email' && value !== '' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) return problem('email_invalid')
  return null
}
