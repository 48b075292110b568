// Which rate limits (hourly buckets) count a guess at a password or at an application's secret, and how high each is.
// The rule behind the table: guesses of others can never use up the limit for a user who proves a device that is in use
// (lockout).
import { networkOf } from './network.js'

/** The window of a bucket, in seconds. Windows begin at full hours, so that every server has the same ones. */
export const guessWindow = 3_600

/** The client that guesses a password, and from where. */
export type Guesser =
  /** At a sign-in, from a device that the user has signed in on before, with a device token. */
  | { kind: 'device'; userId: number; deviceId: string }
  /** At a sign-in, from anywhere else; the username may not exist. */
  | { kind: 'stranger'; usernameKey: string /** '' where it is not known. */; address: string }
  /** At a change of the password, which requires the present one, by a signed-in user. */
  | { kind: 'owner'; userId: number; deviceId: string }
  /** At an application's secret; '' for unknown application ids. */
  | { kind: 'application'; applicationId: string; address: string }
  /** With an API key that this process does not know. */
  | { kind: 'apiKey'; address: string }
  /** At a user code, by a signed-in user (RFC 8628 §5.1). */
  | { kind: 'userCode'; userId: number; address: string }

export type Bucket = {
  /** Parts of the bucket's unique key. */
  of: readonly string[]
  limit: number
  /** The name that the caller sees. */
  name: string
  /** Whether the caller sees how much of it is left, before it is exhausted. */
  isReported: boolean
}

/** @param limit the policy `sign_in_guesses_per_hour` */
export function bucketsOf(guesser: Guesser, limit: number): Bucket[] {
  switch (guesser.kind) {
    case 'device':
      // No bucket of the network: clients that share the owner's address could exhaust it.
      return [{ of: ['device', String(guesser.userId), guesser.deviceId], limit, name: 'device', isReported: true }]
    case 'owner':
      // Another bucket than the one above: with a stolen access token one could exhaust that, and the owner's next
      // sign-in would be refused.
      return [{ of: ['owner', String(guesser.userId), guesser.deviceId], limit, name: 'device', isReported: true }]
    case 'application': {
      const { applicationId, address } = guesser
      // Many servers share one address (NAT), and one with an outdated secret retries without end.
      const of = ['application', applicationId, networkOf(address)]
      return address === '' ? [] : [{ of, limit: 10 * limit, name: 'application', isReported: false }]
    }
    case 'apiKey':
      // 32 random bytes cannot be guessed: the limit prevents a read of the database for each attempt.
      return guesser.address === ''
        ? []
        : [{ of: ['api key', networkOf(guesser.address)], limit: 10 * limit, name: 'network', isReported: false }]
    case 'userCode': {
      const { userId, address } = guesser
      // A bucket of the user, not of one session: a new sign-in gives no new guesses.
      const ofPerson = { of: ['user code', String(userId)], limit, name: 'user', isReported: false }
      if (address === '') return [ofPerson]
      // An office makes more typing errors than one person, and shares an address.
      const of = ['user code from network', networkOf(address)]
      return [ofPerson, { of, limit: 10 * limit, name: 'network', isReported: false }]
    }
    case 'stranger': {
      const { usernameKey, address } = guesser
      // The remaining quota would reveal whether others try this username too, and so whether it exists.
      const ofUser = { of: ['user', usernameKey], limit, name: 'user', isReported: false }
      // The proxy forwards no client address: one bucket for all clients could be exhausted by any of them.
      if (address === '') return [ofUser]
      const network = networkOf(address)
      return [
        ofUser,
        { of: ['user from network', network, usernameKey], limit, name: 'user', isReported: true },
        { of: ['network', network], limit: 10 * limit, name: 'network', isReported: true },
      ]
    }
  }
}

/** The number of the window that contains an instant, and its end; epoch ms. */
export function windowOf(now: number): { number: number; endsAt: number } {
  const length = guessWindow * 1000
  const number = Math.floor(now / length)
  return { number, endsAt: (number + 1) * length }
}
