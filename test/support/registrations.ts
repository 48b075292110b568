// Dynamic client registration (RFC 7591, RFC 7592): applications that register themselves, and their requests.
import { setTimeout as pause } from 'node:timers/promises'
import { hashOfToken } from '../../server/identity/registrations/registration-tokens.js'
import { anApplication } from './applications.js'
import { aClient } from './client.js'
import type { TestServer } from './server.js'

export const callback = 'https://tool.example/callback'

/** Metadata of a public client, as command line tools send it. */
export const aTool = {
  client_name: 'Tool',
  redirect_uris: [callback],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
}

/** The registration token of `aRegistered`. */
export const registrationToken = `dvz_reg_${'A'.repeat(43)}`

/** A registered application, inserted as a row without a request. */
export async function aRegistered(server: TestServer, id: string): Promise<Registration> {
  const metadata = { redirect_uris: [callback], response_types: ['code' as const], scope: 'openid' }
  const registrationTokenHash = hashOfToken(registrationToken)
  await anApplication(server, id, { kind: 'web', origin: 'registration', registrationTokenHash, metadata })
  return { client_id: id, registration_access_token: registrationToken }
}

const bearer = (token?: string): Record<string, string> =>
  token === undefined ? {} : { Authorization: `Bearer ${token}` }

export function register(server: TestServer, json: object = aTool, token?: string) {
  return aClient(server).send('POST', '/oauth/register', { json, headers: bearer(token) })
}

/** Registers, and retries after 503 up to 20 times, for a busy database. */
export async function registerAtLast(server: TestServer, json: object = aTool, token?: string) {
  for (let tries = 1; ; tries++) {
    const answer = await register(server, json, token)
    if (answer.status !== 503 || tries === 20) return answer
    await pause(100)
  }
}

export type Registration = { client_id: string; registration_access_token: string; client_secret?: string }

/** Registers an application, and expects 201. */
export async function registered(server: TestServer, json: object = aTool, token?: string): Promise<Registration> {
  const { status, body, text } = await register(server, json, token)
  if (status !== 201) throw new Error(`not registered: ${text}`)
  return body as Registration
}

/** Reads, changes or deletes a registration. */
export function manage(
  server: TestServer,
  method: 'GET' | 'PUT' | 'DELETE',
  { client_id, registration_access_token }: Registration,
  json?: object,
) {
  const headers = bearer(registration_access_token)
  return aClient(server).send(method, `/oauth/register/${client_id}`, {
    headers,
    ...(json && method === 'PUT' && { json }),
  })
}

/** @returns the initial access token and its text */
export async function anInitialAccessToken(
  { composed }: TestServer,
  more: { scopes?: string[]; mostUses?: number; expiresAt?: number } = {},
) {
  const { initialAccessTokens } = composed.parts.registrations
  return initialAccessTokens.create({ name: 'For the tools', ...more }, 'system')
}
