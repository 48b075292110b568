// Sends the browser's time zone to the server in a cookie, so that pages show local times.
export function tellZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
  if (!zone || document.cookie.split('; ').includes(`darvoza-zone=${zone}`)) return
  const secure = location.protocol === 'https:' ? '; Secure' : ''
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing on plain http and in some browsers
  document.cookie = `darvoza-zone=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`
}
