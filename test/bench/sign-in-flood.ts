// The load generator of sign-ins.ts, in its own process, so that sending does not slow the measured server. All users
// sign in concurrently, each from its own address, repeatedly until a stop message; Retry-After is obeyed.
import { setPriority } from 'node:os'
import { aPoster } from './post.js'

export type Flood = { url: string; path: string; users: string[]; password: string }

setPriority(10)
process.once('message', async ({ url, path, users, password }: Flood) => {
  const statuses: number[] = []
  const poster = aPoster(url, users.length)
  let stopped = false
  let wake = () => {}
  const stop = new Promise<void>(resolve => {
    wake = resolve
  })
  process.once('message', () => {
    stopped = true
    wake()
  })
  const keepOn = async (username: string, index: number) => {
    const from = { 'X-Forwarded-For': `198.18.${index >> 8}.${index & 255}` }
    while (!stopped) {
      const { status, retryAfter } = await poster.post(path, { username, password }, from)
      statuses.push(status)
      await Promise.race([stop, new Promise(resolve => setTimeout(resolve, retryAfter * 1000).unref())])
    }
  }
  await Promise.all(users.map(keepOn))
  poster.close()
  process.send!({ statuses })
})
process.on('disconnect', () => process.exit())
