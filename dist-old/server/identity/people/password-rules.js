import { createRequire } from 'node:module';
import skeleton from 'unhomoglyph';
import { whyNotPassword } from '../../policy/password.js';
import { refuseFields } from '../../protocol/errors.js';
let common = null;
/** 49,000 passwords that everybody tries first; read when the first password is set, not at every start. */
function isCommon(password) {
    if (!common) {
        const { dictionary } = createRequire(import.meta.url)('@zxcvbn-ts/language-common');
        common = new Set(dictionary['passwords-common']);
    }
    return common.has(password);
}
/**
 * Refuses a new password that is too weak.
 * @param field the field of the request that holds it
 * @throws invalid_fields
 */
export function requireGoodPassword(password, personal, minLength, field) {
    const problems = whyNotPassword(password, personal, { minLength, isCommon, skeleton });
    if (problems.length > 0)
        throw refuseFields({ [field]: problems });
}
//# sourceMappingURL=password-rules.js.map