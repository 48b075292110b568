import { refuse } from '../../protocol/errors.js'

/** What people may change about themselves. */
export type Profile = { firstName: string; lastName: string; email: string }

const limits = { firstName: 150, lastName: 150, email: 254 } as const
const wireNames = { firstName: 'first_name', lastName: 'last_name', email: 'email' } as const

/** The fields of a profile that are there, checked. @throws invalid_fields */
export function requireProfile(profile: Partial<Profile>): Partial<Profile> {
  const fields: Record<string, string[]> = {}
  const checked: Partial<Profile> = {}
  for (const name of Object.keys(limits) as (keyof Profile)[]) {
    const value = profile[name]
    if (value === undefined) continue
    const problem = whyNot(name, value)
    if (problem) fields[wireNames[name]] = [problem]
    else checked[name] = value
  }
  if (Object.keys(fields).length > 0) throw refuse('invalid_fields', { fields })
  return checked
}

function whyNot(name: keyof Profile, value: string): string | null {
  if ([...value].length > limits[name]) return `Ensure this field has no more than ${limits[name]} characters.`
  if (/[\p{Cc}\p{Bidi_Control}]/u.test(value)) return 'Control characters are not allowed.'
  if (name === 'email' && value !== '' && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value))
    return 'Enter a valid email address.'
  return null
}
