// Two independent implementations of API v2 play a merchant against the sandbox: tenpay orders, asks and launches,
// wechatpay-axios-plugin asks as well and closes, and both judge every notification. Each asks for a refund over mutual TLS,
// with the .p12 file as WeChat Pay hands it out. The script is also the shopper, with nothing but the pages.
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

const require = createRequire(import.meta.url);
const Tenpay = require('tenpay');
const { Aes, Decorator, Hash, Transformer } = require('wechatpay-axios-plugin');

const question = JSON.parse(await text(process.stdin));
const { gateway, refundGateway, appid, mchid, key, run, signType } = question;
const pfx = Buffer.from(question.p12, 'base64');

const notified = [];
const refunded = [];
const listener = createServer(async (request, response) => {
  const xml = await text(request);
  if (xml.includes('<req_info>')) {
    const other = await tenpayClient._parse(xml, 'middleware_refund').then((message) => message.req_info, (error) => ({ error: error.message }));
    const opened = Aes.AesEcb.decrypt(Transformer.toObject(xml).req_info, Hash.md5(key));
    refunded.push({ tenpay: other, axios: opened });
    response.end('<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>');
    listener.emit('refunded');
    return;
  }
  let tenpay = true;
  await tenpayClient._parse(xml, 'middleware_pay', signType).catch((error) => { tenpay = error.message; });
  const fields = Transformer.toObject(xml);
  const axios = Hash.sign(signType, fields, key) === fields.sign;
  notified.push({ contentType: request.headers['content-type'], fields, tenpay, axios });
  response.end('<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>');
  listener.emit('notified');
}).listen(0, '127.0.0.1');
await once(listener, 'listening');

const tenpayClient = new Tenpay({
  appid, mchid, partnerKey: key, pfx, notify_url: `http://127.0.0.1:${listener.address().port}/notify`, spbill_create_ip: '203.0.113.9',
});
for (const [name, url] of Object.entries(tenpayClient.urls)) {
  tenpayClient.urls[name] = url.replace('https://api.mch.weixin.qq.com', name === 'refund' ? refundGateway : gateway);
}
const axios = Decorator.xmlBased({ mchid, secret: key, baseURL: `${gateway}/` });

const certified = Decorator.xmlBased({ mchid, secret: key, merchant: { pfx, passphrase: mchid }, baseURL: `${refundGateway}/` });

const order = (tradeType, more = {}) => ({
  body: '预订庭院客房订单 & <test>', attach: 'a=b ]]> c', out_trade_no: `${tradeType}${signType.slice(0, 4)}${run}`.replace('-', ''),
  total_fee: '36800', trade_type: tradeType, sign_type: signType, ...more,
});
const stateOf = async (out_trade_no) => (await tenpayClient.orderQuery({ out_trade_no, sign_type: signType })).trade_state;
const viaAxios = (path, fields) => axios.post(path, { appid, mch_id: mchid, sign_type: signType, ...fields })
  .then(({ data }) => data, (error) => ({ refused: error.code, err_code: error.response?.data?.err_code, return_msg: error.response?.data?.return_msg }));

const unescape = (html) => html.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');
const wechat = { 'user-agent': 'Mozilla/5.0 MicroMessenger/8.0.60' };

async function open(url, headers = {}) {
  const response = await fetch(url, { headers, redirect: 'manual' });
  return { url, status: response.status, location: response.headers.get('location'), html: await response.text() };
}
/** Presses one of the two buttons of a cashier, as a browser without JavaScript would. */
async function press(page, answer, headers = {}) {
  const form = page.html.match(/<form method="post" action="([^"]+)">\s*<button id="pay"/);
  if (!form) throw new Error(`no cashier at ${page.url}: ${page.html}`);
  const body = new URLSearchParams({ answer });
  const response = await fetch(new URL(unescape(form[1]), page.url), { method: 'POST', body, headers, redirect: 'manual' });
  return { status: response.status, location: response.headers.get('location'), html: await response.text() };
}
async function payAt(page, headers) {
  const arrival = once(listener, 'notified');
  const result = await press(page, 'pay', headers);
  if (result.status !== 303 && !result.html.includes('支付成功')) throw new Error(`not paid: ${result.html}`);
  await arrival;
  return result;
}

/** Ordered, looked at, scanned and paid; then looked at by the other client. */
async function scan() {
  const wanted = order('NATIVE', { product_id: 'room-1' });
  const created = await tenpayClient.unifiedOrder(wanted);
  const before = await stateOf(wanted.out_trade_no);
  const phone = await open(`${gateway}/wechat/scan?code_url=${encodeURIComponent(created.code_url)}`);
  await payAt(await open(new URL(phone.location, gateway)));
  const paid = await viaAxios('pay/orderquery', { out_trade_no: wanted.out_trade_no });
  const byNumber = await viaAxios('pay/orderquery', { transaction_id: paid.transaction_id });
  const again = await tenpayClient.unifiedOrder(wanted).catch((error) => error.message);
  const closed = await viaAxios('pay/closeorder', { out_trade_no: wanted.out_trade_no });
  return { created, before, paid, byNumber: byNumber.out_trade_no, again, closed: closed.err_code };
}

/** tenpay signs the launch parameters, the sandbox's JSAPI cashier judges them. */
async function jsapi() {
  const wanted = order('JSAPI', { openid: question.openid });
  const { timestamp, ...launch } = await tenpayClient.getPayParams(wanted);
  const query = new URLSearchParams({ ...launch, page: question.page, session: 's1' });
  const forged = await open(`${gateway}/wechat/jsapi?${new URLSearchParams({ ...Object.fromEntries(query), nonceStr: 'other' })}`, wechat);
  const result = await payAt(await open(`${gateway}/wechat/jsapi?${query}`, wechat), wechat);
  return { forged: forged.html, result: result.html, state: await stateOf(wanted.out_trade_no) };
}

async function app() {
  const wanted = order('APP');
  const launch = await tenpayClient.getAppParams(wanted);
  const forged = await open(`${gateway}/wechat/app?${new URLSearchParams({ ...launch, noncestr: 'other' })}`);
  const result = await payAt(await open(`${gateway}/wechat/app?${new URLSearchParams(launch)}`));
  return { forged: forged.html, result: result.html, state: await stateOf(wanted.out_trade_no) };
}

async function h5() {
  const scene = JSON.stringify({ h5_info: { type: 'Wap', wap_url: question.page, wap_name: '民宿' } });
  const wanted = order('MWEB', { scene_info: scene });
  const { mweb_url } = await tenpayClient.unifiedOrder(wanted);
  const gate = await open(`${mweb_url}&redirect_url=${encodeURIComponent(question.page)}`, { referer: question.page });
  const cashier = await open(new URL(gate.location, gateway));
  const left = await press(cashier, 'cancel');
  const result = await payAt(cashier);
  return { left: left.location, paid: result.location, state: await stateOf(wanted.out_trade_no) };
}

/** Two payments are given back, one by each client; without the certificate nothing is. */
async function refund() {
  const [first, second] = ['NATIVE', 'JSAPI'].map((type) => order(type).out_trade_no);
  const terms = (number, fen) => ({ out_trade_no: number, out_refund_no: `R${number}`, total_fee: '36800', refund_fee: fen, sign_type: signType, notify_url: `http://127.0.0.1:${listener.address().port}/notify` });
  const bareClient = new Tenpay({ appid, mchid, partnerKey: key });
  bareClient.urls.refund = tenpayClient.urls.refund;
  const bare = await bareClient.refund(terms(first, '1')).then(() => 'accepted', () => 'refused');
  let arrival = once(listener, 'refunded');
  const byTenpay = await tenpayClient.refund(terms(first, '800'));
  await arrival;
  arrival = once(listener, 'refunded');
  const { data: byAxios } = await certified.post('secapi/pay/refund', { appid, mch_id: mchid, ...terms(second, '36800') }, { security: true });
  await arrival;
  const told = await tenpayClient.refundQuery({ out_refund_no: byAxios.out_refund_no, sign_type: signType });
  const again = await viaAxios('pay/refundquery', { out_trade_no: first });
  return { bare, byTenpay, byAxios, told, again };
}

async function wrongKey() {
  const stranger = Decorator.xmlBased({ mchid, secret: 'x'.repeat(32), baseURL: `${gateway}/` });
  return stranger.post('pay/orderquery', { appid, mch_id: mchid, sign_type: signType, out_trade_no: 'nobody' })
    .then(() => 'accepted', (error) => error.response.data);
}

const answer = { scan: await scan(), jsapi: await jsapi(), app: await app(), h5: await h5(), refund: await refund(), wrongKey: await wrongKey() };
listener.close();
listener.closeAllConnections();
process.stdout.write(JSON.stringify({ ...answer, notified, refunded }));
