// Why a token is good, or what it fails at: the same checks that inspect.ts and rotate.ts make, in the same order, told one
// by one. Changes nothing, and keeps nothing of the token.
import { Refusal } from '../protocol/errors.js';
import { readCompact } from '../protocol/jws.js';
import { refuseToken } from './checks.js';
export function createExplain({ inspect, checks, projection, rotate }) {
    /** @throws database_unavailable, log_went_back: whatever may pass is no verdict */
    return async function explain(token) {
        let compact;
        const form = {
            name: 'form',
            async run() {
                compact = readCompact(token);
                compact = await inspect.read(token);
            },
        };
        const [first] = await ask([form]);
        if (!compact)
            return { kind: null, ...told([first], ['kind']), decoded: null, signed: false, entry: null };
        const { header, claims } = compact;
        const kind = header.typ === 'rt+jwt' ? 'refresh' : 'access';
        const steps = kind === 'refresh' ? refreshSteps(compact) : accessSteps(compact);
        const results = [first, ...(await ask(steps))];
        const rest = steps.slice(results.length - 1).map(step => step.name);
        const verdict = told(results, rest);
        const signed = results.some(({ name, refusal }) => name === 'signature' && refusal === null);
        const logged = kind === 'access' && results.at(-1)?.name === 'log' && verdict.refusal !== null;
        const entry = logged ? projection.find(claims, header.kid) : null;
        return { kind, ...verdict, decoded: { header, claims }, signed, entry };
    };
    function accessSteps(compact) {
        const live = () => inspect.requireLive({ claims: compact.claims, kid: compact.header.kid });
        return [...asSteps('access', compact), { name: 'log', run: async () => void (await live()) }];
    }
    function refreshSteps(compact) {
        return [
            ...asSteps('refresh', compact),
            { name: 'session', run: async () => void (await rotate.check(compact.claims)) },
        ];
    }
    function asSteps(kind, compact) {
        const asked = kind === 'refresh' ? checks.refresh : checks.access(compact);
        return asked.map(({ name, whyNot }) => ({
            name,
            run() {
                const code = whyNot(compact);
                if (code)
                    throw refuseToken(code);
            },
        }));
    }
}
/** Each in turn, up to the first that refuses. */
async function ask(steps) {
    const asked = [];
    for (const { name, run } of steps) {
        try {
            await run();
            asked.push({ name, refusal: null });
        }
        catch (error) {
            if (!(error instanceof Refusal) || error.status !== 401)
                throw error;
            return [...asked, { name, refusal: error.code }];
        }
    }
    return asked;
}
function told(asked, rest) {
    const told = asked.map(({ name, refusal }) => ({ name, result: refusal ? 'failed' : 'passed' }));
    const skipped = rest.map(name => ({ name, result: 'skipped' }));
    return { checks: [...told, ...skipped], refusal: asked.at(-1)?.refusal ?? null };
}
//# sourceMappingURL=explain.js.map