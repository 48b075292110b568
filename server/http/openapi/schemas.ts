// JSON Schemas of the document, made from the zod schemas of rows. Records that have an id are written once, as
// components.
import { z } from 'zod'

export type Schema = Readonly<Record<string, unknown>>

export function createSchemas() {
  const components: Record<string, Schema> = {}
  const known = { input: new Map<z.ZodType, Schema>(), output: new Map<z.ZodType, Schema>() }

  /** The JSON Schema of a zod schema. @param io whether of a response or a request */
  function of(schema: z.ZodType, io: 'input' | 'output'): Schema {
    const made = known[io].get(schema) ?? make(schema, io)
    known[io].set(schema, made)
    return made
  }

  function make(schema: z.ZodType, io: 'input' | 'output'): Schema {
    const {
      $schema: _,
      $defs = {},
      ...made
    } = z.toJSONSchema(schema, { io, override: omitIntegerBounds }) as Record<string, unknown>
    for (const [name, definition] of Object.entries($defs as Record<string, Schema>))
      add(name, withComponentRefs(definition))
    return withComponentRefs(made)
  }

  /** Adds a component. @throws Error if another one has its name */
  function add(name: string, schema: Schema): Schema {
    const before = components[name]
    if (before && JSON.stringify(before) !== JSON.stringify(schema)) throw new Error(`two schemas are called ${name}`)
    components[name] = schema
    return { $ref: `#/components/schemas/${name}` }
  }

  return { components, of, add }
}

export type Schemas = ReturnType<typeof createSchemas>

/** Removes the bounds of JavaScript's safe integers, which say nothing to a reader. */
function omitIntegerBounds({ jsonSchema }: { jsonSchema: { minimum?: number; maximum?: number } }): void {
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
}

function withComponentRefs<T>(schema: T): T {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as T
}
