const usual = { en: 'comma', uz: 'semicolon', ru: 'semicolon' };
const others = { comma: 'semicolon', semicolon: 'comma' };
const isChosen = (text) => typeof text === 'string' && Object.hasOwn(others, text);
export function createFileChoice({ cookies }) {
    function separatorOf(ctx, { language }) {
        const kept = cookies.read(ctx, 'darvoza-separator');
        return isChosen(kept) ? kept : usual[language];
    }
    return {
        /** Of the file that is asked for; what its address says is kept. */
        take(ctx, frame) {
            const { separator } = ctx.query;
            if (isChosen(separator))
                cookies.set(ctx, 'darvoza-separator', separator);
            return { separator: isChosen(separator) ? separator : separatorOf(ctx, frame), zone: frame.zone };
        },
        /** Inputs of ui('button') for a file, and for the same separated otherwise. @param href of the file */
        links(ctx, frame, href, label) {
            const other = others[separatorOf(ctx, frame)];
            return [
                { label, icon: 'download', href: href({}) },
                { label: frame.t(`shared.csvWith.${other}`), tone: 'silent', href: href({ separator: other }) },
            ];
        },
    };
}
//# sourceMappingURL=files.js.map