// Forms that were filled in wrongly, as people meet them: the page complains in its own language, never the browser, and the
// focus is where the first mistake is. With scripts and without.
import { expect } from 'chai';
import { aVisit, onBrowser, signIn } from '../support/browser.js';
import { aServer, password } from '../support/server.js';
const admin = { username: 'admin', password };
const focused = (page) => page.evaluate('document.activeElement.id');
onBrowser('a form that was filled in wrongly', () => {
    for (const javaScriptEnabled of [true, false]) {
        const how = javaScriptEnabled ? 'with scripts' : 'without scripts';
        it(`says in Russian what is missing at the sign-in, and where, ${how}`, async () => {
            const page = await aVisit(await aServer(), { locale: 'ru-RU', javaScriptEnabled });
            await page.goto('/login');
            const submit = page.getByRole('main').getByRole('button', { name: 'Войти', exact: true });
            await submit.click();
            await page.getByText('Исправьте 2 поля:').waitFor();
            expect(await page.locator('.problem', { hasText: 'Заполните это поле.' }).count()).to.equal(2);
            if (javaScriptEnabled)
                expect(await focused(page)).to.equal('field-username');
            await page.getByLabel('Имя пользователя').fill('admin');
            await submit.click();
            await page.getByText('Исправьте 1 поле:').waitFor();
            expect(await page.locator('[autofocus]').getAttribute('id')).to.equal('field-password');
            expect(await page.getByLabel('Имя пользователя').inputValue()).to.equal('admin');
        });
        it(`says in Uzbek what is wrong with a new user, keeps what was typed, and leads to the field, ${how}`, async () => {
            const page = await aVisit(await aServer(), { locale: 'uz-UZ', javaScriptEnabled });
            await signIn(page, admin);
            await page.goto('/admin/users/new');
            await page.getByLabel('Foydalanuvchi nomi').fill('amina');
            await page.getByLabel('E-pochta').fill('amina');
            // One is made unless one is to be typed: only then is there a field.
            const typed = page.locator('[name=password]');
            expect(await typed.isVisible()).to.equal(false);
            await page.getByLabel('Oʻzim yozaman').check();
            await typed.fill('a much better horse');
            await page.getByRole('main').getByRole('button', { name: 'Yaratish' }).click();
            const email = page.getByLabel('E-pochta');
            await page.locator('.field .problem', { hasText: 'Bu e-pochta manzili emas.' }).waitFor();
            expect(await email.getAttribute('aria-invalid')).to.equal('true');
            expect(await email.inputValue()).to.equal('amina');
            expect(await page.locator('[autofocus]').getAttribute('id')).to.equal('field-email');
            if (javaScriptEnabled)
                expect(await focused(page)).to.equal('field-email');
            const lead = page.getByRole('alert').getByRole('link', { name: 'E-pochta' });
            await lead.click();
            expect(new URL(page.url()).hash).to.equal('#field-email');
        });
    }
});
onBrowser('a form without a choice that it needs', () => {
    it('has the focus on the first of what can be chosen, marks the group, and tells the rest with it', async () => {
        const page = await aVisit(await aServer());
        await signIn(page, admin);
        await page.goto('/admin/revocations/new');
        await page.getByRole('button', { name: 'See how far it reaches' }).click();
        await page.getByText('2 things are to be put right:').waitFor();
        expect(await focused(page)).to.equal('field-what-first');
        expect(await page.locator('[aria-invalid=true]').evaluateAll(all => all.map(one => one.id))).to.deep.equal([
            'field-what-first',
            'field-reason',
        ]);
        expect(await page.locator('#field-what .choices.wrong').count()).to.equal(1);
        await page.locator('#field-reason').focus();
        await page.getByRole('alert').getByRole('link').first().click();
        expect(await focused(page)).to.equal('field-what-first');
    });
});
onBrowser('a password field', () => {
    it('shows what is typed and hides it again, by the keyboard too, and is sent hidden', async () => {
        const page = await aVisit(await aServer());
        await page.goto('/login');
        const field = page.getByLabel('Password');
        const reveal = page.getByRole('button', { name: 'Show what is typed' });
        await page.getByLabel('Username').fill('admin');
        await field.fill(password);
        await reveal.click();
        expect([await field.getAttribute('type'), await reveal.getAttribute('aria-pressed')]).to.deep.equal([
            'text',
            'true',
        ]);
        await reveal.press('Enter');
        expect(await field.getAttribute('type')).to.equal('password');
        await reveal.press('Space');
        expect(await field.getAttribute('type')).to.equal('text');
        await page.evaluate(`document.addEventListener('submit', event => { event.preventDefault(); window.sent = event.target.elements.password.type })`);
        await field.press('Enter');
        expect(await page.evaluate('window.sent')).to.equal('password');
    });
    it('has no such button where there are no scripts', async () => {
        const page = await aVisit(await aServer(), { javaScriptEnabled: false });
        await page.goto('/login');
        expect(await page.locator('.reveal').isVisible()).to.equal(false);
    });
});
//# sourceMappingURL=forms.test.js.map