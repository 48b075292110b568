// What comes of a wish to sign out that an application brings (OpenID Connect RP-Initiated Logout §2). Pure.
/**
 * `end`: at once, as the application has shown that it means the sign-in at hand; `ask`: the person decides, since any site
 * can send a browser here; `done`: there is nothing to end in this browser.
 */
export function logoutStep({ hint, hinted, browser }) {
    if (!browser)
        return 'done';
    if (hint?.sub !== String(browser.userId))
        return 'ask';
    return hinted?.browserSid === browser.sid ? 'end' : 'ask';
}
//# sourceMappingURL=logout.js.map