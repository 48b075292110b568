import { addCommand } from './command-line.js';
export function addMigrateCommands(program, { openSchema, output }) {
    const migrate = program.command('migrate').description('the schema of the database');
    addCommand(migrate, 'status', 'list the migrations and whether they have run').action(async (format) => {
        const schema = await openSchema();
        await output.table(await schema.status(), ['name', 'done'], format);
    });
    addCommand(migrate, 'up', 'bring the schema up to date').action(async (format) => {
        const schema = await openSchema();
        const before = await doneIn(schema);
        await schema.up();
        const ran = (await doneIn(schema)).filter(name => !before.includes(name));
        await output.done(ran.length > 0 ? `ran ${ran.join(', ')}` : 'the schema is up to date', { ran }, format);
    });
    addCommand(migrate, 'down', 'take the last migration back, with all data in the tables it made').action(async (format) => {
        const schema = await openSchema();
        const [last] = (await doneIn(schema)).slice(-1);
        if (last !== undefined)
            await schema.down();
        const said = last === undefined ? 'there is no migration to take back' : `took ${last} back`;
        await output.done(said, { took_back: last ?? null }, format);
    });
}
async function doneIn(schema) {
    return (await schema.status()).filter(migration => migration.done).map(migration => migration.name);
}
//# sourceMappingURL=migrate.js.map