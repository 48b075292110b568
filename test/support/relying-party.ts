// A relying party (web application) that is configured only by a curl snippet of the admin pages and its secret.
import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basic, inForm } from './applications.js'
import { claimsOf } from './client.js'
import { issuer } from './server.js'

export type RelyingParty = Awaited<ReturnType<typeof aRelyingParty>>

/** @param server the real address of the issuer */
export async function aRelyingParty(server: { url: string }) {
  let known: { authorize: URL; token: string; clientId: string; redirectUri: string; secret: string } | null = null
  const begun = { verifier: '', state: '' }
  let refresh = ''

  /** @returns the address of the authorization endpoint with state and PKCE challenge */
  function signIn(): string {
    begun.verifier = randomBytes(32).toString('base64url')
    begun.state = randomBytes(16).toString('base64url')
    const { authorize } = known!
    authorize.searchParams.set('code_challenge', createHash('sha256').update(begun.verifier).digest('base64url'))
    authorize.searchParams.set('state', begun.state)
    return authorize.href
  }

  async function ask(parameters: Record<string, string>) {
    const { token, clientId, secret } = known!
    const headers = { ...inForm, ...basic(clientId, secret) }
    const answer = await fetch(token, { method: 'POST', headers, body: new URLSearchParams(parameters) })
    return (await answer.json()) as Record<string, string>
  }

  async function callback({ searchParams }: URL): Promise<string> {
    const { code, state, iss, error } = Object.fromEntries(searchParams)
    if (state !== begun.state || iss !== issuer) return 'This is no answer to a question of mine.'
    if (!code) return `Refused: ${error}`
    const { redirectUri } = known!
    const grant = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: begun.verifier }
    const answer = await ask(grant)
    refresh = answer.refresh_token ?? ''
    return answer.id_token ? `Hello, ${claimsOf(answer.id_token).preferred_username}` : `Refused: ${answer.error}`
  }

  async function again(): Promise<string> {
    const answer = await ask({ grant_type: 'refresh_token', refresh_token: refresh })
    if (answer.error) return `Refused: ${answer.error}`
    refresh = answer.refresh_token ?? refresh
    return 'Still signed in'
  }

  const listener = createServer(async (request, response) => {
    const url = new URL(request.url!, 'http://127.0.0.1')
    if (url.pathname === '/sign-in') return response.writeHead(302, { Location: signIn() }).end()
    const said = url.pathname === '/callback' ? await callback(url) : url.pathname === '/again' ? await again() : 'Shop'
    response.setHeader('Content-Type', 'text/html')
    response.end(`<!doctype html><title>The shop</title><h1>${said}</h1>`)
  })
  await new Promise<void>(resolve => listener.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`

  return {
    url,

    /** @param snippet the curl snippet as shown on the page */
    learn(snippet: string, secret: string): void {
      const here = (address: string) => address.replace(issuer, server.url)
      const find = (pattern: RegExp) => {
        const found = pattern.exec(snippet)?.[1]
        if (found === undefined) throw new Error(`no ${pattern} in ${snippet}`)
        return found
      }
      known = {
        authorize: new URL(here(find(/echo '([^']+)'/))),
        token: here(find(/curl -sS '([^']+)'/)),
        clientId: find(/-u '([^']+)'/),
        redirectUri: find(/redirect_uri='([^']+)'/),
        secret,
      }
    },

    close(): void {
      listener.closeAllConnections()
      listener.close()
    },
  }
}
