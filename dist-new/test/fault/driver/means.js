// What a fault needs of the machine.
import { faults } from './faults.js';
import { whyNoNamespace } from './namespace.js';
import { redisServer } from './redis.js';
import { whyNoWallClock } from './wall-clock.js';
/** Why this machine cannot bring it about, or null where it can. */
export function whyNot(name, withRedis, withVerifiers) {
    const fault = faults[name];
    if (fault.needs === 'redis' && !withRedis)
        return 'without Redis';
    if (fault.needs === 'verifiers' && !withVerifiers)
        return 'without --verifiers';
    if (withRedis && !redisServer)
        return 'redis-server is not installed (apt-get install redis-server)';
    if (fault.cast === 'cut')
        return whyNoNamespace();
    if (fault.cast === 'clock')
        return whyNoWallClock();
    return null;
}
//# sourceMappingURL=means.js.map