// A server with a mistake of our own making: it takes itself for fresh, always. The driver that finds nothing wrong with it
// is worth nothing (fault.test.ts).
import { createServer } from 'node:http'
import { readSettings } from '../../../config/settings.js'
import { compose } from '../../../server/compose.js'

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const settings = readSettings(process.env)
const composed = await compose(settings, { log })
await composed.migrate()
await composed.start()
composed.jobs.start()
composed.parts.tail.isFresh = () => true
createServer(composed.app.callback()).listen(settings.port, settings.host, () => console.log('The stale one is ready'))
