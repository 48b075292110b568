// A server with a deliberate bug: it reads the revocation log three seconds late and still regards itself as fresh. The
// driver must find violations with it (driver.test.ts).
import { createServer } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { readSettings } from '../../../config/settings.js'
import { compose } from '../../../server/compose.js'

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const settings = readSettings(process.env)
const composed = await compose(settings, { log })
await composed.migrate()
await composed.start()
composed.jobs.start()
const {
  revocation: { tail },
  storage: { revocationStore: revocations },
} = composed.parts
tail.isFresh = () => true
tail.readIfOld = async () => {}
const { head } = revocations
revocations.head = async (...asked) => {
  const answer = await head(...asked)
  await setTimeout(3_000)
  return answer
}
createServer(composed.app.callback()).listen(settings.port, settings.host, () => console.log('The stale one is ready'))
