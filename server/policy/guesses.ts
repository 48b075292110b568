// Which rate limits (buckets of an hour) count a guess at a password or at an application's secret, and how high each is. The
// rule behind the table: guesses of others can never use up the limit for a user who proves a device that is in use (lockout).
import { networkOf } from './network.js'

/** How long a bucket counts, in seconds. Windows begin at full hours, so that every server has the same ones. */
export const guessWindow = 3_600

/** Who tries a password, and from where. */
export type Guesser =
  /** At a sign-in, from a device that the user has signed in on before, and that proves it. */
  | { kind: 'device'; userId: number; deviceId: string }
  /** At a sign-in, from anywhere else; the username may not exist. */
  | { kind: 'stranger'; usernameKey: string /** '' where it is not known. */; address: string }
  /** At a change of the password, which asks for the present one, by somebody who is signed in. */
  | { kind: 'owner'; userId: number; deviceId: string }
  /** At an application's secret; '' for all that are none. */
  | { kind: 'application'; applicationId: string; address: string }
  /** With an API key that is none, as far as this process knows. */
  | { kind: 'apiKey'; address: string }
  /** At the code of a program that waits to be let in, by somebody who is signed in (RFC 8628 §5.1). */
  | { kind: 'userCode'; userId: number; address: string }

export type Bucket = {
  /** What it counts, told apart from every other bucket. */
  of: readonly string[]
  limit: number
  /** What the caller reads. */
  name: string
  /** Whether the caller reads how much of it is left, before it is full. */
  told: boolean
}

/** @param limit the policy `sign_in_guesses_per_hour` */
export function bucketsOf(guesser: Guesser, limit: number): Bucket[] {
  switch (guesser.kind) {
    case 'device':
      // No network's bucket: whoever shares the owner's address could fill it.
      return [{ of: ['device', String(guesser.userId), guesser.deviceId], limit, name: 'device', told: true }]
    case 'owner':
      // Not the bucket above: with a stolen access token one could fill it, and the owner's next sign-in would be refused.
      return [{ of: ['owner', String(guesser.userId), guesser.deviceId], limit, name: 'device', told: true }]
    case 'application': {
      const { applicationId, address } = guesser
      // Many servers share one address (NAT), and one with an outdated secret retries without end.
      const of = ['application', applicationId, networkOf(address)]
      return address === '' ? [] : [{ of, limit: 10 * limit, name: 'application', told: false }]
    }
    case 'apiKey':
      // Nobody guesses 32 random bytes: so that they do not cost a read of the database each.
      return guesser.address === ''
        ? []
        : [{ of: ['api key', networkOf(guesser.address)], limit: 10 * limit, name: 'network', told: false }]
    case 'userCode': {
      const { userId, address } = guesser
      // Of the person, not of one session: a new sign-in gives no new guesses.
      const ofPerson = { of: ['user code', String(userId)], limit, name: 'user', told: false }
      if (address === '') return [ofPerson]
      // An office types wrongly more often than one person, and shares an address.
      const of = ['user code from network', networkOf(address)]
      return [ofPerson, { of, limit: 10 * limit, name: 'network', told: false }]
    }
    case 'stranger': {
      const { usernameKey, address } = guesser
      // What is left of it would tell whether others try this username too, and so whether it exists.
      const ofUser = { of: ['user', usernameKey], limit, name: 'user', told: false }
      // The proxy forwards no client address: one bucket for all clients could be filled by any of them.
      if (address === '') return [ofUser]
      const network = networkOf(address)
      return [
        ofUser,
        { of: ['user from network', network, usernameKey], limit, name: 'user', told: true },
        { of: ['network', network], limit: 10 * limit, name: 'network', told: true },
      ]
    }
  }
}

/** The number of the window that an instant lies in, and its end; epoch ms. */
export function windowOf(now: number): { number: number; endsAt: number } {
  const length = guessWindow * 1000
  const number = Math.floor(now / length)
  return { number, endsAt: (number + 1) * length }
}
