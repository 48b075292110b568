import { RedisFailure } from './redis-failure.js';
import { connectorOf } from './redis-socket.js';
import { secureContext } from './tls.js';
/** Fail fast: no queue while it is away, one retry, 300 ms for an answer; retry without end, at least every second. */
const failFast = {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: 300,
    connectTimeout: 1_000,
    keepAlive: 5_000,
    disableClientInfo: true,
    // It would ask for INFO, and say on the console that it may not. We ask for an answer ourselves.
    enableReadyCheck: false,
    // The library would subscribe anew by itself with nobody there to take the failure, and the process would end with it.
    autoResubscribe: false,
};
/** Loaded only here: it costs a server without Redis nothing. */
export async function clientMakers(address, onNeedlessPassword) {
    const { Redis, Cluster, AbstractConnector, Command } = await import('ioredis');
    const { nodes, cluster, username, password, tls, db } = address;
    const secure = tls && {
        ...secureContext(tls),
        ...(tls.verify !== 'full' && { checkServerIdentity: () => undefined }),
    };
    const connector = (choose) => connectorOf(AbstractConnector, {
        username,
        password,
        tls: secure,
        onNeedlessPassword,
        ...(choose && { choose }),
    });
    const options = { ...failFast, Connector: connector() };
    if (!cluster) {
        const make = (retryStrategy) => new Redis({ ...options, ...nodes[0], db, retryStrategy });
        return { commands: make, listener: make };
    }
    Command.setReplyTransformer('cluster', requireSlots);
    let turn = 0;
    return {
        commands: (clusterRetryStrategy) => new Cluster(nodes, {
            lazyConnect: true,
            enableOfflineQueue: false,
            clusterRetryStrategy,
            retryDelayOnFailover: 50,
            retryDelayOnClusterDown: 50,
            maxRedirections: 4,
            slotsRefreshTimeout: 1_000,
            redisOptions: options,
        }),
        /** What is published at one node is heard at all of them, so it is an ordinary connection, to another node each time. */
        listener: (retryStrategy, known) => new Redis({
            ...options,
            retryStrategy,
            Connector: connector(() => {
                const all = [...known(), ...nodes];
                return all[turn++ % all.length];
            }),
        }),
    };
}
const isSlot = (value) => Number.isInteger(value) && value >= 0 && value < 16_384;
/** The library walks through CLUSTER SLOTS from a timer, where nobody takes what it throws. @throws RedisFailure */
export function requireSlots(answer) {
    const isNode = (node) => Array.isArray(node) && Number.isInteger(node[1]);
    const isRange = (range) => Array.isArray(range) && isSlot(range[0]) && isSlot(range[1]) && range.slice(2).every(isNode);
    // CLUSTER INFO is a text.
    if (typeof answer === 'string' || (Array.isArray(answer) && answer.every(isRange)))
        return answer;
    throw new RedisFailure('PROTOCOL');
}
//# sourceMappingURL=redis-clients.js.map