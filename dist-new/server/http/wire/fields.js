// Fields of a body as Django REST framework's serializers read them, with its words for what is wrong. By the rules that a row
// of the route table has a body is read, and the API's document tells of it (field-kinds.ts).
import { refuseField, refuseFields } from '../../protocol/errors.js';
import { isJsonObject } from '../../protocol/json.js';
import { problem } from '../../protocol/problems.js';
import { fieldKinds, pythonType } from './field-kinds.js';
/** Reads the body as the row of its route has it. @throws invalid_fields with every problem at once */
export function readBody(ctx, { body }) {
    return readFields(ctx, body);
}
/**
 * Reads the fields that the rules name; others are left alone.
 * @throws invalid_fields with every problem at once
 */
export function readFields(ctx, rules) {
    const body = bodyOf(ctx);
    const problems = {};
    const read = {};
    for (const [name, rule] of Object.entries(rules)) {
        const kind = fieldKinds[rule.is ?? 'text'];
        const value = Object.hasOwn(body, name) ? body[name] : undefined;
        if (value === undefined) {
            if ('otherwise' in kind)
                read[name] = kind.otherwise;
            else if (rule.required !== false)
                problems[name] = [problem('required')];
            continue;
        }
        const found = value === null && rule.nullable ? { value } : kind.read(value, rule);
        if ('problem' in found)
            problems[name] = [found.problem];
        else
            read[name] = found.value;
    }
    if (Object.keys(problems).length > 0)
        throw refuseFields(problems);
    return read;
}
/** All of the body. @throws invalid_fields where it is no object */
export function bodyOf(ctx) {
    const { body } = ctx.request;
    if (isJsonObject(body))
        return body;
    if (body === null)
        throw refuseField('non_field_errors', 'no_data');
    throw refuseField('non_field_errors', 'invalid_data', { type: pythonType(body) });
}
//# sourceMappingURL=fields.js.map