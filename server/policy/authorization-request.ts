/** A checked request of the authorization endpoint. `beganAt` is epoch ms. */
export type AuthorizationRequest = {
  applicationId: string
  redirectUri: string
  redirectUriGiven: boolean
  responseMode: 'query' | 'fragment' | 'form_post'
  state?: string
  nonce?: string
  scope: readonly string[]
  resources: readonly string[]
  challenge?: string
  prompt: readonly string[]
  maxAge?: number
  loginHint?: string
  hintedSub?: string
  uiLocales?: string
  beganAt: number
}
