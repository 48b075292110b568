// Tells the server the reader's time zone, so that it can write times as they are there.
export function tellZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  if (!zone || document.cookie.split('; ').includes(`darvoza-zone=${zone}`)) return
  const secure = location.protocol === 'https:' ? '; Secure' : ''
  // biome-ignore lint/suspicious/noDocumentCookie: Cookie Store is not there on plain http, nor in every browser
  document.cookie = `darvoza-zone=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`
}
