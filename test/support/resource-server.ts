// A resource server with the verifier kit, as a child process. On a message it verifies a token repeatedly, and reports
// when it was first refused.
import { createServer } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { Refusal } from '../../server/protocol/errors.js'
import { createVerifier } from '../../server/verifier/verifier.js'

/** Pause between two verifications of a watched token, ms. */
const gap = 10

const { PORT, HOST, ISSUER, SERVER_URL, CLIENT_ID, CLIENT_SECRET, NAME, STALE } = process.env as Record<string, string>

/** A deliberate mistake (STALE): clocks that stand still, so that no lease ever expires. */
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

/** @returns the error code of the refusal, or null if the token is accepted */
async function refusal(token: string): Promise<string | null> {
  try {
    await verifier.verify(token)
    return null
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
}

/** The machine's monotonic clock, shared by all processes, ms. */
const instant = () => Number(process.hrtime.bigint()) / 1e6

// Exits with the bench that started it.
process.on('disconnect', () => process.exit())

/** The error code for a token that is neither accepted nor refused at present. */
const undecided = 'revocations_unknown'

process.on('message', async ({ watch: id, token }: { watch: number; token: string }) => {
  let first = await refusal(token)
  for (; first === undecided; first = await refusal(token)) await pause(gap)
  process.send!({ watching: id, code: first })
  /** Start of the first verification after the last accepted one. */
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
