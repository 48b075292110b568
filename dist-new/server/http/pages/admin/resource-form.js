import { typedIn } from '../fields.js';
const noScope = { name: '', description: '', uz: '', ru: '' };
/** Rows to add more in. */
const empty = 2;
const mostRows = 200;
/** Those that there are, and some to fill in. */
export function scopeRows(scopes) {
    const rows = scopes.map(({ name, description, descriptions: { uz = '', ru = '' } = {} }) => ({
        ...{ name, description, uz, ru },
    }));
    return [...rows, ...Array.from({ length: empty }, () => noScope)];
}
/** As they were typed; a row without a name is none. @param before keeps what no field shows */
export function readScopes(ctx, before = []) {
    return typedRows(ctx).flatMap(({ name, description, uz, ru }) => {
        if (name === '')
            return [];
        const kept = before.find(one => one.name === name)?.descriptions?.en;
        const descriptions = { ...(kept && { en: kept }), ...(uz && { uz }), ...(ru && { ru }) };
        return [{ name, description: description || name, ...(Object.keys(descriptions).length > 0 && { descriptions }) }];
    });
}
/** What was typed, to be shown again. */
export function typedRows(ctx) {
    const rows = [];
    for (let index = 0; index < mostRows; index++) {
        const prefix = `scope_${index}_`;
        if (!Object.hasOwn((ctx.request.body ?? {}), `${prefix}name`))
            break;
        const names = { name: `${prefix}name`, description: `${prefix}description`, uz: `${prefix}uz`, ru: `${prefix}ru` };
        const typed = typedIn(ctx, Object.values(names));
        rows.push({
            name: typed[names.name].trim(),
            description: typed[names.description].trim(),
            uz: typed[names.uz].trim(),
            ru: typed[names.ru].trim(),
        });
    }
    return rows;
}
//# sourceMappingURL=resource-form.js.map