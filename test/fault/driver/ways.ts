// How users open and keep a session: by the API, or as users of an application, through the pages and an authorization
// code. The answers of both are in the words of the API.
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { ApplicationMetadata } from '../../../server/policy/application-metadata.js'
import { aConfidentialApplication, basic, inForm } from '../../support/applications.js'
import { type Answer, aClient, type Pair } from '../../support/client.js'
import type { TestServer } from '../../support/server.js'
import { aVisitor, localOf, type Seen } from '../../support/visitor.js'
import type { Control, Person } from './control.js'
import type { Random } from './random.js'

type Place = { url: string }

/** Each call is one try; it throws when no answer comes. */
export type Way = {
  name: 'api' | 'code'
  /** @param pick chooses the server of each step */
  signIn(pick: () => Place, person: Pick<Person, 'username' | 'password'>): Promise<Answer>
  refresh(server: Place, refresh: string): Promise<Answer>
  signOut(server: Place, refresh: string): Promise<Answer>
  /** Asks as a resource server about an access token. */
  verify(server: Place, access: string): Promise<Answer>
}

export const apiWay: Way = {
  name: 'api',
  signIn: (pick, { username, password }) => aClient(pick()).post('/api/token/', { username, password }),
  refresh: (server, refresh) => aClient(server).refresh(refresh),
  signOut: (server, refresh) => aClient(server).post('/api/token/blacklist/', { refresh }),
  verify: (server, access) => aClient(server).verify(access),
}

const callback = 'https://shop.example/callback'
const ownSite = { 'Sec-Fetch-Site': 'same-origin' }
/** The scopes with which its access tokens are accepted where API tokens are. */
const scope = 'openid roles darvoza:account'

export type CodeWay = Way & { applicationId: string }

/** A new application, and how users sign in to it. It asks for consent unless it is first-party. */
export async function aCodeWay(control: Pick<Control, 'parts'>, own: ApplicationMetadata = {}): Promise<CodeWay> {
  const applicationId = `shop-${randomUUID().slice(0, 8)}`
  const home = { composed: control } as unknown as TestServer
  const metadata = { redirect_uris: [callback], grant_types: ['authorization_code', 'refresh_token'], scope, ...own }
  const secret = await aConfidentialApplication(home, applicationId, { metadata: metadata as ApplicationMetadata })
  const headers = { ...inForm, ...basic(applicationId, secret) }
  const send = (server: Place, path: string, form: Record<string, string>) =>
    aClient(server).send('POST', path, { body: String(new URLSearchParams(form)), headers })

  async function signIn(pick: () => Place, person: Pick<Person, 'username' | 'password'>): Promise<Answer> {
    const verifier = randomBytes(32).toString('base64url')
    const code_challenge = createHash('sha256').update(verifier).digest('base64url')
    const asked = { client_id: applicationId, redirect_uri: callback, response_type: 'code', scope }
    const query = new URLSearchParams({ ...asked, code_challenge, code_challenge_method: 'S256' })
    const seen = await throughPages(pick, `/oauth/authorize?${query}`, person)
    const code = new URL(seen.headers.get('location') ?? callback).searchParams.get('code')
    if (code === null) return { ...seen, body: { reason: `no code at ${seen.path.split('?')[0]}` } }
    const form = { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier }
    return inWordsOfApi(await send(pick(), '/oauth/token', form))
  }

  return {
    name: 'code',
    applicationId,
    signIn,
    refresh: async (server, refresh) =>
      inWordsOfApi(await send(server, '/oauth/token', { grant_type: 'refresh_token', refresh_token: refresh })),
    signOut: async (server, refresh) => inWordsOfApi(await send(server, '/oauth/revoke', { token: refresh })),
    async verify(server, access) {
      const answer = inWordsOfApi(await send(server, '/oauth/introspect', { token: access }))
      const isActive = answer.status !== 200 || answer.body.active === true
      return isActive ? answer : { ...answer, status: 401, body: { reason: 'not active' } }
    },
  }
}

/** Walks a new browser through the sign-in and consent pages back to the application. Consent is given. */
async function throughPages(
  pick: () => Place,
  path: string,
  { username, password }: Pick<Person, 'username' | 'password'>,
): Promise<Seen> {
  const visitor = aVisitor({
    get url() {
      return pick().url
    },
  })
  let seen = await visitor.send('GET', path)
  for (let steps = 0; steps < 10; steps++) {
    const location = seen.headers.get('location')
    if (location?.startsWith(callback)) break
    if (location) seen = await visitor.send('GET', localOf(seen))
    else if (seen.status !== 200) break
    else {
      const [page] = seen.path.split('?')
      const typed: Record<string, string> = page === '/login' ? { username, password } : { decision: 'allow' }
      seen = await visitor.send('POST', page!, { form: { ...hiddenOn(seen, page!), ...typed }, headers: ownSite })
    }
  }
  return seen
}

/** The hidden fields of the form that is sent to `action`. */
function hiddenOn({ text }: Seen, action: string): Record<string, string> {
  const forms = [...text.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/g)].map(([form]) => form)
  const form = forms.find(one => one.includes(`action="${action}"`)) ?? ''
  const fields = form.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)
  return Object.fromEntries([...fields].map(([, name, value]) => [name, value]))
}

/** RFC 6749 §5.2 has one error code for every invalid grant; the address of the error page names the reason. */
function inWordsOfApi(answer: Answer): Answer {
  const { status, body } = answer
  if (status === 200 && body?.access_token)
    return { ...answer, body: { access: body.access_token, refresh: body.refresh_token } }
  if (status < 400) return answer
  const reason = String(body?.error_uri ?? '')
    .split('/')
    .at(-1)
  return { ...answer, status: body?.error === 'invalid_grant' ? 401 : status, body: { reason } }
}

/** Signs in, and retries while a busy server answers 503. */
export async function signInBy(
  way: Way,
  servers: readonly Place[],
  person: Pick<Person, 'username' | 'password'>,
  random: Random,
): Promise<Pair> {
  for (;;) {
    const answer = await way.signIn(() => random.pick(servers), person)
    if (answer.status === 200) return answer.body
    if (answer.status !== 503) throw new Error(`a sign-in by ${way.name} was answered ${answer.status} ${answer.text}`)
    await pause(100)
  }
}
