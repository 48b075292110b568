// A QR code as the path of an SVG: it needs no script, no image of its own and no exception from the content policy.
import qrcode from 'qrcode-generator';
/** ISO/IEC 18004 §6.3.8: so many modules around it stay free. */
const quiet = 4;
/** @param text an address of ours */
export function qrCodeOf(text) {
    const code = qrcode(0, 'M');
    code.addData(text);
    code.make();
    const count = code.getModuleCount();
    let path = '';
    for (let row = 0; row < count; row++)
        for (let column = 0; column < count;) {
            const from = column;
            while (column < count && code.isDark(row, column))
                column++;
            if (column > from)
                path += `M${from + quiet} ${row + quiet}h${column - from}v1h-${column - from}z`;
            column++;
        }
    return { size: count + 2 * quiet, path };
}
//# sourceMappingURL=qr-code.js.map