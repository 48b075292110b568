/** @param name of the directive, which is added where there is none */
export function allowSources(ctx, name, ...sources) {
    change(ctx, directives => {
        const found = directives.find(([first]) => first === name);
        if (!found)
            return [...directives, [name, ...sources]];
        found.push(...sources.filter(source => !found.includes(source)));
        return directives;
    });
}
export function removeDirective(ctx, name) {
    change(ctx, directives => directives.filter(([first]) => first !== name));
}
function change(ctx, work) {
    const policy = ctx.response.get('Content-Security-Policy');
    if (policy === '')
        return;
    const directives = work(policy.split(';').map(one => one.trim().split(' ')));
    ctx.set('Content-Security-Policy', directives.map(one => one.join(' ')).join(';'));
}
//# sourceMappingURL=content-policy.js.map