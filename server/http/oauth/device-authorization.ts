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
  scope: { about: 'Words with a space between.' },
  resource: { repeats: true, about: 'The resource servers that tokens are to be for (RFC 8707).' },
} as const

/** The response of RFC 8628 §3.2. */
export const deviceAuthorizationAnswer = z
  .object({
    device_code: z.string().describe('What the program asks the token endpoint with.'),
    user_code: z.string().describe('What the person types; case and dashes do not matter.'),
    verification_uri: z.string().describe('Where the person types it.'),
    verification_uri_complete: z.string().describe('The same with the code, for a link or a QR code.'),
    expires_in: z.int().describe('Seconds.'),
    interval: z.int().describe('Seconds to wait between two requests.'),
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
