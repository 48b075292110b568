import Bowser from 'bowser'

export type DeviceName = { name: string; browser: string; platform: string; userAgent: string }

/** Names a device from its User-Agent header: `Firefox on Android`, or the program's own word for itself. */
export function nameDevice(userAgent: string): DeviceName {
  const text = userAgent.replace(/[\p{Cc}\p{Cs}\p{Bidi_Control}]/gu, ' ').slice(0, 512)
  const { browser, os } = Bowser.parse(text || 'unknown')
  const browserName = [browser.name, browser.version?.split('.')[0]].filter(Boolean).join(' ')
  const platformName = [os.name, os.versionName ?? os.version].filter(Boolean).join(' ')
  const program = text.split(/[\s(]/, 1)[0] ?? ''
  const name = browser.name ? [browser.name, os.name].filter(Boolean).join(' on ') : program || 'Unknown device'
  return {
    name: name.slice(0, 150),
    browser: browserName.slice(0, 60),
    platform: platformName.slice(0, 60),
    userAgent: text,
  }
}
