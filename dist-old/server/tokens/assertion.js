// The assertion that an application proves itself by (RFC 7523 §2.2, §3), each part of which says that it is for us and now.
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { Refusal } from '../protocol/errors.js';
/** All asymmetric: a key that is published proves nothing with the others. */
const algorithms = ['ES256', 'RS256', 'PS256', 'EdDSA'];
/** How long it may be good for at most, and by how much clocks may differ; seconds. */
const [longest, skew] = [300, 30];
const longestText = 8_192;
/** What it may be called; another kind of token is none of these (RFC 8725 §3.11). */
const types = new Set([undefined, 'jwt', 'client-authentication+jwt']);
export function createAssertions({ issuer, applicationKeys, spentProofs, now }) {
    async function requireGood(assertion, { id, origin, metadata }) {
        const own = metadata.token_endpoint_auth_signing_alg;
        const { typ } = decodeProtectedHeader(assertion);
        if (!types.has(typ?.toLowerCase()))
            throw new Bad('typ');
        const claims = await applicationKeys.verify(assertion, { origin, metadata }, {
            algorithms: own ? [own] : algorithms,
            issuer: id,
            subject: id,
            requiredClaims: ['exp', 'jti', 'aud'],
            clockTolerance: skew,
            currentDate: new Date(now()),
        });
        const { aud, exp, jti } = claims;
        // RFC 10070: the issuer alone, and in no list, or one made for another server could be shown here.
        if (aud !== issuer)
            throw new Bad('aud');
        if (typeof exp !== 'number' || exp * 1000 > now() + (longest + skew) * 1000)
            throw new Bad('exp');
        if (typeof jti !== 'string' || jti === '' || jti.length > 512)
            throw new Bad('jti');
        return { jti, exp };
    }
    return {
        /** Whom it says it is of, not to be believed; '' where it says nobody. */
        subjectOf(assertion) {
            if (assertion.length > longestText)
                return '';
            try {
                const { sub } = decodeJwt(assertion);
                return typeof sub === 'string' ? sub : '';
            }
            catch {
                return '';
            }
        },
        /**
         * Whether it is one of the application, for us, and shown for the first time; it is spent with that.
         * @returns null, or for the log what is wrong with it
         * @throws database_unavailable
         */
        async whyNot(assertion, application) {
            try {
                const { jti, exp } = await requireGood(assertion, application);
                const isFirst = await spentProofs.spend('assertion', application.id, jti, (exp + skew) * 1000);
                return isFirst ? null : 'spent';
            }
            catch (error) {
                if (error instanceof Refusal)
                    throw error;
                // Of a key that cannot be used WebCrypto has errors of its own.
                const { code, name } = error;
                return String(code ?? name);
            }
        },
    };
}
class Bad extends Error {
    constructor(code) {
        super(`the assertion's ${code} is not right`);
        this.code = code;
    }
}
//# sourceMappingURL=assertion.js.map