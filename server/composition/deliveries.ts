// Composition of back-channel logout: deliveries of logout tokens.
import { createAttempts } from '../identity/deliveries/attempt.js'
import { createDeliveries } from '../identity/deliveries/deliveries.js'
import { createSending } from '../identity/deliveries/sending.js'
import type { Identity } from '../identity/identity.js'
import type { Names } from '../identity/people/names.js'
import type { Infrastructure } from './infrastructure.js'
import type { Afterwards, Given } from './ports.js'

export function composeDeliveries(
  { random, log }: Given,
  { storage, revocation: { applications, now, monotonic }, tokens }: Infrastructure,
  names: Names,
  afterwards: Afterwards,
): Identity['deliveries'] {
  const { database, deliveryStore, deliveryListStore, applicationStore } = storage
  const { outgoing, logoutTokens, counters } = tokens
  const attempts = createAttempts({ outgoing, logoutTokens })
  const sending = createSending({
    ...{ database, deliveryStore, applications, attempts, count: counters.count, random },
    ...{ now, monotonic, afterwards, log },
  })
  const deliveries = createDeliveries({
    ...{ database, deliveryStore, deliveryListStore, applicationStore, attempts, sending, applications },
    ...{ names, changes: tokens.changes, now, monotonic },
  })
  return { sending, deliveries }
}
