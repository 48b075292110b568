import { grantTypesOf, isUnseen } from '../../policy/application-metadata.js';
import { isPublic, resourcesOf, scopeOf, } from '../../policy/authorization-rules.js';
import { scopesByServer, serversIn, wordsIn } from '../../policy/consent.js';
import { brokenDeviceRule, deviceCodeLife, deviceGrantType, pollInterval } from '../../policy/device-request.js';
import { resourceServersOf } from '../../policy/session-scope.js';
import { refuse } from '../../protocol/errors.js';
import { newUserCode } from '../../protocol/user-code.js';
import { isDuplicate } from '../../storage/database.js';
import { hashOfDeviceCode, newDeviceCode } from './device-code-text.js';
/** Two of ten thousand live ones are the same once in five hundred thousand times; three in a row never. */
const tries = 3;
export function createDeviceRequests(deps) {
    const { issuer, database, deviceCodeStore, networkThrottle, applications, tail, random, now } = deps;
    return {
        /**
         * @param application that has authenticated
         * @throws unauthorized_client, too_many_from_network, invalid_scope, invalid_target, database_unavailable
         */
        async begin(application, asked, origin) {
            if (!grantTypesOf(application.metadata).includes(deviceGrantType))
                throw refuse('unauthorized_client');
            // Anybody can claim to be it, or have registered it, and each request is a row for a day (RFC 8628 §5.2).
            if (isPublic(application) || isUnseen(application))
                networkThrottle.admit('device', origin.address);
            await tail.freshen();
            const servers = resourceServersOf(applications.resourceServers(), issuer);
            const facts = { application, servers, hintedSub: undefined };
            const broken = brokenDeviceRule(asked, facts);
            if (broken)
                throw refuse(broken.error, { detail: broken.why });
            const named = resourcesOf(asked, facts);
            // What belongs to no resource server that is there is asked of nobody, and not granted.
            const granted = scopesByServer({ scope: scopeOf(asked, facts), resources: named }, servers);
            const scope = wordsIn(granted).join(' ');
            return insert(application.id, scope, named.length > 0 ? named : serversIn(granted), origin);
        },
    };
    async function insert(applicationId, scope, resources, { address, userAgent }) {
        const createdAt = now();
        const deviceCode = newDeviceCode(random);
        for (let attempt = 1;; attempt++) {
            const userCode = newUserCode(random);
            try {
                await deviceCodeStore.insert(database, {
                    hash: hashOfDeviceCode(deviceCode),
                    ...{ userCode, applicationId, scope, resources, address, userAgent, createdAt, pollInterval },
                    expiresAt: createdAt + deviceCodeLife * 1000,
                    ...{ polledAt: null, redeemedAt: null, sessionId: null },
                    ...{ decision: null, decidedAt: null, userId: null, browserSid: null, seq: null, authenticatedAt: null },
                });
                return { deviceCode, userCode, expiresIn: deviceCodeLife, interval: pollInterval };
            }
            catch (error) {
                if (!isDuplicate(error) || attempt === tries)
                    throw error;
            }
        }
    }
}
//# sourceMappingURL=device-requests.js.map