// P4 with figures: ROTATIONS (20) rotations of a published signing key through all four algorithms, then half as many
// of a key not published before, under sign-ins, refreshes and verifications at two server processes on one MariaDB.
import { signingAlgorithmNames } from '../../server/protocol/algorithms.js'
import { removeFolders } from '../support/engines.js'
import { anOperator, keyLoad, rotateUnderLoad } from '../support/key-load.js'
import { sharedMariaDb, stopSharedMariaDb } from '../support/mariadb.js'
import { aServerProcess, killProcesses } from '../support/processes.js'

const rotations = Number(process.env.ROTATIONS) || 20
/** The minimum time for which each key signs, ms. */
const pause = Number(process.env.PAUSE) || 500
const workers = Number(process.env.WORKERS) || 8

const database = await (await sharedMariaDb()).create()
const servers = [await aServerProcess(database), await aServerProcess(database)]
const urls = servers.map(server => server.url)
const operator = await anOperator(database)
const {
  keys: { keyRing },
  policies: { policies },
} = operator.parts

const startedAt = performance.now()
const load = keyLoad(urls, workers)
for (let rotation = 0; rotation < rotations; rotation++) {
  const algorithm = signingAlgorithmNames[Math.floor((rotation * 4) / rotations)]!
  await policies.set({ access_token_algorithm: algorithm }, 'system', 'bench')
  await rotateUnderLoad(keyRing, urls, pause / 2)
}
const published = { ...load.counts, refused: [...load.counts.refused] }
for (let rotation = 0; rotation < rotations / 2; rotation++) {
  await keyRing.rotate({ atOnce: true }, 'operator:bench')
  await new Promise(resolve => setTimeout(resolve, pause))
}
const { refused, ...counts } = await load.stop()
const seconds = (performance.now() - startedAt) / 1000

const states = (await keyRing.list()).map(key => `${key.algorithm} ${key.state}`)
console.log(`P4: ${rotations} rotations of a published key, valid tokens refused: ${published.refused.length}`)
console.log(
  `    ${Math.ceil(rotations / 2)} rotations at once, valid tokens refused: ${refused.length - published.refused.length}`,
)
console.log(`    load over ${Math.round(seconds)} s: ${JSON.stringify(counts)}, ${states.length} keys at the end`)
for (const line of [...refused, ...servers.flatMap(server => server.complaints)].slice(0, 20))
  console.log(`    ${line}`)

await operator.close()
await killProcesses()
await stopSharedMariaDb()
removeFolders()
process.exit(refused.length === 0 ? 0 : 1)
