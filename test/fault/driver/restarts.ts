// A server with workers, stopped and started again under load: every open connection gets its answer.
import { aFolder, removeFolders } from '../../support/engines.js'
import { freePort, startMariaDb } from '../../support/mariadb.js'
import { secretKey, urlOf } from '../../support/processes.js'
import { aRedis } from '../../support/redis.js'
import { restartUnderLoad } from '../../support/restarts.js'

export async function runRestarts(count: number, say: (line: string) => void): Promise<boolean> {
  const [mariadb, redis] = [await startMariaDb(), await aRedis()]
  try {
    const env = {
      ISSUER: 'http://localhost:4000',
      DATA_DIR: aFolder(),
      ADMIN_PASSWORD: 'correct horse battery',
      DATABASE_URL: urlOf(await mariadb.create()),
      REDIS_URL: redis.url,
      SECRET_KEY: secretKey,
      WORKERS: '2',
      PORT: String(await freePort()),
    }
    const { answered, refused, cut, stops } = await restartUnderLoad(count, env, seen =>
      say(`  stopped in ${seen.stops.at(-1)} ms; answered ${seen.answered}, cut off ${seen.cut.length}`),
    )
    say(`restarts ${count}, answered ${answered}, refused and tried again ${refused}, cut off ${cut.length}`)
    say(`longest stop ${Math.max(...stops)} ms`)
    for (const what of new Set(cut)) say(`  ${what}: ${cut.filter(one => one === what).length}`)
    return cut.length === 0
  } finally {
    await mariadb.stop()
    removeFolders()
  }
}
