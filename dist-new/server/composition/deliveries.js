// Applications told of the ends of their sessions.
import { createAttempts } from '../identity/deliveries/attempt.js';
import { createDeliveries } from '../identity/deliveries/deliveries.js';
import { createSending } from '../identity/deliveries/sending.js';
export function composeDeliveries({ random, log }, { storage, revocation: { applications, now, monotonic }, tokens }, names, afterwards) {
    const { database, deliveryStore, deliveryListStore, applicationStore } = storage;
    const { outgoing, logoutTokens, counters } = tokens;
    const attempts = createAttempts({ outgoing, logoutTokens });
    const sending = createSending({
        ...{ database, deliveryStore, applications, attempts, count: counters.count, random },
        ...{ now, monotonic, afterwards, log },
    });
    const deliveries = createDeliveries({
        ...{ database, deliveryStore, deliveryListStore, applicationStore, attempts, sending, applications },
        ...{ names, changes: tokens.changes, now, monotonic },
    });
    return { sending, deliveries };
}
//# sourceMappingURL=deliveries.js.map