// Cells of files that people open in a spreadsheet, which takes what begins like a formula for one. An apostrophe before it
// keeps it text; whoever reads the file again takes that one away, so that every text comes back as it was.
/** Also where the cell would be split at another separator; not a negative number, as JSON has them. */
const hidden = /([,;\t]\s*)('*)(?=[=+@]|-(?!\d+(?:\.\d+)?(?:[,;\]}]|$)))/g;
const escapedHidden = /([,;\t]\s*)'('*)(?=[=+@]|-(?!\d+(?:\.\d+)?(?:[,;\]}]|$)))/g;
/** With the wide signs of Chinese and Japanese. */
const leading = /^'*(?=[=+\-@\t\r＝＋－＠])/;
const escapedLeading = /^'('*)(?=[=+\-@\t\r＝＋－＠])/;
export function escapeCell(text) {
    return text.replace(hidden, "$1'$2").replace(leading, "'$&");
}
/** The text that was escaped; one that never was and looks like it loses its apostrophe. */
export function unescapeCell(text) {
    return text.replace(escapedLeading, '$1').replace(escapedHidden, '$1$2');
}
//# sourceMappingURL=csv-cells.js.map