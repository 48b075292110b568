// The device flow (RFC 8628): programs that poll with a device code, and the user who approves the user code.
import { publicApplication } from '../../server/identity/applications/public-application.js'
import type { DeviceAuthorization } from '../../server/identity/authorizations/device-requests.js'
import type { ApplicationMetadata } from '../../server/policy/application-metadata.js'
import { deviceGrantType } from '../../server/policy/device-request.js'
import type { NewApplication } from '../../server/storage/applications.js'
import { anApplication, inForm } from './applications.js'
import type { TestServer } from './server.js'
import type { Seen, SendOptions, Visitor } from './visitor.js'

export const television = {
  grant_types: [deviceGrantType, 'refresh_token'],
  token_endpoint_auth_method: 'none',
  scope: 'openid profile email offline_access read',
} satisfies ApplicationMetadata

/** A public client on a device without a browser. */
export const aTelevision = (server: TestServer, id: string, changes: Partial<NewApplication> = {}): Promise<void> =>
  anApplication(server, id, {
    kind: 'native',
    ...changes,
    metadata: { ...television, ...changes.metadata },
  })

const origin = { address: '203.0.113.9', userAgent: 'television/2.1', requestId: 'test' }

/** A device authorization of a new application. */
export async function aDeviceCode(server: TestServer, id: string): Promise<DeviceAuthorization> {
  await aTelevision(server, id)
  const { revocation, authorizations } = server.composed.parts
  const application = publicApplication((await revocation.applications.meet(id))!)
  return authorizations.deviceRequests.begin(application, { scope: ['openid'] }, origin)
}

export type Asked = { status: number; body: Record<string, unknown> & { error?: string } }

/** The polling program: requests a device code, and polls the token endpoint. */
export function aProgram({ url }: { url: string }, id: string, userAgent = 'television/2.1') {
  async function send(
    path: string,
    form: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Asked> {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { ...inForm, 'User-Agent': userAgent, ...headers },
      body: new URLSearchParams({ client_id: id, ...form }),
    })
    return { status: response.status, body: (await response.json()) as Asked['body'] }
  }
  return {
    send,
    begin: async (form: Record<string, string> = { scope: 'openid profile' }) => {
      const { status, body } = await send('/oauth/device_authorization', form)
      if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`)
      return body as { device_code: string; user_code: string; verification_uri_complete: string; interval: number }
    },
    poll: (
      deviceCode: string,
      form: Record<string, string> = {},
      headers: Record<string, string> = {},
    ): Promise<Asked> =>
      send('/oauth/token', { grant_type: deviceGrantType, device_code: deviceCode, ...form }, headers),
  }
}

/** The filled-in form of the page that shows a user code. */
export async function formFor(
  visitor: Visitor,
  userCode: string,
  decision: string,
  changes: Record<string, string> = {},
): Promise<SendOptions> {
  const page = await visitor.open(`/device?${new URLSearchParams({ user_code: userCode })}`)
  const shown = /name="shown" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
  const form = { _token: visitor.tokenOn(page, '/device'), user_code: userCode, shown, decision, ...changes }
  return { form, headers: { 'Sec-Fetch-Site': 'same-origin' } }
}

/** Submits the decision of the user. */
export async function decide(...asked: Parameters<typeof formFor>): Promise<Seen> {
  return asked[0].send('POST', '/device', await formFor(...asked))
}
