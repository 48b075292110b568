// Escapes cells of CSV files for spreadsheets, which take some beginnings of a text for a formula (CSV injection). An
// apostrophe before it keeps it text; it is removed when the file is read again, so that every text is preserved.

/** A formula after a separator, in case a spreadsheet splits the cell there; but not a negative number, as in JSON. */
const hidden = /([,;\t]\s*)('*)(?=[=+@]|-(?!\d+(?:\.\d+)?(?:[,;\]}]|$)))/g
const escapedHidden = /([,;\t]\s*)'('*)(?=[=+@]|-(?!\d+(?:\.\d+)?(?:[,;\]}]|$)))/g
/** A formula at the beginning, with the full-width characters of Chinese and Japanese. */
const leading = /^'*(?=[=+\-@\t\r＝＋－＠])/
const escapedLeading = /^'('*)(?=[=+\-@\t\r＝＋－＠])/

export function escapeCell(text: string): string {
  return text.replace(hidden, "$1'$2").replace(leading, "'$&")
}

/** The text before escaping; a text that looks escaped and was not loses its apostrophe. */
export function unescapeCell(text: string): string {
  return text.replace(escapedLeading, '$1').replace(escapedHidden, '$1$2')
}
