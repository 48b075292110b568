// A resource server built with the kit, in a process of its own. On a message it tries a token again and again, and reports when
// that was refused for the first time.
import { createServer } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { Refusal } from '../../server/protocol/errors.js'
import { createVerifier } from '../../server/verifier/verifier.js'

/** ms between two tries of a token that is watched. */
const gap = 10

const { PORT, HOST, ISSUER, SERVER_URL, CLIENT_ID, CLIENT_SECRET, NAME, STALE } = process.env as Record<string, string>

/** A mistake of our own making: clocks that stand, so that no lease is ever over. */
const stoodAt = Date.now()
const standing = { monotonic: () => 1_000, wall: () => stoodAt }

const verifier = createVerifier({
  issuer: ISSUER!,
  audience: ISSUER!,
  url: SERVER_URL!,
  clientId: CLIENT_ID!,
  clientSecret: CLIENT_SECRET!,
  name: NAME!,
  ...(STALE && { clocks: standing }),
})

/** @returns the code that refuses it, or null */
async function refusal(token: string): Promise<string | null> {
  try {
    await verifier.verify(token)
    return null
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
}

/** ms of the machine's monotonic clock, which all processes share. */
const instant = () => Number(process.hrtime.bigint()) / 1e6

// Started by a bench that is no more.
process.on('disconnect', () => process.exit())

/** Cannot be decided now: neither let in nor refused. */
const undecided = 'revocations_unknown'

process.on('message', async ({ watch: id, token }: { watch: number; token: string }) => {
  let first = await refusal(token)
  for (; first === undecided; first = await refusal(token)) await pause(gap)
  process.send!({ watching: id, code: first })
  /** Of the first try behind the last that was let in. */
  let since: number | null = null
  while (first === null) {
    const begun = instant()
    const code = await refusal(token)
    since = code === null ? null : (since ?? begun)
    if (code !== null && code !== undecided) return process.send!({ refused: id, begun: since, code })
    await pause(gap)
  }
})

const server = createServer(async (request, response) => {
  const answer = (status: number, body: object) => {
    response.writeHead(status, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify(body))
  }
  const { pathname, searchParams } = new URL(request.url!, 'http://localhost')
  if (pathname === '/status') return answer(200, verifier.status())
  try {
    const [, token = ''] = (request.headers.authorization ?? '').split(' ')
    const permission = searchParams.get('permission')
    const { sub } = await verifier.verify(token, permission === null ? {} : { permission })
    answer(200, { sub })
  } catch (error) {
    if (error instanceof Refusal) answer(error.status, { reason: error.code })
    else answer(500, { reason: String((error as Error).stack) })
  }
})
server.listen(Number(PORT), HOST, () => console.log(`${NAME} is ready`))
