import assert from 'node:assert/strict';
import { openerOf } from '../../start/openBrowser.ts';

describe('the browser that npm start opens', () => {
  it('is opened by what the system has for it, and not at all where there is no display', () => {
    assert.deepEqual(openerOf('darwin', {}), ['open']);
    assert.equal(openerOf('win32', {})?.[0], 'cmd');
    assert.equal(openerOf('linux', { PATH: process.env.PATH }), undefined);
    assert.equal(openerOf('linux', { DISPLAY: ':0', PATH: '/nowhere' }), undefined);
  });
});
