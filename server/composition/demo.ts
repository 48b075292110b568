// Composition of the generator of demo data (demo/demo.ts), for `darvoza seed demo`; a server never loads it.
import { randomBytes } from 'node:crypto'
import type { Parts } from '../compose.js'
import { createDemo, type Demo } from '../demo/demo.js'

/** Composition of the demo data, for the command line alone. */
export function composeDemo(
  { storage, revocation, tokens, signIn: { hashing } }: Parts['parts'],
  random = randomBytes,
): Demo {
  const { database, userStore, roleStore, applicationStore, policyVersionStore } = storage
  const { revocationStore, auditStore, figureStore } = storage
  const { tail, policy, now } = revocation
  const { auditTrail, secrets } = tokens
  return createDemo({
    ...{
      database,
      userStore,
      roleStore,
      applicationStore,
      policyVersionStore,
      revocationStore,
      auditStore,
      auditTrail,
    },
    figureStore,
    secrets,
    hashing,
    tail,
    policy,
    now,
    random,
  })
}
