import { refuse } from './errors.js';
import { isJsonObject, parseStrictJson } from './json.js';
/** Longer than any token of ours (8 KiB is also what most servers take as a header). */
export const maxTokenLength = 8_192;
/**
 * Takes a compact JWS apart. Nothing is verified yet: neither the signature nor one claim may be believed.
 * @throws token_malformed, token_algorithm (unsecured)
 */
export function readCompact(token) {
    if (token.length > maxTokenLength)
        throw refuse('token_malformed');
    const parts = token.split('.');
    if (parts.length !== 3)
        throw refuse('token_malformed');
    const [head, body, tail] = parts;
    const header = readPart(head);
    // RFC 8725 §3.2: an unsecured token is none.
    if (typeof header.alg !== 'string' || header.alg.toLowerCase() === 'none')
        throw refuse('token_algorithm');
    // RFC 7515 §4.1.11: an extension that must be understood and is not makes the token invalid; we know none.
    // RFC 7519 §5.2: cty marks a token in a token.
    if ('crit' in header || 'cty' in header || 'b64' in header || 'zip' in header)
        throw refuse('token_malformed');
    return { header, claims: readPart(body), input: `${head}.${body}`, signature: readBase64url(tail) };
}
/** Writes a compact JWS; the header is encoded by the caller, once per key. */
export function writeCompact(encodedHeader, claims, sign) {
    const input = `${encodedHeader}.${encodePart(claims)}`;
    return `${input}.${sign(input).toString('base64url')}`;
}
export function encodePart(value) {
    return Buffer.from(JSON.stringify(value)).toString('base64url');
}
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
function readPart(part) {
    const bytes = readBase64url(part);
    let value;
    try {
        value = parseStrictJson(utf8.decode(bytes));
    }
    catch {
        throw refuse('token_malformed');
    }
    if (!isJsonObject(value))
        throw refuse('token_malformed');
    return value;
}
/** RFC 7515 §2: base64url without padding. Bits past the end must be zero, so that one text has one spelling. */
function readBase64url(part) {
    const bytes = Buffer.from(part, 'base64url');
    if (bytes.toString('base64url') !== part)
        throw refuse('token_malformed');
    return bytes;
}
//# sourceMappingURL=jws.js.map