// `darvoza migrate`: status, up and down, for migrations of the database schema.
import type { Command } from 'commander'
import { addCommand, type CommandLine, type Schema } from './command-line.js'
import type { Format } from './output.js'

export function addMigrateCommands(program: Command, { openSchema, output }: CommandLine): void {
  const migrate = program.command('migrate').description('migrations of the database schema')

  addCommand(migrate, 'status', 'list the migrations and whether they are applied').action(async (format: Format) => {
    const schema = await openSchema()
    await output.table(await schema.status(), ['name', 'done'], format)
  })

  addCommand(migrate, 'up', 'run all pending migrations').action(async (format: Format) => {
    const schema = await openSchema()
    const before = await doneIn(schema)
    await schema.up()
    const ran = (await doneIn(schema)).filter(name => !before.includes(name))
    await output.done(ran.length > 0 ? `ran ${ran.join(', ')}` : 'the schema is up to date', { ran }, format)
  })

  addCommand(migrate, 'down', 'revert the last migration, with all data in the tables that it created').action(
    async (format: Format) => {
      const schema = await openSchema()
      const [last] = (await doneIn(schema)).slice(-1)
      if (last !== undefined) await schema.down()
      const sentence = last === undefined ? 'there is no migration to take back' : `took ${last} back`
      await output.done(sentence, { took_back: last ?? null }, format)
    },
  )
}

async function doneIn(schema: Schema): Promise<string[]> {
  return (await schema.status()).filter(migration => migration.done).map(migration => migration.name)
}
