import { acceptsEvents, acceptsJson } from './middleware/accept.js';
import { pageHeaders, programHeaders } from './middleware/security-headers.js';
import { createOauthPresenter } from './oauth/present-error.js';
import { createApiPresenter } from './wire/present-error.js';
export function createPresenters({ issuer, presentErrorPage }) {
    const headers = programHeaders(issuer);
    return {
        /** simplejwt's JSON. */
        api: { accepts: acceptsJson, write: createApiPresenter(issuer), headers },
        /** The same beside what is no JSON: its readers say `text/event-stream`. */
        feed: {
            accepts: accept => acceptsJson(accept) || acceptsEvents(accept),
            write: createApiPresenter(issuer),
            headers,
        },
        page: { accepts: () => true, write: presentErrorPage, headers: pageHeaders(issuer) },
        /** RFC 6749 §5.2. Its clients know what comes, and many say nothing sensible in `Accept`. */
        oauth: { accepts: () => true, write: createOauthPresenter(issuer), headers },
    };
}
//# sourceMappingURL=presenters.js.map