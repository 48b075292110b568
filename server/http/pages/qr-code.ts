// A QR code as an SVG path: it needs no script, no image file and no exception from the Content-Security-Policy.
import qrcode from 'qrcode-generator'

/** Width of the quiet zone, in modules (ISO/IEC 18004 §6.3.8). */
const quiet = 4

export type QrCode = { size: number; path: string }

/** Makes the QR code. @param text an address of this server */
export function qrCodeOf(text: string): QrCode {
  const code = qrcode(0, 'M')
  code.addData(text)
  code.make()
  const count = code.getModuleCount()
  let path = ''
  for (let row = 0; row < count; row++)
    for (let column = 0; column < count; ) {
      const from = column
      while (column < count && code.isDark(row, column)) column++
      if (column > from) path += `M${from + quiet} ${row + quiet}h${column - from}v1h-${column - from}z`
      column++
    }
  return { size: count + 2 * quiet, path }
}
