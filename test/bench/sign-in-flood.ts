// The flood of sign-ins.ts, in a process of its own: what it costs to send must not slow what is measured. It keeps so many
// sign-ins on their way until it is told to stop, each of another user and from another address.
import { setPriority } from 'node:os'
import { aPoster } from './post.js'

export type Flood = { url: string; path: string; users: string[]; password: string }

setPriority(10)
process.once('message', async ({ url, path, users, password }: Flood) => {
  const statuses: number[] = []
  const times: number[] = []
  let stopped = false
  process.once('message', () => {
    stopped = true
  })
  const poster = aPoster(url, users.length)
  const keepOn = async (username: string, index: number) => {
    while (!stopped) {
      const from = { 'X-Forwarded-For': `198.18.${index >> 8}.${index & 255}` }
      const { status, ms } = await poster.post(path, { username, password }, from)
      statuses.push(status)
      if (status === 200) times.push(ms)
    }
  }
  await Promise.all(users.map(keepOn))
  poster.close()
  process.send!({ statuses, times })
})
process.on('disconnect', () => process.exit())
