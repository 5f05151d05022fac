// The official SDK plays a merchant against a gateway: with keys or with certificates, every answer verified by the SDK.
// It is also the buyer, with nothing but the pages, and listens for notifications itself.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { AlipaySdk } from 'alipay-sdk';

const question = JSON.parse(await text(process.stdin));
const sdk = new AlipaySdk({ ...question.config, keyType: 'PKCS8', gateway: question.gateway });

const notified = [];
const listener = createServer(async (request, response) => {
  const fields = Object.fromEntries(new URLSearchParams(await text(request)));
  notified.push({ fields, valid: sdk.checkNotifySignV2(fields) });
  response.end('success');
  listener.emit('notified');
}).listen(0, '127.0.0.1');
await once(listener, 'listening');
const notifyUrl = `http://127.0.0.1:${listener.address().port}/notify`;

const call = (method, bizContent, more = {}) => sdk.exec(method, { bizContent, ...more }, { validateSign: true });
const statusOf = async (outTradeNo) => {
  const answer = await call('alipay.trade.query', { outTradeNo });
  return answer.subCode ?? answer.tradeStatus;
};
/** The first notification that is meant, which may have come already. */
async function heard(meant) {
  while (!notified.some(meant)) await once(listener, 'notified');
  return notified.find(meant);
}
const unescape = (html) => html.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');

/** Presses the button with this id as a browser without JavaScript would. */
async function press(page, id) {
  const form = page.html.match(new RegExp(`<form method="post" action="([^"]+)"><button id="${id}"`));
  if (!form) throw new Error(`no button ${id}`);
  const response = await fetch(new URL(form[1], page.url), { method: 'POST', redirect: 'manual' });
  return { url: page.url, html: await response.text(), status: response.status, location: response.headers.get('location') };
}
async function open(url) {
  const response = await fetch(url);
  return { url: response.url, status: response.status, html: await response.text() };
}

/** Scans, pays, refunds. */
async function scan() {
  const outTradeNo = `qr${question.run}`;
  const terms = { outTradeNo, totalAmount: '88.66', subject: '预订庭院客房订单 + 100%' };
  const created = await call('alipay.trade.precreate', terms, { notifyUrl });
  const before = await statusOf(outTradeNo);
  const phone = await open(created.qrCode);
  const scanned = await statusOf(outTradeNo);
  const arrival = once(listener, 'notified');
  await press(phone, 'pay');
  const paid = await call('alipay.trade.query', { outTradeNo });
  await arrival;
  const refund = { outTradeNo, refundAmount: '8.66', outRequestNo: 'r1', refundReason: '换房' };
  const refunded = await call('alipay.trade.refund', refund);
  const again = await call('alipay.trade.refund', refund);
  const asked = await call('alipay.trade.fastpay.refund.query', { outTradeNo, outRequestNo: 'r1', queryOptions: ['gmt_refund_pay'] });
  const tooMuch = await call('alipay.trade.refund', { ...refund, outRequestNo: 'r2', refundAmount: '80.01' });
  const rest = await call('alipay.trade.refund', { ...refund, outRequestNo: 'r3', refundAmount: '80.00' });
  const after = await statusOf(outTradeNo);
  const closed = await call('alipay.trade.close', { outTradeNo });
  return { created, before, scanned, paid, refunded, again, asked, tooMuch: tooMuch.subCode, rest, after, closed: closed.subCode };
}

/** Posts the SDK's form, logs in, pays and comes back. */
async function browse(method, productCode) {
  const outTradeNo = `${productCode.slice(0, 5)}${question.run}`;
  const params = {
    notifyUrl,
    returnUrl: 'http://127.0.0.1:9/return?shop=1',
    bizContent: { outTradeNo, totalAmount: '0.01', subject: '一分钱 "测试" <fen>', productCode },
  };
  const html = sdk.pageExec(method, 'POST', params);
  const inputs = [...html.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name, unescape(value)]);
  const posted = await fetch(html.match(/action="([^"]+)"/)[1], { method: 'POST', body: new URLSearchParams(inputs), redirect: 'manual' });
  const got = await fetch(sdk.pageExec(method, 'GET', params), { redirect: 'manual' });
  const before = await statusOf(outTradeNo);
  const login = await press(await open(posted.headers.get('location')), 'login');
  const waiting = await statusOf(outTradeNo);
  const paid = await press(await open(login.location), 'pay');
  const fields = Object.fromEntries(new URL(paid.location).searchParams);
  delete fields.shop;
  return {
    posted: posted.status, sameCashier: got.headers.get('location') === posted.headers.get('location'),
    before, waiting, status: paid.status, returned: fields, valid: sdk.checkNotifySignV2(fields),
  };
}

/** Hands an order string to the app and pays there. */
async function app() {
  const outTradeNo = `app${question.run}`;
  const orderString = sdk.sdkExec('alipay.trade.app.pay', { notifyUrl, bizContent: { outTradeNo, totalAmount: '1.00', subject: 'app', productCode: 'QUICK_MSECURITY_PAY' } });
  const opened = await open(new URL(`app?orderString=${encodeURIComponent(orderString)}`, question.gateway));
  const login = await press(opened, 'login');
  const paid = await press(await open(login.location), 'pay');
  const result = JSON.parse(unescape((await open(paid.location)).html.match(/id="app-result">([^<]+)</)[1]));
  // Throws when the signature is wrong.
  sdk.checkResponseSign(result.result, 'alipay_trade_app_pay_response', JSON.parse(result.result).sign);
  return { resultStatus: result.resultStatus };
}

/** A refund that is done later, and the bill of today with everything that happened to its payment. */
async function settle() {
  const outTradeNo = `settle${question.run}`;
  const faults = (sheet) => fetch(new URL('/sandbox/faults', question.gateway), { method: 'PUT', body: JSON.stringify(sheet), headers: { 'content-type': 'application/json' } });
  const { qrCode } = await call('alipay.trade.precreate', { outTradeNo, totalAmount: '10.00', subject: 'settle' }, { notifyUrl });
  await press(await open(qrCode), 'pay');
  await faults({ trade: { refundDelaySeconds: 86400 }, alipayBill: { ready: true } });
  const refund = { outTradeNo, refundAmount: '4.00', outRequestNo: 'later' };
  const accepted = await call('alipay.trade.refund', refund);
  const pending = await call('alipay.trade.fastpay.refund.query', { outTradeNo, outRequestNo: 'later' });
  const unknown = await call('alipay.trade.fastpay.refund.query', { outTradeNo, outRequestNo: 'nobody' });
  await fetch(new URL(`/sandbox/trades/${outTradeNo}/settle-refunds`, question.gateway), { method: 'POST' });
  const announced = await heard(({ fields }) => fields.out_biz_no === 'later');
  const done = await call('alipay.trade.fastpay.refund.query', { outTradeNo, outRequestNo: 'later' });
  const billDate = new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10);
  const { billDownloadUrl } = await call('alipay.data.dataservice.bill.downloadurl.query', { billType: 'trade', billDate });
  const bill = Buffer.from(await (await fetch(billDownloadUrl)).arrayBuffer()).subarray(0, 2).toString();
  await faults({});
  return { accepted, pending, unknown: unknown.outRequestNo ?? null, done, announced, bill };
}

/** Unpaid, closed by the merchant; unknown, cancelled. */
async function giveUp() {
  const outTradeNo = `close${question.run}`;
  const { qrCode } = await call('alipay.trade.precreate', { outTradeNo, totalAmount: '5.00', subject: 'close' });
  const early = await call('alipay.trade.close', { outTradeNo });
  await open(qrCode);
  const closed = await call('alipay.trade.close', { outTradeNo });
  const cancelled = await call('alipay.trade.cancel', { outTradeNo: `nobody${question.run}` });
  return { early: early.subCode, closed: closed.code, status: await statusOf(outTradeNo), cancelled };
}

/** Fetches the certificate that the answers name. */
async function download() {
  if (!question.config.alipayPublicCertContent) return null;
  const { alipayCertContent } = await call('alipay.open.app.alipaycert.download', { alipayCertSn: sdk.config.alipayCertSn });
  return Buffer.from(alipayCertContent, 'base64').toString().trim() === question.config.alipayPublicCertContent.trim();
}

const answer = {
  scan: await scan(),
  page: await browse('alipay.trade.page.pay', 'FAST_INSTANT_TRADE_PAY'),
  wap: await browse('alipay.trade.wap.pay', 'QUICK_WAP_WAY'),
  app: await app(),
  settle: await settle(),
  giveUp: await giveUp(),
  sameCertificate: await download(),
};
listener.close();
listener.closeAllConnections();
process.stdout.write(JSON.stringify({ ...answer, notified }));
