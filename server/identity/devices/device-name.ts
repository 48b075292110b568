// Parses the User-Agent header (with bowser) into the name, browser and platform of a device; control characters are
// replaced, and each text has a maximum length.
import Bowser from 'bowser'

export type DeviceName = { name: string; browser: string; platform: string; userAgent: string }

/** Names a device from its User-Agent header: `Firefox · Android`, or the program's own product name. */
export function nameDevice(userAgent: string): DeviceName {
  const text = userAgent.replace(/[\p{Cc}\p{Cs}\p{Bidi_Control}]/gu, ' ').slice(0, 512)
  const { browser, os } = Bowser.parse(text || 'unknown')
  const browserName = [browser.name, browser.version?.split('.')[0]].filter(Boolean).join(' ')
  // Browsers have frozen the versions of these two: every Windows says 10, every macOS Catalina.
  const frozen = os.name === 'Windows' || os.name === 'macOS'
  const platformName = [os.name, frozen ? '' : (os.versionName ?? os.version)].filter(Boolean).join(' ')
  const program = text.split(/[\s(]/, 1)[0] ?? ''
  const name = browser.name
    ? [...new Set([browser.name.replace(/ for Android$/, ''), os.name])].filter(Boolean).join(' · ')
    : program || 'Unknown device'
  return {
    name: name.slice(0, 150),
    browser: browserName.slice(0, 60),
    platform: platformName.slice(0, 60),
    userAgent: text,
  }
}
