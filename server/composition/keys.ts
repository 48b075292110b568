// Composition of signing keys and of the server's own secrets.
import type { Identity } from '../identity/identity.js'
import { createKeyChange } from '../identity/keys/key-change.js'
import { createKeyMoves } from '../identity/keys/key-moves.js'
import { createKeyRing } from '../identity/keys/key-ring.js'
import { createSealedSecrets } from '../identity/keys/sealed-secrets.js'
import type { ActorRights } from '../identity/rights.js'
import type { Infrastructure } from './infrastructure.js'
import type { Given } from './ports.js'

export function composeKeys(
  { random }: Given,
  { storage, revocation: { tail, now }, tokens: { changes, sealing, secrets } }: Infrastructure,
  rights: ActorRights,
): Identity['keys'] {
  const { database, keyStore, policyVersionStore, auditStore, revocationStore, applicationStore } = storage
  const change = createKeyChange({ auditStore, revocationStore, rights, changes, tail })
  const moves = createKeyMoves({ keyStore, policyVersionStore, revocationStore, applicationStore, now })
  return {
    keyRing: createKeyRing({ database, keyStore, moves, change, sealing, now }),
    sealedSecrets: createSealedSecrets({ keyStore, change, sealing, secrets, random, now }),
  }
}
