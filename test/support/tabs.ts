// Many tabs of one page, each with its own `darvoza/client` and one shared store: as objects in this process that do
// not coordinate, or as pages of a real browser that load the built client.
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BrowserContext, Page } from 'playwright-core'
import { createClient, memoryStore } from '../../server/client/client.js'

export type Tab = {
  signIn(person: { username: string; password: string }): Promise<void>
  signOut(): Promise<void>
  /** Calls the API. @returns the status, or the error code of the client */
  call(): Promise<number | string>
  /** The reasons of all `signed_out` events so far. */
  signedOut(): Promise<string[]>
  /** The refresh token in the store. */
  held(): Promise<string | null>
}

/** Tabs, and their common clock, which `advance` moves ahead. */
export type Tabs = { tabs: Tab[]; advance(ms: number): Promise<void>; close(): Promise<void> }

const apiPath = '/api/me/'
const name = 'tabs'

/** Clients in this process without a lock between them: the hardest case. */
export function tabsInNode(count: number, url: string): Tabs {
  const store = memoryStore()
  let ahead = 0
  const clocks = { monotonic: () => performance.now() + ahead, wall: () => Date.now() + ahead }
  const clients = Array.from({ length: count }, () => createClient({ issuer: url, store, name, lock: null, clocks }))
  const tabs = clients.map((client): Tab => {
    const ends: string[] = []
    client.on('signed_out', ({ reason }) => ends.push(reason))
    return {
      signIn: async ({ username, password }) => void (await client.signIn(username, password)),
      signOut: async () => void (await client.signOut()),
      call: () =>
        client.fetch(url + apiPath).then(
          async answer => {
            await answer.body?.cancel()
            return answer.status
          },
          error => error.code ?? String(error),
        ),
      signedOut: async () => ends,
      held: async () => refreshIn(await store.read(name)),
    }
  })
  return {
    tabs,
    async advance(ms) {
      ahead += ms
    },
    async close() {
      for (const client of clients) client.close()
    },
  }
}

const refreshIn = (text: string | null): string | null => (text === null ? null : JSON.parse(text).refresh)

const built = new URL('../../server/client/', import.meta.url)

const page = `<!doctype html>
<title>Tab</title>
<script type="module">
  import { createClient, webStore } from '/client/client.js'
  let ahead = 0
  const clocks = { monotonic: () => performance.now() + ahead, wall: () => Date.now() + ahead }
  const client = createClient({ issuer: location.origin, store: webStore(() => localStorage), name: '${name}', clocks })
  const ends = []
  client.on('signed_out', ({ reason }) => ends.push(reason))
  Object.assign(globalThis, { client, ends, advance: ms => { ahead += ms },
    call: () => client.fetch('${apiPath}').then(answer => answer.text().then(() => answer.status), error => error.code ?? String(error)) })
</script>`

/** Serves the page of the tabs and the built files of the client, for a gateway. */
export function servesTabs(incoming: IncomingMessage, answer: ServerResponse): boolean {
  const path = incoming.url ?? '/'
  const file = /^\/client\/([a-z-]+\.js)$/.exec(path)?.[1]
  if (file === undefined && path !== '/') return false
  answer.setHeader('Content-Type', file ? 'text/javascript' : 'text/html')
  answer.end(file ? readFileSync(new URL(file, built)) : page)
  return true
}

export async function tabsInBrowser(
  count: number,
  url: string,
  context: BrowserContext,
): Promise<Tabs & { pages: Page[] }> {
  const pages: Page[] = []
  for (let index = 0; index < count; index++) {
    const opened = await context.newPage()
    await opened.goto(url)
    await opened.waitForFunction('globalThis.client')
    pages.push(opened)
  }
  const tabs = pages.map(
    (opened): Tab => ({
      signIn: ({ username, password }) =>
        opened.evaluate(
          `client.signIn(${JSON.stringify(username)}, ${JSON.stringify(password)}).then(() => undefined)`,
        ),
      signOut: () => opened.evaluate('client.signOut().then(() => undefined)'),
      call: () => opened.evaluate('call()'),
      signedOut: () => opened.evaluate('ends'),
      held: async () => refreshIn(await opened.evaluate(`localStorage.getItem('${name}')`)),
    }),
  )
  return {
    pages,
    tabs,
    async advance(ms) {
      await Promise.all(pages.map(opened => opened.evaluate(`advance(${ms})`)))
    },
    close: () => context.close(),
  }
}
