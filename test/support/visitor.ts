// A minimal browser without scripts: it keeps cookies, follows redirects, and submits forms of pages.
import type { TestServer } from './server.js'

export type Seen = { status: number; path: string; text: string; headers: Headers }

export type SendOptions = {
  form?: Record<string, string>
  headers?: Record<string, string>
}

/** The header that a browser sends with a same-origin form. */
const ownSite = { 'Sec-Fetch-Site': 'same-origin' }

export function aVisitor(
  server: { url: string },
  userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Firefox/132.0',
) {
  const cookies = new Map<string, string>()
  /** All Set-Cookie lines received. */
  const setCookies: string[] = []

  /** Sends one request; redirects are not followed. */
  async function send(method: string, path: string, { form, headers }: SendOptions = {}): Promise<Seen> {
    const response = await fetch(server.url + path, {
      method,
      redirect: 'manual',
      headers: {
        'User-Agent': userAgent,
        'Accept-Language': 'en',
        ...(cookies.size > 0 && { Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') }),
        ...headers,
      },
      body: form ? new URLSearchParams(form) : null,
    })
    for (const line of response.headers.getSetCookie()) {
      setCookies.push(line)
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/max-age=0/i.test(line)) cookies.delete(name)
      else cookies.set(name, value)
    }
    return { status: response.status, path, text: await response.text(), headers: response.headers }
  }

  /** Opens a page, following redirects. */
  async function open(path: string): Promise<Seen> {
    let seen = await send('GET', path)
    for (let hops = 0; hops < 5 && seen.status === 303; hops++) seen = await send('GET', localOf(seen))
    return seen
  }

  /** The hidden form token of the form with this `action`. */
  function tokenOn(page: Seen, action: string): string {
    const form = [...page.text.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/g)]
      .map(match => match[0])
      .find(text => new RegExp(`<form[^>]* action="${action.replace(/[?.]/g, '\\$&')}"`).test(text))
    const token = /name="_token" value="([^"]+)"/.exec(form ?? '')?.[1]
    if (!token) throw new Error(`no form for ${action} on ${page.path}:\n${page.text.slice(0, 2_000)}`)
    return token
  }

  return {
    cookies,
    setCookies,
    send,
    open,
    tokenOn,

    /** Submits the form on the page `on`; redirects are not followed. */
    async submit(action: string, fields: Record<string, string>, on: string): Promise<Seen> {
      const page = await open(on)
      return send('POST', action, { form: { _token: tokenOn(page, action), ...fields }, headers: ownSite })
    },

    /** Signs in and expects success. @returns the redirect */
    async signIn(user: { username: string; password: string }, next?: string): Promise<Seen> {
      const { username, password } = user
      const answer = await this.submit('/login', { username, password, ...(next !== undefined && { next }) }, '/login')
      if (answer.status !== 303) throw new Error(`sign-in answered ${answer.status}`)
      return answer
    },
  }
}

export type Visitor = ReturnType<typeof aVisitor>

/** The path of a redirect. @throws Error if it leads to another server */
export function localOf({ headers }: Seen): string {
  const location = headers.get('location') ?? ''
  if (!/^\/(?![/\\])/.test(location)) throw new Error(`a redirect to ${location}`)
  return location
}

export type { TestServer }
