// What an operation of the document reads: parameters of its path and address, and its body.
import { bodyTypes } from '../middleware/body-types.js';
import { queryOf } from '../waiting.js';
import { fieldKinds } from '../wire/field-kinds.js';
import { parameterKinds } from '../wire/parameters.js';
/** Parts of paths, by the names that rows give them. */
const pathParts = {
    id: 'Its id, as answers have it.',
    name: 'Its name.',
    kid: 'The id of a signing key; or `refresh` or `device`, the secrets of refresh tokens and device tokens.',
    application: 'The `client_id` of an application.',
    secret: 'The id of a secret, as its list has it.',
};
export function pathParametersOf(path) {
    const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name);
    return names.map(name => ({
        name,
        in: 'path',
        required: true,
        ...(pathParts[name] && { description: pathParts[name] }),
        schema: { type: 'string' },
    }));
}
export function queryParametersOf(row) {
    return Object.entries(queryOf(row)).map(([name, rule]) => {
        const kind = parameterKinds[rule.is];
        const about = rule.about ?? kind.about;
        return {
            name,
            in: 'query',
            ...(about && { description: about }),
            ...(rule.is === 'mark' && { allowEmptyValue: true }),
            schema: kind.schema(rule),
        };
    });
}
/** undefined where nothing is read. @param name of the operation */
export function requestBodyOf(schemas, name, row, kind) {
    const { body, form, forms } = row;
    const types = Object.keys(bodyTypes[kind.body]);
    const titled = `${name[0].toUpperCase()}${name.slice(1)}Request`;
    const inAll = (schema, required, only = types) => {
        const media = { schema: schemas.add(titled, schema) };
        return { required, content: Object.fromEntries(only.map(type => [type, media])) };
    };
    if (body) {
        const required = Object.values(body).some(isRequired);
        // A form has no lists and no objects.
        const only = Object.values(body).every(rule => !inJsonAlone.has(rule.is ?? 'text')) ? types : ['application/json'];
        return inAll(bodySchema(schemas, body, kind.unknown), required, only);
    }
    if (forms) {
        const all = Object.entries(forms.of).map(([value, rules]) => {
            const schema = formSchema({ [forms.by]: { required: true }, ...rules, ...kind.form });
            return { ...schema, properties: { ...schema.properties, [forms.by]: { const: value } } };
        });
        return inAll({ oneOf: all }, true);
    }
    const rules = { ...form, ...kind.form };
    if (Object.keys(rules).length === 0)
        return undefined;
    return inAll(formSchema(rules), Object.values(rules).some(rule => rule.required));
}
const inJsonAlone = new Set(['texts', 'object', 'given']);
const isRequired = ({ is, required }) => required !== false && is !== 'flag';
function bodySchema(schemas, rules, unknown) {
    const required = Object.keys(rules).filter(name => isRequired(rules[name]));
    return {
        type: 'object',
        properties: Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, fieldSchema(schemas, rule)])),
        ...(required.length > 0 && { required }),
        ...(unknown === 'refused' && { additionalProperties: false }),
    };
}
function fieldSchema(schemas, rule) {
    const { is = 'text', schema, nullable, about } = rule;
    const made = schema ? schemas.of(schema, 'input') : fieldKinds[is].schema(rule);
    return { ...(nullable ? { anyOf: [made, { type: 'null' }] } : made), ...(about && { description: about }) };
}
function formSchema(rules) {
    const required = Object.keys(rules).filter(name => rules[name].required);
    const properties = Object.entries(rules).map(([name, { repeats, about }]) => [
        name,
        {
            ...(repeats ? { type: 'array', items: { type: 'string' } } : { type: 'string' }),
            ...(about && { description: about }),
        },
    ]);
    return {
        type: 'object',
        properties: Object.fromEntries(properties),
        ...(required.length > 0 && { required }),
    };
}
//# sourceMappingURL=requests.js.map