// TypeORM, for migrations and for comparing entities with tables; a server with nothing to migrate never loads it. Every
// statement of its runners goes through connections of ours, so it has no connection of its own.
import { DataSource, QueryResult } from 'typeorm';
import { rowsOf } from './connections/connections.js';
import { entities } from './entities/index.js';
import { migrationClasses } from './migrations/index.js';
import { SnakeNaming } from './snake-naming.js';
export async function createDataSource(connections) {
    const common = {
        entities,
        migrations: await migrationClasses(),
        namingStrategy: new SnakeNaming(),
        logging: false,
    };
    const source = new DataSource(connections.engine === 'sqlite' ? onSqlite(common) : onMysql(common, connections));
    if (connections.engine === 'sqlite')
        lendRunners(source, connections);
    return source.initialize();
}
/** TypeORM opens a connection by itself and sets pragmas on it; this one does neither. */
class NoConnection {
    pragma() { }
    close() { }
}
function onSqlite(common) {
    return { ...common, type: 'better-sqlite3', database: ':memory:', driver: NoConnection };
}
/** In transactions TypeORM says these by itself. */
const steps = {
    'BEGIN TRANSACTION': connection => connection.begin(),
    COMMIT: connection => connection.commit(),
    ROLLBACK: connection => connection.rollback(),
};
/** The driver has ONE runner for everybody: who overlaps would share a transaction. Here each caller gets one of its own. */
function lendRunners(source, connections) {
    const driver = source.driver;
    const Runner = driver.createQueryRunner('master').constructor;
    /** TypeORM would speak to the connection itself in these places. */
    class Lent extends Runner {
        constructor() {
            super(...arguments);
            this.lent = connections.writer();
        }
        async beforeMigration() {
            await this.query('PRAGMA foreign_keys = OFF');
        }
        async afterMigration() {
            await this.query('PRAGMA foreign_keys = ON');
        }
        loadPragmaRecords(table, pragma) {
            return this.query(`PRAGMA ${pragma}("${table}")`);
        }
        async release() {
            await super.release();
            this.lent.release();
        }
        // biome-ignore lint/suspicious/noExplicitAny: the signature of the class above
        async query(sql, values, structured = false) {
            const step = steps[sql];
            if (step)
                return step(this.lent);
            const answer = await this.lent.query(sql, values);
            const result = new QueryResult();
            result.records = rowsOf(answer);
            result.raw = result.records;
            if ('affected' in answer)
                result.affected = answer.affected;
            return structured ? result : result.raw;
        }
    }
    driver.createQueryRunner = () => new Lent(driver);
}
function onMysql(common, connections) {
    return { ...common, type: 'mariadb', driver: { createPool: () => poolOf(connections) } };
}
/** As much of mysql2's pool as TypeORM calls. */
function poolOf(connections) {
    return {
        getConnection(done) {
            const connection = connections.writer();
            done(null, {
                promise: () => ({
                    async query(sql, values) {
                        const answer = await connection.query(sql, values);
                        return ['rows' in answer ? answer.rows : { affectedRows: answer.affected }];
                    },
                }),
                // The connection has its own.
                listeners: () => ['error'],
                release: connection.release,
                destroy: connection.discard,
            });
        },
        end: (done) => done(),
    };
}
//# sourceMappingURL=data-source.js.map