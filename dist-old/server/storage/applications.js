import { ownApplicationId, ownLifetimes, scopesAsked, } from '../policy/application-metadata.js';
import { createApplicationSecretRows } from './application-secrets.js';
import { assignments, columns, inChunks, insertion, placeholders } from './statement.js';
const applicationColumns = [
    ...['id', 'name', 'kind', 'origin', 'active', 'endedSeq', 'version', 'createdAt'],
    ...['metadata', 'resource', 'resourceScopes', 'registrationTokenHash', 'deletedAt'],
];
const selectApplication = `SELECT ${columns('a', applicationColumns)} FROM application a`;
export function createApplicationStore(dialect) {
    async function read(tx, rest, values) {
        return (await tx.read(`${selectApplication} ${rest}`, values)).map(readApplication);
    }
    /** @param ofAll of those that all must know: what other applications' tokens say depends on them */
    async function raiseHead(tx, ofAll) {
        const also = ofAll ? ', resource_version = resource_version + 1' : '';
        await tx.write(`UPDATE log_head SET application_version = application_version + 1${also} WHERE id = 1`);
    }
    /** Whether every process must know it. */
    async function isKnownToAll(tx, id) {
        const rows = await tx.read('SELECT id FROM application WHERE id = ? AND (own_lifetimes = ? OR resource IS NOT NULL)', [...[id, true]]);
        return rows.length > 0 || id === ownApplicationId;
    }
    return {
        ...createApplicationSecretRows(),
        async find(tx, id) {
            return (await read(tx, 'WHERE a.id = ?', [id]))[0] ?? null;
        },
        some: (tx, ids) => inChunks(ids, part => read(tx, `WHERE a.id IN (${placeholders(part.length)})`, part)),
        /** Those that somebody wrote in this way, by id; without the deleted ones. */
        ofOrigin: (tx, origin) => read(tx, 'WHERE a.origin = ? AND a.deleted_at IS NULL ORDER BY a.id', [origin]),
        /** Those that every process must know, whether it has met them or not: resource servers, and who has own lifetimes. */
        async knownToAll(tx) {
            return read(tx, 'WHERE a.own_lifetimes = ? OR a.resource IS NOT NULL', [true]);
        },
        /** Which version each of these has now; those that are gone are left out. */
        async versions(tx, ids) {
            const rows = await inChunks(ids, part => tx.read(`SELECT id, version FROM application WHERE id IN (${placeholders(part.length)})`, part));
            return new Map(rows.map(row => [row.id, row.version]));
        },
        /** Whether any has registered this algorithm for its id_tokens. */
        async anyHasIdTokenAlgorithm(tx, algorithm) {
            // As JSON.stringify writes it; inside a text the quotation marks would stand behind backslashes.
            const member = `%"id_token_signed_response_alg":"${algorithm}"%`;
            return (await tx.read('SELECT id FROM application WHERE metadata LIKE ? LIMIT 1', [member])).length > 0;
        },
        /** Whether any is told when its sessions end. */
        async areAnyToldOfEnds(tx) {
            return (await tx.read('SELECT id FROM application WHERE told_of_ends = ? LIMIT 1', [true])).length > 0;
        },
        /** Those that are told, by name. */
        toldOfEnds: (tx, limit) => tx.read(`SELECT id, name FROM application WHERE told_of_ends = ? AND deleted_at IS NULL
         ORDER BY sort_key LIMIT ${Math.trunc(limit)}`, [true]),
        /** Those that may sign users in. */
        async activeIds(tx) {
            const rows = await tx.read('SELECT id FROM application WHERE active = ? ORDER BY id', [true]);
            return rows.map(row => row.id);
        },
        /**
         * A new one is read when it is first met, and no process needs to be told; but of those that all must know, and of one
         * that is told of ends: it may be the first.
         * Raises the head of the log then: the caller has locked what comes before it, or locks nothing after.
         */
        async insert(tx, application) {
            const row = { ...written(application.id, application), version: 1, endedSeq: 0 };
            await tx.write(...insertion('application', row));
            if (row.ownLifetimes || application.resource !== null)
                await raiseHead(tx, true);
            else if (row.toldOfEnds)
                await raiseHead(tx, false);
        },
        /** Raises the version of the row, and the head's, by which every process notices. The caller has locked both heads. */
        async change(tx, id, changes) {
            const [sql, values] = assignments(written(id, changes));
            const before = await isKnownToAll(tx, id);
            await tx.write(`UPDATE application SET ${sql}, version = version + 1 WHERE id = ?`, [...values, id]);
            await raiseHead(tx, before || (await isKnownToAll(tx, id)));
        },
        /** Those that may ask for one of these scopes. */
        async askersOf(tx, scopes) {
            const found = await inChunks(scopes, part => tx.read(`SELECT id, metadata FROM application
           WHERE deleted_at IS NULL AND (${part.map(() => 'INSTR(metadata, ?) > 0').join(' OR ')})`, part));
            const asks = (metadata) => scopesAsked(JSON.parse(metadata)).some(word => scopes.includes(word));
            return [...new Set(found.filter(({ metadata }) => asks(metadata)).map(({ id }) => id))].sort();
        },
        /** In the order of their ids; those that are none are passed over. */
        async lockAll(tx, ids) {
            const each = [...new Set(ids)].sort();
            await inChunks(each, part => tx.read(`SELECT id FROM application WHERE id IN (${placeholders(part.length)}) ORDER BY id${dialect.forUpdate}`, part));
        },
        async lock(tx, id) {
            await tx.read(`SELECT id FROM application WHERE id = ?${dialect.forUpdate}`, [id]);
        },
        /** What ended all its sessions, or everybody's, last. */
        async endedSeq(tx, id) {
            const [row] = await tx.read(`SELECT a.ended_seq AS ofApplication, h.ended_seq AS ofLog
         FROM application a CROSS JOIN log_head h WHERE a.id = ?`, [id]);
            return row ? Math.max(row.ofApplication, row.ofLog) : 0;
        },
        async raiseEndedSeq(tx, id, seq) {
            await tx.write('UPDATE application SET ended_seq = ? WHERE id = ? AND ended_seq < ?', [seq, id, seq]);
        },
    };
}
/** What these applications override, by their ids. */
export function overridesOf(applications) {
    const overrides = new Map();
    for (const { id, metadata } of applications) {
        const own = ownLifetimes(metadata);
        if (own)
            overrides.set(id, own);
    }
    return overrides;
}
function readApplication({ metadata, resourceScopes, ...row }) {
    return {
        ...row,
        active: row.active === 1,
        metadata: metadata === null ? {} : JSON.parse(metadata),
        resourceScopes: resourceScopes === null ? [] : JSON.parse(resourceScopes),
    };
}
/** What a list is sorted by: the name without regard to case, and the id, by which no two are alike. */
export function applicationSortKey(id, name) {
    return `${name.normalize('NFKC').toLowerCase().slice(0, 90)} ${id}`;
}
/** As the columns hold it. */
function written(id, { metadata, resourceScopes, ...plain }) {
    return {
        ...plain,
        ...(plain.name !== undefined && { sortKey: applicationSortKey(id, plain.name) }),
        ...(metadata && {
            metadata: JSON.stringify(metadata),
            ownLifetimes: ownLifetimes(metadata) !== null,
            toldOfEnds: metadata.backchannel_logout_uri !== undefined,
        }),
        ...(resourceScopes && { resourceScopes: JSON.stringify(resourceScopes) }),
    };
}
//# sourceMappingURL=applications.js.map