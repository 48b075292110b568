// JSON Schema of the document, made from the schemas of rows. Records that have an id stand once, among the components.
import { z } from 'zod';
export function createSchemas() {
    const components = {};
    const known = { input: new Map(), output: new Map() };
    /** @param io what is answered, or what is read */
    function of(schema, io) {
        const made = known[io].get(schema) ?? make(schema, io);
        known[io].set(schema, made);
        return made;
    }
    function make(schema, io) {
        const { $schema: _, $defs = {}, ...made } = z.toJSONSchema(schema, { io, override: tidy });
        for (const [name, definition] of Object.entries($defs))
            add(name, relinked(definition));
        return relinked(made);
    }
    /** @throws Error where another one has the name already */
    function add(name, schema) {
        const before = components[name];
        if (before && JSON.stringify(before) !== JSON.stringify(schema))
            throw new Error(`two schemas are called ${name}`);
        components[name] = schema;
        return { $ref: `#/components/schemas/${name}` };
    }
    return { components, of, add };
}
/** Every whole number that JavaScript has is no bound that tells anybody something. */
function tidy({ jsonSchema }) {
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER)
        delete jsonSchema.maximum;
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER)
        delete jsonSchema.minimum;
}
function relinked(schema) {
    return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'));
}
//# sourceMappingURL=schemas.js.map