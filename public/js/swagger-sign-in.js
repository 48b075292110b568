// The sign-in form of the swagger-ui page. Its session ends when the user leaves the page.

/**
 * @param schemes names of the document's security schemes for a token and for an API key
 * @param actions use(scheme, credential) and forget(schemes), which set and clear credentials in swagger-ui
 */
export function watchSignIn(schemes, { use, forget }) {
  const card = document.getElementById('api-sign-in')
  const [byPassword, byKey, out] = ['password', 'key', 'out'].map(way => card.querySelector(`[data-way=${way}]`))
  const told = card.querySelector('[data-told]')
  const texts = card.querySelector('[data-texts]').content
  const text = name => texts.querySelector(`[data-text=${name}]`)?.textContent
  let refresh = null

  function show(who) {
    card.querySelector('.ways').hidden = who !== null
    out.hidden = who === null
    out.querySelector('[data-who]').textContent = who ?? ''
    tell('')
    card.querySelector(who === null ? '[name=username]' : '[data-way=out] button').focus()
  }

  /** @param code error code to link to its page */
  function tell(words, code = null) {
    told.replaceChildren(words)
    if (code === null) return
    const link = document.createElement('a')
    link.href = `/errors/${code}`
    link.textContent = text('about')
    told.append(' ', link)
  }

  byPassword.addEventListener('submit', async event => {
    event.preventDefault()
    const { username, password } = byPassword.elements
    const sent = { username: username.value, password: password.value }
    password.value = ''
    try {
      const { status, body } = await post('/api/token/', sent)
      if (status !== 200) return tell(text(body.code) ?? text('wrong'), body.code ?? 'invalid_fields')
      refresh = body.refresh
      use(schemes.token, body.access)
      show(text('signedIn').replace('%', () => sent.username))
    } catch {
      tell(text('wrong'))
    }
  })

  byKey.addEventListener('submit', event => {
    event.preventDefault()
    const key = byKey.elements.key.value.trim()
    if (!key.startsWith('dvz_key_')) return tell(text('notKey'))
    byKey.reset()
    use(schemes.key, `Token ${key}`)
    show(text('withKey').replace('%', () => `${key.slice(0, 12)}…`))
  })

  function leave() {
    forget([schemes.token, schemes.key])
    if (refresh === null) return
    const sent = { refresh }
    refresh = null
    // keepalive: the request is completed even if the page is closed.
    return post('/api/token/blacklist/', sent, { keepalive: true }).catch(() => {})
  }

  out.addEventListener('submit', async event => {
    event.preventDefault()
    await leave()
    show(null)
  })
  addEventListener('pagehide', () => {
    if (out.hidden) return
    void leave()
    show(null)
  })

  card.hidden = false
}

async function post(path, sent, options = {}) {
  const answer = await fetch(path, {
    method: 'POST',
    credentials: 'omit',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify(sent),
    ...options,
  })
  return { status: answer.status, body: await answer.json() }
}
