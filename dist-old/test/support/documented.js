// The document of the API as answers are held against it: each must be one that it tells of, member by member.
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { kinds } from '../../server/http/kinds/kinds.js';
import { openApiDocument } from '../../server/http/openapi/document.js';
import { routes } from '../../server/http/routes.js';
import { issuer } from './server.js';
/** What was answered in this process so far: name, status and code; `-` for an answer that is no refusal. */
export const answered = new Set();
let reading = null;
/** Once for all tests of a process. */
const theDocument = () => {
    reading ??= read();
    return reading;
};
/** Holds an answer against the document; what is no route of it answers as it likes. @throws Error on what it does not tell */
export async function check(method, path, told) {
    const { operationAt, validatorOf, resolved } = await theDocument();
    const operation = operationAt(method, path);
    if (!operation)
        return;
    const { operationId: name, responses } = operation;
    const wrong = (why) => new Error(`${name} ${why}: ${told.status} ${told.text.slice(0, 500)}`);
    const found = responses[told.status];
    if (!found)
        throw wrong('answers with a status that the document does not have');
    const response = resolved(found);
    const code = told.status < 400 ? '-' : codeIn(told);
    if (!codesIn(response).includes(code))
        throw wrong(`refuses with ${code}, which the document does not have`);
    const type = (told.headers.get('content-type') ?? '').split(';', 1)[0];
    const media = told.text === '' ? undefined : response.content?.[type];
    if (told.text !== '' && !media)
        throw wrong(`answers in ${type || 'nothing'}, which the document does not have`);
    if (told.text === '' && response.content)
        throw wrong('answers with nothing');
    if (media && type === 'application/json') {
        const validate = validatorOf(media.schema);
        if (!validate(JSON.parse(told.text)))
            throw wrong(`answers what the document does not tell, ${JSON.stringify(validate.errors)}`);
    }
    answered.add(`${name} ${told.status} ${code}`);
}
/** All that the document tells of, in the form of `answered`. */
export async function documentedAnswers() {
    const { operations, resolved } = await theDocument();
    return operations.flatMap(({ operation: { operationId, responses } }) => Object.entries(responses).flatMap(([status, response]) => codesIn(resolved(response)).map(code => `${operationId} ${status} ${code}`)));
}
async function read() {
    const table = routes;
    const document = await openApiDocument({ routes: table, kinds, issuer, version: 'test' });
    const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({
        method: method.toUpperCase(),
        segments: path.split('/'),
        operation: operation,
    })));
    const ajv = addFormats.default(new Ajv2020({ strict: false }));
    ajv.addSchema(document, 'document');
    const validators = new Map();
    return {
        operations,
        operationAt(method, path) {
            const asked = path
                .replace(/\?.*/, '')
                .replace(/(?<=.)\/$/, '')
                .split('/');
            const fitting = operations.filter(({ method: own, segments }) => own === method &&
                segments.length === asked.length &&
                segments.every((segment, at) => segment === asked[at] || (segment.startsWith('{') && asked[at] !== '')));
            // What is spelt out comes before what stands for anything.
            const variables = (segments) => segments.filter(segment => segment.startsWith('{')).length;
            return fitting.sort((one, other) => variables(one.segments) - variables(other.segments))[0]?.operation;
        },
        resolved(response) {
            const name = response.$ref?.split('/').at(-1);
            return name === undefined ? response : document.components.responses[name];
        },
        /** Of a schema in the document, whose references lead into it. */
        validatorOf(schema) {
            const known = validators.get(schema);
            if (known)
                return known;
            const made = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/')));
            validators.set(schema, made);
            return made;
        },
    };
}
function codesIn({ description = '' }) {
    const codes = [...description.matchAll(/^- \[`(\w+)`\]/gm)].map(([, code]) => code);
    return codes.length > 0 ? codes : ['-'];
}
const unspoken = {
    401: 'not_authenticated',
    403: 'permission_denied',
    404: 'not_found',
    405: 'method_not_allowed',
    406: 'not_acceptable',
    415: 'unsupported_media_type',
};
/** The code of a refusal; those that a wire does not spell out are known by their status. */
function codeIn({ status, text }) {
    const { error_uri, reason, code, ...rest } = JSON.parse(text);
    if (typeof error_uri === 'string')
        return error_uri.split('/').at(-1);
    if (typeof reason === 'string')
        return reason;
    if (typeof code === 'string')
        return code;
    if (status === 400)
        return typeof rest.detail === 'string' ? 'parse_error' : 'invalid_fields';
    return unspoken[status] ?? 'a code that nobody knows';
}
//# sourceMappingURL=documented.js.map