// A page without a server whose users sign in at Darvoza: oidc-client-ts, a public application with PKCE.
//
// In Darvoza: Applications, New application, "Page app", with the address of the page, http://127.0.0.1:3001/, as redirect URI
// and address after sign-out.
const { UserManager } = globalThis.oidc // with a bundler: import { UserManager } from 'oidc-client-ts'

const { authority, client_id } = await (await fetch('/settings.json')).json()
const here = `${location.origin}/`
const darvoza = new UserManager({
  authority,
  client_id,
  redirect_uri: here,
  post_logout_redirect_uri: here,
  scope: 'openid profile email',
  // Refreshes the access token a minute before it expires. Tokens are stored in sessionStorage of this tab.
  automaticSilentRenew: true,
  monitorSession: false,
})

const [who, signIn, signOut] = ['who', 'in', 'out'].map(id => document.getElementById(id))
const show = text => {
  who.textContent = text
}
signIn.onclick = () => darvoza.signinRedirect()
signOut.onclick = () => darvoza.signoutRedirect()

// invalid_grant: the session has ended at Darvoza. Other errors are temporary, and must not sign the user out.
darvoza.events.addSilentRenewError(error => {
  if (error.error === 'invalid_grant') darvoza.removeUser().then(showWhoIsHere)
})

if (/[?&](code|error)=/.test(location.search)) {
  await darvoza.signinCallback().catch(error => show(`Not signed in: ${error.message}`))
  // Removes the code from the address, so that a reload does not send it again.
  history.replaceState(null, '', '/')
}
await showWhoIsHere()

async function showWhoIsHere() {
  const user = await darvoza.getUser()
  signIn.hidden = user !== null
  signOut.hidden = user === null
  if (!user) return show('Nobody is signed in.')
  // Calls /oauth/userinfo with the access token, as any API: a user who was signed out elsewhere is refused at once.
  const answer = await fetch(await darvoza.metadataService.getUserInfoEndpoint(), {
    headers: { Authorization: `Bearer ${user.access_token}` },
  })
  if (answer.status === 401) return darvoza.removeUser().then(showWhoIsHere)
  const { name, preferred_username } = await answer.json()
  show(`Hello, ${name ?? preferred_username}.`)
}
