// A server whose issuer is its real address, with the system clock, for third-party clients and resource servers; and
// the steps around them: registration, a user's way through the pages, and the end of a device by an administrator.
import { expect } from 'chai'
import type { Page } from 'playwright-core'
import type { Settings } from '../../config/settings.js'
import type { ApplicationKind, ApplicationMetadata } from '../../server/policy/application-metadata.js'
import { aClient } from './client.js'
import { aRunningClock } from './clock.js'
import { sqlite } from './engines.js'
import { freePort } from './mariadb.js'
import { aServer, password, type ServerOptions, settle, type TestServer, testSettings } from './server.js'
import type { Seen, Visitor } from './visitor.js'

export type Person = { id: number; username: string; password: string }

/**
 * The issuer is the address it listens on. Applications of tests are on `localhost`: a different site for browsers and
 * cookies.
 */
export async function anIssuer(
  { engine = sqlite, ...options }: ServerOptions = {},
  more: Partial<Settings> = {},
): Promise<TestServer> {
  const port = await freePort()
  const settings = { ...testSettings(await engine.migrated()), ...more, port, issuer: `http://127.0.0.1:${port}` }
  return aServer({ clock: aRunningClock(), settings, ...options })
}

/**
 * Creates an application by the admin API, with metadata in the names of RFC 7591; omitted members follow from its
 * kind.
 * @returns the client secret, if it has one
 */
export async function registered(
  server: TestServer,
  client_id: string,
  kind: ApplicationKind,
  more: ApplicationMetadata & { resource?: string; resource_scopes?: object[] } = {},
): Promise<string> {
  const administrator = await asAdministrator(server)
  const described = { client_id, client_name: client_id, kind, ...more }
  const { status, body, text } = await administrator.post('/api/admin/applications', described)
  expect(status, text).to.equal(201)
  await settle(server.composed)
  return body.client_secret
}

const forms = /<form\b[^>]*\baction="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g
const inputs = /<input\b[^>]*\bname="([^"]*)"[^>]*>/g
const unescaped = (text: string) =>
  text.replaceAll('&#34;', '"').replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('&amp;', '&')

/** The form of a page that contains the text `mark`, such as a field or button. */
function formWith(page: Seen, mark: string): { action: string; fields: Record<string, string> } {
  for (const [, action = '', inside = ''] of page.text.matchAll(forms)) {
    if (!inside.includes(mark)) continue
    const fields = [...inside.matchAll(inputs)].map(
      ([tag, name = '']) => [name, unescaped(/\bvalue="([^"]*)"/.exec(tag)?.[1] ?? '')] as const,
    )
    return { action: unescaped(action), fields: Object.fromEntries(fields) }
  }
  throw new Error(`no form with ${mark} on ${page.path}, ${page.status}:\n${page.text.slice(0, 3_000)}`)
}

/**
 * Follows the pages of an authorization request without scripts: signs in where asked, and decides on consent.
 * @returns the final redirect to the application
 */
export async function throughPages(
  server: TestServer,
  visitor: Visitor,
  address: URL | string,
  person: Person,
  decision: 'allow' | 'deny' = 'allow',
): Promise<URL> {
  const { origin } = new URL(server.url)
  expect(new URL(address).origin).to.equal(origin)
  const sent = (path: string) => visitor.send('GET', path)
  let seen = await sent(String(address).slice(origin.length))
  for (let step = 0; step < 12; step++) {
    const location = seen.headers.get('location')
    if (location) {
      const next = new URL(location, origin)
      if (next.origin !== origin) return next
      seen = await sent(next.pathname + next.search)
      continue
    }
    expect(seen.status, seen.text).to.equal(200)
    const asksPassword = seen.text.includes('name="password"')
    const { action, fields } = formWith(seen, asksPassword ? 'name="password"' : 'name="decision"')
    const form = asksPassword
      ? { ...fields, username: person.username, password: person.password }
      : { ...fields, decision }
    seen = await visitor.send('POST', action, { form, headers: { 'Sec-Fetch-Site': 'same-origin' } })
  }
  throw new Error(`no end of pages, the last at ${seen.path}`)
}

/** Signs in on the sign-in page of a real browser. */
export async function signInOnPage(page: Page, person: Person): Promise<void> {
  await page.locator('[name=username]').fill(person.username)
  await page.locator('[name=password]').fill(person.password)
  await page.locator('[name=password]').press('Enter')
}

export const allowOnPage = (page: Page) => page.getByRole('button', { name: 'Allow', exact: true }).click()

/** The admin API, with the token of `admin`. */
export async function asAdministrator(server: TestServer) {
  const client = aClient(server, 'administrator/1.0')
  const { access } = await client.signIn({ username: 'admin', password })
  return {
    get: (path: string) => client.get(path, access),
    post: (path: string, json: unknown) => client.post(path, json, access),
    patch: (path: string, json: unknown) => client.patch(path, json, access),
    delete: (path: string) => client.delete(path, access),
  }
}

/** Ends the devices of a user one by one as an administrator, as for a lost phone. */
export async function endDevicesOf(server: TestServer, { id }: Person): Promise<void> {
  const administrator = await asAdministrator(server)
  const { body } = await administrator.get(`/api/admin/users/${id}/devices`)
  expect(body.results).to.not.be.empty
  for (const device of body.results)
    expect((await administrator.delete(`/api/admin/devices/${device.id}`)).status).to.equal(204)
}

export type Held = { access_token: string; refresh_token?: string | undefined }
/** Client authentication: form parameters or a header. */
export type Proof = { form?: Record<string, string>; headers?: Record<string, string> }

export const secretProof = (client_id: string, client_secret: string): Proof => ({ form: { client_id, client_secret } })
export const basicProof = (id: string, secret: string): Proof => ({
  headers: { Authorization: `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}` },
})

/** Answers of userinfo and introspection for an access token. Public clients may not introspect. */
async function answersTo(server: TestServer, { access_token }: Held, proof: Proof) {
  const bearer = { headers: { Authorization: `Bearer ${access_token}` } }
  return {
    userinfo: (await fetch(`${server.url}/oauth/userinfo`, bearer)).status,
    introspection: await isActive(server, access_token, proof),
  }
}

const post = (server: TestServer, path: string, form: Record<string, string>, proof: Proof) =>
  fetch(server.url + path, {
    method: 'POST',
    body: new URLSearchParams({ ...form, ...proof.form }),
    headers: proof.headers ?? {},
  })

const isPublic = ({ form, headers }: Proof) => !headers && !form?.client_secret

/** null if the client may not introspect. */
async function isActive(server: TestServer, token: string, proof: Proof): Promise<boolean | null> {
  const answer = await post(server, '/oauth/introspect', { token }, proof)
  return answer.status === 200 ? ((await answer.json()) as { active: boolean }).active : null
}

export async function expectLive(server: TestServer, held: Held, proof: Proof): Promise<void> {
  expect(await answersTo(server, held, proof)).to.deep.equal({
    userinfo: 200,
    introspection: isPublic(proof) ? null : true,
  })
}

/** Expects that access and refresh token are refused by userinfo, introspection and the token endpoint. */
export async function expectOver(server: TestServer, held: Held, proof: Proof): Promise<void> {
  const introspection = isPublic(proof) ? null : false
  expect(await answersTo(server, held, proof)).to.deep.equal({ userinfo: 401, introspection })
  const { refresh_token } = held
  if (!refresh_token) return
  expect(await isActive(server, refresh_token, proof)).to.equal(introspection)
  const answer = await post(server, '/oauth/token', { grant_type: 'refresh_token', refresh_token }, proof)
  expect(answer.status).to.equal(400)
  expect(((await answer.json()) as { error: string }).error).to.equal('invalid_grant')
}
