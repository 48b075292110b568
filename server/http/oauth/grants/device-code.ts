// RFC 8628 §3.4: a waiting program polls whether the user has approved it.
import type { DeviceCodes } from '../../../identity/authorizations/device-codes.js'
import { deviceGrantType } from '../../../policy/device-request.js'
import { originOf } from '../../handler.js'
import { tokenAnswer } from '../token-answer.js'
import { type Grant, grant } from './grant.js'
import { grantParameters } from './parameters.js'

export type DeviceCodeDeps = { deviceCodes: DeviceCodes; now: () => number }

export function createDeviceCodeGrant({ deviceCodes, now }: DeviceCodeDeps): Grant {
  return grant({
    grantType: deviceGrantType,
    parameters: grantParameters[deviceGrantType],
    async handle({ device_code, scope, resource }, ctx) {
      const terms = { asked: { scope, resource }, proof: ctx.state.proof }
      return tokenAnswer(await deviceCodes.redeem(device_code, ctx.state.application!.id, terms, originOf(ctx)), now())
    },
  })
}
