// What is wrong with a registration, in the words of RFC 7591 §3.2.2.
import { Refusal, refuse } from '../../protocol/errors.js';
import { wireText } from '../../protocol/problems.js';
/** A body may hold very many: no answer tells them all. */
const mostTold = 5;
/** Of a refusal that names fields; whatever else it is stays as it is. */
export function registrationRefusal(error) {
    if (!(error instanceof Refusal) || error.code !== 'invalid_fields')
        return error;
    const fields = Object.entries(error.details.fields ?? {});
    const told = fields
        .flatMap(([name, problems]) => problems.map(one => `${name.slice(0, 60)}: ${wireText(one)}`))
        .slice(0, mostTold);
    const isOfRedirects = fields.every(([name]) => name === 'redirect_uris' || name.startsWith('redirect_uris.'));
    return refuse(isOfRedirects ? 'invalid_redirect_uri' : 'invalid_client_metadata', {
        detail: told.join(' ').slice(0, 1_000),
        cause: error,
    });
}
//# sourceMappingURL=registration-refusal.js.map