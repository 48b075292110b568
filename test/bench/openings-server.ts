// The server program of openings.ts: it serves requests, and opens sessions itself on a message.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readSettings } from '../../config/settings.js'
import { compose } from '../../server/compose.js'
import { passwordGrant } from '../../server/storage/session-rows.js'

export type Redemptions = { userIds: number[]; atOnce: number; seconds: number }

const silent = () => {}
const log = { debug: silent, info: silent, warn: silent, error: console.error }
const composed = await compose(readSettings(process.env), { log })
const { storage, signIn, tokens } = composed.parts
await composed.migrate()
await composed.start()
composed.jobs.start()

const origin = { address: '192.0.2.7', userAgent: 'bench', requestId: 'bench' }

/** The work of redeeming a code without the code's row: opens a session on evidence and signs a token pair. */
async function redeem(userId: number): Promise<void> {
  const { seq } = await storage.revocationStore.head(storage.database)
  const evidence = { userId, seq, authenticatedAt: Date.now(), stillHolds: async () => true }
  const opened = await signIn.openSession(evidence, 'darvoza', {
    device: { deviceProof: null },
    origin,
    grant: passwordGrant,
  })
  const { standing, eras, issuedAt } = opened
  tokens.issue.accessOf(standing, issuedAt, eras.of(standing.session))
  tokens.issue.refresh(standing.session, standing.user.username)
}

process.on('message', async ({ userIds, atOnce, seconds }: Redemptions) => {
  const until = performance.now() + seconds * 1000
  let redeemed = 0
  const keepOn = async (_: unknown, lane: number) => {
    for (let index = lane; performance.now() < until; index += atOnce) {
      await redeem(userIds[index % userIds.length]!)
      redeemed++
    }
  }
  await Promise.all(Array.from({ length: atOnce }, keepOn))
  process.send!({ redeemed })
})

const server = createServer(composed.app.callback())
server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }))
process.on('disconnect', () => process.exit(0))
