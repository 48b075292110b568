// The cost of verifying a token at a resource server: the kit compared with jose.jwtVerify on the same tokens, in
// turns; the share of the revocation log, and the memory of its copy. Run by `npm run bench:verifier`.
import { randomUUID } from 'node:crypto'
import { createProjection } from '../../server/protocol/log/projection.js'
import type { Verifier } from '../../server/verifier/verifier.js'
import { median } from '../support/bursts.js'
import { memory } from '../support/cost.js'
import { closeFakeIssuers } from '../support/fake-issuer.js'
import { anEntry } from '../support/log.js'
import { type KitContender, measureKit, onCpu } from './kit.js'

const rounds = Number(process.env.ROUNDS) || 15
const perRound = Number(process.env.TOKENS) || 1_000
const count = Number(process.env.ENTRIES) || 100_000

const { figures, introspections, fake, verifiers } = await measureKit({ rounds, perRound, entries: count })
console.log(
  `${perRound} tokens, ${rounds} rounds in turns, ES256, ${count} live entries; medians of CPU time, each verification:`,
)
for (const [name, micro] of Object.entries(figures)) console.log(`  ${name.padEnd(24)} ${micro.toFixed(1)} µs`)
const ratio = (name: KitContender) => (figures.jose / figures[name]).toFixed(2)
console.log(`  jose ÷ the kit: ${ratio('the kit')}; jose ÷ the kit, remembered: ${ratio('the kit, remembered')}`)
console.log(`  introspections: ${introspections} (0 while the lease was in force)`)

await measureLog(verifiers)
await closeFakeIssuers()

async function measureLog(verifiers: readonly Verifier[]): Promise<void> {
  for (const one of verifiers) await one.close()
  const at = await memory()
  const projection = createProjection()
  for (let seq = 1; seq <= count; seq++)
    projection.apply({ after: seq - 1, upto: seq, entries: [anEntry(seq, { subject: randomUUID() })] })
  const full = await memory()
  const claims = Array.from({ length: 10_000 }, () => ({
    ...{ rev: 0, jti: randomUUID(), sub: '7', sid: randomUUID(), client_id: 'shop' },
    roles: ['staff', 'admin', 'editor'],
  }))
  const looks: number[] = []
  for (let round = 0; round < 20; round++) {
    const before = onCpu()
    for (const one of claims) if (projection.find(one, fake.key.kid) !== null) throw new Error('a wrong answer')
    looks.push((onCpu() - before) / claims.length)
  }
  console.log(`the log's part of a verification (4 claims, 3 roles): ${median(looks).toFixed(2)} µs (at most 5)`)
  const bytes = Object.keys(full).map(name => full[name as keyof typeof full] - at[name as keyof typeof at])
  console.log(`memory of a mirror with ${count} live entries: ${(Math.max(...bytes) / 1e6).toFixed(1)} MB`)
}
