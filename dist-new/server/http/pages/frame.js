import { createFormats } from './formats.js';
import { pathWith, whereIs } from './paths.js';
import { languages } from './texts.js';
import { writeAttributes, writeBreakable } from './views.js';
export function createFrames({ views, texts, readerOf, issuer, assetPath, formToken, now }) {
    function make(ctx) {
        const reader = readerOf(ctx);
        const { locale } = languages[reader.language];
        const t = texts.in(reader.language);
        const user = ctx.state.browser?.user ?? null;
        const query = Object.fromEntries(new URLSearchParams(ctx.querystring));
        const frame = {
            ...reader,
            locale,
            languages,
            t,
            format: createFormats(locale, reader.zone, now(), t),
            now: now(),
            here: whereIs(ctx, issuer),
            path: ctx.path,
            query,
            url: (path, parameters = {}) => pathWith(path, parameters),
            withQuery: (changes) => pathWith(ctx.path, { ...query, ...changes }),
            asset: assetPath,
            attributes: writeAttributes,
            breakable: writeBreakable,
            me: user && {
                id: user.id,
                username: user.username,
                name: [user.firstName, user.lastName].filter(Boolean).join(' ') || user.username,
            },
            may: (permission) => user?.allPermissions.includes(permission) ?? false,
            csrf: () => `<input type="hidden" name="_token" value="${formToken(ctx)}">`,
            /** Components see the frame and what they are given, never what the page was given. */
            ui: (component, inputs = {}) => views.render(`components/${component}`, { ...frame, ...inputs }),
        };
        return frame;
    }
    const made = new WeakMap();
    return function frameOf(ctx) {
        const frame = made.get(ctx) ?? make(ctx);
        made.set(ctx, frame);
        return frame;
    };
}
//# sourceMappingURL=frame.js.map