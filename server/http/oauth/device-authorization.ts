// The device authorization endpoint (RFC 8628 §3.1): a device code and a user code for a program, which shows the
// latter.
import { z } from 'zod'
import type { DeviceRequests } from '../../identity/authorizations/device-requests.js'
import { shownUserCode } from '../../protocol/user-code.js'
import { type Context, originOf } from '../handler.js'
import type { Form } from '../middleware/body-types.js'
import { devicePath, pathOfUserCode } from '../pages/connect.js'
import type { Answer } from '../wire/answers.js'
import { readForm } from './form-rules.js'

export const deviceAuthorizationParameters = {
  scope: { about: 'Scopes, separated by spaces.' },
  resource: { repeats: true, about: 'The resource servers that tokens are requested for (RFC 8707).' },
} as const

/** The response of RFC 8628 §3.2. */
export const deviceAuthorizationAnswer = z
  .object({
    device_code: z.string().describe('The code with which the program polls the token endpoint.'),
    user_code: z.string().describe('The code that the user types; case and dashes are ignored.'),
    verification_uri: z.string().describe('The page on which the user types the code.'),
    verification_uri_complete: z.string().describe('The page with the code in its query, for a link or a QR code.'),
    expires_in: z.int().describe('Lifetime of both codes, in seconds.'),
    interval: z.int().describe('Minimum number of seconds between two polls.'),
  })
  .meta({ id: 'DeviceAuthorization' })

export type DeviceAuthorizationDeps = { issuer: string; deviceRequests: DeviceRequests }

export function createDeviceAuthorizationHandler({ issuer, deviceRequests }: DeviceAuthorizationDeps) {
  return {
    async deviceAuthorization(ctx: Context): Promise<void> {
      const { scope, resource } = readForm((ctx.request.body ?? {}) as Form, deviceAuthorizationParameters)
      const asked = { ...(scope !== undefined && { scope: [scope] }), ...(resource.length > 0 && { resource }) }
      const made = await deviceRequests.begin(ctx.state.application!, asked, originOf(ctx))
      const answer: Answer<typeof deviceAuthorizationAnswer> = {
        device_code: made.deviceCode,
        user_code: shownUserCode(made.userCode),
        verification_uri: issuer + devicePath,
        verification_uri_complete: issuer + pathOfUserCode(made.userCode),
        expires_in: made.expiresIn,
        interval: made.interval,
      }
      ctx.set('Cache-Control', 'no-store')
      ctx.body = answer
    },
  }
}
