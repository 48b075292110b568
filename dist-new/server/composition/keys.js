import { createKeyChange } from '../identity/keys/key-change.js';
import { createKeyMoves } from '../identity/keys/key-moves.js';
import { createKeyRing } from '../identity/keys/key-ring.js';
import { createSealedSecrets } from '../identity/keys/sealed-secrets.js';
export function composeKeys({ random }, { storage, revocation: { tail, now }, tokens: { changes, sealing, secrets } }, rights) {
    const { database, keyStore, policyVersionStore, auditStore, revocationStore, applicationStore } = storage;
    const change = createKeyChange({ auditStore, revocationStore, rights, changes, tail });
    const moves = createKeyMoves({ keyStore, policyVersionStore, revocationStore, applicationStore, now });
    return {
        keyRing: createKeyRing({ database, keyStore, moves, change, sealing, now }),
        sealedSecrets: createSealedSecrets({ keyStore, change, sealing, secrets, random, now }),
    };
}
//# sourceMappingURL=keys.js.map