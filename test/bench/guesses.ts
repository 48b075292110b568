// P5: an attacker guesses the password of one user from many addresses, and guesses at unknown usernames, while the
// user signs in on a known device. `npm run bench:guesses`; GUESSES, ADDRESSES, SIGN_INS, NAMES, AT_ONCE and COST
// change the counts.
import { quantiles } from '../support/bursts.js'
import { removeFolders, sqlite } from '../support/engines.js'
import { aServerProcess, killProcesses } from '../support/processes.js'
import { password } from '../support/server.js'
import { aPoster, count, counters, type Posted } from './post.js'

const guesses = count('GUESSES', 100_000)
const addresses = count('ADDRESSES', 1_000)
const signIns = count('SIGN_INS', 100)
const unknown = count('NAMES', 10)
const atOnce = count('AT_ONCE', 64)
const cost = count('COST', 12)

const path = '/api/token/'
const server = await aServerProcess(await sqlite.fresh(), { password_cost: cost }, { TRUST_PROXY: '1' })
const attacker = aPoster(server.url, atOnce)
const owner = aPoster(server.url, 1)

const from = (index: number) => ({ 'X-Forwarded-For': `198.18.${(index >> 8) & 255}.${index & 255}` })
const own = { username: 'admin', password }
const first = await owner.post(path, own, from(0))
if (first.status !== 200) throw new Error(`the owner could not sign in before: ${first.status}`)
const device_token: string = first.body.device_token

/** Usernames of the guesses: half are the user's, in lower and upper case, half are unknown. */
const names = [
  ...Array(unknown).fill(['admin', 'ADMIN']).flat(),
  ...Array.from({ length: unknown * 2 }, (_, n) => `nobody${n >> 1}`),
]

const before = await server.compared()
const startedAt = performance.now()
const answered: number[] = []
const signedIn: Posted[] = []
let sent = 0

async function attack(): Promise<void> {
  while (sent < guesses) {
    const index = sent++
    const guess = { username: names[index % names.length], password: `guess number ${index}` }
    answered.push((await attacker.post(path, guess, from(index % addresses))).status)
  }
}

/** The user's sign-ins, spread evenly over the attack, from addresses that the attacker uses too. */
async function signIn(): Promise<void> {
  for (let index = 0; index < signIns; index++) {
    while (answered.length < (guesses * index) / signIns) await new Promise(resolve => setTimeout(resolve, 5))
    signedIn.push(await owner.post(path, { ...own, device_token }, from(index % addresses)))
  }
}

await Promise.all([...Array.from({ length: atOnce }, attack), signIn()])
const seconds = (performance.now() - startedAt) / 1000
const hashed = (await server.compared()) - before - signedIn.length
const succeeded = signedIn.filter(({ status }) => status === 200)
const [p50, p99] = quantiles(
  signedIn.map(({ ms }) => ms),
  0.5,
  0.99,
)

console.log(`P5: ${guesses} guesses from ${addresses} addresses at 1 user and ${unknown} unknown names, cost ${cost}`)
console.log(`  the owner signed in ${succeeded.length} of ${signIns} times on a known device, p50/p99 ${p50}/${p99} ms`)
console.log(`  guesses that reached a hash: ${hashed} (the policy lets ${20 * (1 + unknown)} in an hour)`)
console.log(`  answers to guesses: ${counters(answered)}, ${Math.round(guesses / seconds)}/s`)

attacker.close()
owner.close()
await killProcesses()
removeFolders()
process.exit(succeeded.length === signIns ? 0 : 1)
