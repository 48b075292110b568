// Refreshes at a server while the command line, in another process, imports users into the same SQLite file.
import { aClient } from './client.js'
import { besideAServer } from './command-line.js'

export type ImportLoad = {
  /** Exit code, output and duration (ms) of the import. */
  code: number | null
  printed: string
  ms: number
  /** Duration of each refresh before and during the import, ms. */
  before: number[]
  during: number[]
  /** Statuses of refreshes other than 200. */
  failed: number[]
}

const hash = 'pbkdf2_sha256$1000$salt$3p73piur2zhlOXu+Pn01ErOz5QcdNfiQkRgk/Qif1e4='

/** @param calm how long refreshes are timed before the import, ms */
export async function importBeside(count: number, calm = 0): Promise<ImportLoad> {
  const { server, darvoza } = await besideAServer()
  const client = aClient(server)
  let { refresh } = await client.signIn(await server.aUser({ username: 'amy' }))
  const load: ImportLoad = { code: null, printed: '', ms: 0, before: [], during: [], failed: [] }

  async function refreshWhile(goesOn: () => boolean, times: number[]): Promise<void> {
    while (goesOn()) {
      const begun = performance.now()
      const { status, body } = await client.refresh(refresh)
      times.push(performance.now() - begun)
      if (status === 200) refresh = body.refresh
      else load.failed.push(status)
    }
  }

  const until = performance.now() + calm
  await refreshWhile(() => performance.now() < until, load.before)
  const users = Array.from({ length: count }, (_, at) => ({
    ...{ id: 1_000 + at, username: `user${at}.name`, password_hash: hash, first_name: `First${at}` },
    ...{ last_name: `Last${at}`, email: `user${at}@example.com`, roles: at % 10 === 0 ? ['support'] : [] },
  }))
  const file = darvoza.file('users.jsonl', users.map(user => JSON.stringify(user)).join('\n'))
  let running = true
  const begun = performance.now()
  const imported = darvoza.start(['user', 'import', file]).finally(() => {
    running = false
  })
  await refreshWhile(() => running, load.during)
  const { code, stdout, stderr } = await imported
  return { ...load, code, printed: stdout + stderr, ms: performance.now() - begun }
}
