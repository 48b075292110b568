import { typedIn } from './fields.js';
import { isTheme } from './reader.js';
import { homeOf } from './sign-in.js';
import { isLanguage } from './texts.js';
export function createStartPages({ pages, cookies, issuer, version }) {
    return {
        async landing(ctx) {
            const user = ctx.state.browser?.user;
            await pages.show(ctx, 'landing', { title: 'Darvoza', issuer, version, home: user ? homeOf(user) : null });
        },
        async prefer(ctx) {
            const { language, theme } = typedIn(ctx, ['language', 'theme']);
            if (isLanguage(language))
                cookies.set(ctx, 'darvoza-language', language);
            if (isTheme(theme))
                cookies.set(ctx, 'darvoza-theme', theme);
            // By the Referer, which our own pages send whole: no page needs to repeat its address.
            pages.go(ctx, pages.frameOf(ctx).here);
        },
    };
}
//# sourceMappingURL=start.js.map