// Whether what a person agreed to still covers what a code, or a device code, becomes a session for.
import { scopeWords } from '../../policy/application-metadata.js';
import { covers } from '../../policy/consent.js';
import { narrowed, resourceServersOf } from '../../policy/session-scope.js';
export function createHeldConsent({ issuer, consentStore, applications }) {
    /** Behind the user's lock, which whoever withdraws consent needs too. */
    return async function holdsConsent(tx, granted, { first_party }, asked) {
        if (first_party)
            return true;
        const servers = resourceServersOf(applications.resourceServers(), issuer);
        const consent = await consentStore.find(tx, granted.userId, granted.applicationId);
        const { resources } = narrowed(granted, { resource: asked.resource ?? [] }, servers);
        return covers(consent?.scopes ?? null, { scope: scopeWords(granted.scope), resources }, servers);
    };
}
//# sourceMappingURL=held-consent.js.map