// Cells of CSV files for spreadsheets, which take some beginnings of a text for a formula (CSV injection). An apostrophe before
// it keeps it text; when the file is read again, that one is taken away, so that every text comes back as it was.

/** Also where the cell would be split at another separator; not a negative number, as JSON has them. */
const hidden = /([,;\t]\s*)('*)(?=[=+@]|-(?!\d+(?:\.\d+)?(?:[,;\]}]|$)))/g
const escapedHidden = /([,;\t]\s*)'('*)(?=[=+@]|-(?!\d+(?:\.\d+)?(?:[,;\]}]|$)))/g
/** With the wide signs of Chinese and Japanese. */
const leading = /^'*(?=[=+\-@\t\r＝＋－＠])/
const escapedLeading = /^'('*)(?=[=+\-@\t\r＝＋－＠])/

export function escapeCell(text: string): string {
  return text.replace(hidden, "$1'$2").replace(leading, "'$&")
}

/** The text that was escaped; one that never was and looks like it loses its apostrophe. */
export function unescapeCell(text: string): string {
  return text.replace(escapedLeading, '$1').replace(escapedHidden, '$1$2')
}
