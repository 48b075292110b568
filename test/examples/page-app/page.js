// A page without a server of its own, where people sign in by Darvoza: oidc-client-ts, a public application with PKCE.
//
// In Darvoza: Applications, New application, "Page app", with the page's own address, http://127.0.0.1:3001/, as the
// redirect URI and for after the sign-out.
const { UserManager } = globalThis.oidc // with a bundler: import { UserManager } from 'oidc-client-ts'

const { authority, client_id } = await (await fetch('/settings.json')).json()
const here = `${location.origin}/`
const darvoza = new UserManager({
  authority,
  client_id,
  redirect_uri: here,
  post_logout_redirect_uri: here,
  scope: 'openid profile email',
  // Renews a minute before the access token ends, by the refresh token. Tokens stay in this tab (sessionStorage).
  automaticSilentRenew: true,
  monitorSession: false,
})

const [who, signIn, signOut] = ['who', 'in', 'out'].map(id => document.getElementById(id))
const show = text => {
  who.textContent = text
}
signIn.onclick = () => darvoza.signinRedirect()
signOut.onclick = () => darvoza.signoutRedirect()

// Refused for good: the session was ended at Darvoza. A failure that may pass signs nobody out.
darvoza.events.addSilentRenewError(error => {
  if (error.error === 'invalid_grant') darvoza.removeUser().then(showWhoIsHere)
})

if (/[?&](code|error)=/.test(location.search)) {
  await darvoza.signinCallback().catch(error => show(`Not signed in: ${error.message}`))
  // A reload must not send the code again.
  history.replaceState(null, '', '/')
}
await showWhoIsHere()

async function showWhoIsHere() {
  const user = await darvoza.getUser()
  signIn.hidden = user !== null
  signOut.hidden = user === null
  if (!user) return show('Nobody is signed in.')
  // As any API would be asked: with the access token. Whoever was signed out elsewhere is refused at once.
  const answer = await fetch(await darvoza.metadataService.getUserInfoEndpoint(), {
    headers: { Authorization: `Bearer ${user.access_token}` },
  })
  if (answer.status === 401) return darvoza.removeUser().then(showWhoIsHere)
  const { name, preferred_username } = await answer.json()
  show(`Hello, ${name ?? preferred_username}.`)
}
