import { localPath } from './paths.js';
import { administrationHome, isAdministration, sectionsFor } from './sections.js';
export function createPages({ views, frameOf, browserSessions, setUp }) {
    const translate = (ctx) => frameOf(ctx).t;
    return {
        /** Answers with `views/VIEW.ejs` in the frame of the whole page. */
        async show(ctx, view, data, status = 200) {
            const frame = frameOf(ctx);
            const { browser } = ctx.state;
            // Who must first choose a password has nowhere else to go.
            const inside = browser !== undefined && !browser.user.mustChangePassword;
            const permissions = browser?.user.allPermissions ?? [];
            const shell = {
                inside,
                sections: inside ? sectionsFor(ctx.path, permissions, setUp) : [],
                area: isAdministration(ctx.path) ? 'admin' : 'account',
                adminHome: inside ? administrationHome(permissions) : null,
                notices: browser ? await browserSessions.takeNotices(browser) : [],
            };
            const content = views.render(view, { ...frame, ...data });
            ctx.status = status;
            ctx.type = 'html';
            ctx.set('Cache-Control', 'no-store');
            ctx.body = views.render('layout', { ...frame, ...shell, crumbs: [], actions: [], lead: '', ...data, content });
        },
        /** Sends the browser to another page with a GET. */
        go(ctx, path) {
            ctx.status = 303;
            ctx.redirect(localPath(path) ?? '/');
        },
        /** Lets the next page tell something, once. */
        async tell(ctx, notice) {
            if (ctx.state.browser)
                await browserSessions.tell(ctx.state.browser, [notice]);
        },
        /** `t` of the reader, for titles and notices. */
        translate,
        /** All that views have (frame.ts), where a handler needs more of it than `t`. */
        frameOf,
    };
}
//# sourceMappingURL=page.js.map