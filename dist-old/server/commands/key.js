import { jwksMaxAge, revocableSecrets } from '../policy/key-life.js';
import { addCommand } from './command-line.js';
import { printedTime } from './output.js';
export function addKeyCommands(program, line) {
    const { open, actor, output } = line;
    const key = program.command('key').description('signing keys of access tokens');
    addCommand(key, 'list', 'list the keys, also those of the past').action(async (format) => {
        const { keyRing } = (await open()).keys;
        const columns = ['kid', 'algorithm', 'state', 'created_at', 'activates_at', 'retired_at', 'removable_at'];
        await output.table((await keyRing.list()).map(printedKey), columns, format);
    });
    addCommand(key, 'rotate', 'publish the next key, which signs once every verifier has it')
        .option('--algorithm <name>', 'of the policy access_token_algorithm, where it is left out')
        .option('--now', 'let it sign at once')
        .action(async ({ algorithm, now, ...format }) => {
        const { keyRing } = (await open()).keys;
        const rotation = await keyRing.rotate({ algorithm, atOnce: now ?? false }, actor);
        await output.done(saidOf(rotation), printedRotation(rotation), format);
        warnOf(rotation);
    });
    addCommand(key, 'revoke <kid>', 'refuse every token under a key; refresh: all sessions end; device: no device is known')
        .addHelpText('after', `\nBeside kids: ${revocableSecrets.join(', ')}. A kid that begins with - stands after --.`)
        .action(async (kid, format) => {
        const { keyRing, sealedSecrets } = (await open()).keys;
        if (isSecret(kid)) {
            const version = await sealedSecrets.revoke(kid, actor);
            return output.done(revokedInWords[kid], { secret: kid, version }, format);
        }
        const { key, successor } = await keyRing.revoke(kid, actor);
        const said = `revoked ${kid}: tokens under it are refused, and a refresh brings good ones`;
        const printed = { ...printedKey(key), successor: successor && printedRotation(successor) };
        await output.done(successor ? `${said}; ${saidOf(successor)}` : said, printed, format);
        if (successor)
            warnOf(successor);
    });
    addCommand(key, 'remove <kid>', 'stop publishing a key that nothing needs, before the schedule does').action(async (kid, format) => {
        const { keyRing } = (await open()).keys;
        await output.done(`removed ${kid}`, printedKey(await keyRing.remove(kid, actor)), format);
    });
    function warnOf({ published }) {
        if (published)
            return;
        const minutes = jwksMaxAge / 60;
        output.remark(`Verifiers that hold an older JWKS may refuse tokens under this key for up to ${minutes} minutes.`);
    }
}
const revokedInWords = {
    refresh: 'revoked the refresh key: everybody is signed out',
    device: 'revoked the device key: no device is known until its next sign-in',
};
function isSecret(name) {
    return revocableSecrets.some(secret => secret === name);
}
function saidOf({ key }) {
    if (key.state === 'active')
        return `${key.kid} (${key.algorithm}) signs`;
    return `${key.kid} (${key.algorithm}) is published, and signs from ${printedTime(key.activatesAt)}`;
}
function printedRotation({ key, published }) {
    return { ...printedKey(key), unknown_for: published ? 0 : jwksMaxAge };
}
function printedKey(key) {
    return {
        kid: key.kid,
        algorithm: key.algorithm,
        state: key.state,
        created_at: printedTime(key.createdAt),
        activates_at: printedTime(key.activatesAt),
        activated_at: printedTime(key.activatedAt),
        retired_at: printedTime(key.retiredAt),
        revoked_at: printedTime(key.revokedAt),
        removable_at: printedTime(key.removableAt),
    };
}
//# sourceMappingURL=key.js.map