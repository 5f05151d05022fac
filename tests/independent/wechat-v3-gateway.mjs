// Two independent clients play a merchant of API v3 against a gateway. wechatpay-axios-plugin verifies every answer; both
// verify and decrypt the notifications; wechatpay-node-v3 fetches the certificates and signs the launches.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import axiosPlugin from 'wechatpay-axios-plugin';
import NodeV3 from 'wechatpay-node-v3';

const { Wechatpay, Rsa, Formatter, Aes: { AesGcm } } = axiosPlugin;
const question = JSON.parse(await text(process.stdin));
const { base, appid, mchid, serial, privateKey, apiV3Key, openid } = question;

// This client knows the real host only; the signature does not cover the host.
const node = new NodeV3({ appid, mchid, serial_no: serial, publicKey: Buffer.from('unused'), privateKey: Buffer.from(privateKey), key: apiV3Key });
const send = async (method, url, headers, params) => {
  const response = await fetch(url.replace('https://api.mch.weixin.qq.com', base), { method, headers, body: params && JSON.stringify(params) });
  const body = await response.text();
  return { status: response.status, data: body && JSON.parse(body), error: response.ok ? undefined : body };
};
node.createHttp({ get: (url, headers) => send('GET', url, headers), post: (url, params, headers) => send('POST', url, headers, params) });

const fetched = question.publicKey ? [] : await node.get_certificates(apiV3Key);
const certs = { ...Object.fromEntries(fetched.map((item) => [item.serial_no, item.publicKey])), ...question.publicKey };
const wxpay = new Wechatpay({ mchid, serial, privateKey, certs, baseURL: base });
if (question.publicKey) [wxpay.client.v3.defaults.headers['Wechatpay-Serial']] = Object.keys(question.publicKey);

const notified = [];
const listener = createServer(async (request, response) => {
  const body = await text(request);
  const header = (name) => request.headers[`wechatpay-${name}`];
  const signed = Formatter.response(header('timestamp'), header('nonce'), body);
  const { resource } = JSON.parse(body);
  const transaction = JSON.parse(AesGcm.decrypt(resource.ciphertext, apiV3Key, resource.nonce, resource.associated_data));
  notified.push({
    axios: Rsa.verify(signed, header('signature'), Rsa.from(certs[header('serial')], Rsa.KEY_TYPE_PUBLIC)),
    node: question.publicKey ? null : await node.verifySign({
      timestamp: header('timestamp'), nonce: header('nonce'), serial: header('serial'), signature: header('signature'), body,
    }),
    same: question.publicKey ? null : JSON.stringify(node.decipher_gcm(resource.ciphertext, resource.associated_data, resource.nonce)) === JSON.stringify(transaction),
    transaction,
  });
  response.writeHead(204).end();
  listener.emit('notified');
}).listen(0, '127.0.0.1');
await once(listener, 'listening');
const notify_url = `http://127.0.0.1:${listener.address().port}/notify`;

const terms = (out_trade_no, more) => ({ appid, mchid, description: '预订庭院客房 + 100%', out_trade_no, notify_url, amount: { total: 8866 }, ...more });
const order = async (product, out_trade_no, more) => (await wxpay.v3.pay.transactions[product].post(terms(out_trade_no, more))).data;
const query = async (out_trade_no) => (await wxpay.v3.pay.transactions.outTradeNo._out_trade_no_.get({ out_trade_no, params: { mchid } })).data;
const close = async (out_trade_no) => (await wxpay.v3.pay.transactions.outTradeNo._out_trade_no_.close.post({ mchid }, { out_trade_no })).status;
const codeOf = (work) => work.then(() => 'OK', (error) => error.response?.data?.code ?? error.message);

const native = await order('native', 'native|1*_-');
const before = await query('native|1*_-');
const arrival = once(listener, 'notified');
await fetch(`${base}/sandbox/trades/${encodeURIComponent('native|1*_-')}/pay`, { method: 'POST' });
await arrival;
const after = await query('native|1*_-');
const byId = (await wxpay.v3.pay.transactions.id._id_.get({ id: after.transaction_id, params: { mchid } })).data;
const h5 = await order('h5', 'h5-order', { scene_info: { payer_client_ip: '127.0.0.1', h5_info: { type: 'Wap' } } });

// A refund stays in process until the sandbox is told to end it; one client asks for it, the other asks about it.
const sandbox = (method, path, body) => fetch(`${base}/sandbox/${path}`, { method, body: body && JSON.stringify(body) });
await sandbox('PUT', 'faults', { trade: { refundOutcome: 'PROCESSING' }, weChatBill: { ready: true } });
const wanted = { out_trade_no: 'native|1*_-', out_refund_no: 'refund-1', reason: '客房 + 100%', notify_url, amount: { refund: 866, total: 8866, currency: 'CNY' } };
const refunded = (await wxpay.v3.refund.domestic.refunds.post(wanted)).data;
const otherTerms = await codeOf(wxpay.v3.refund.domestic.refunds.post({ ...wanted, amount: { ...wanted.amount, refund: 867 } }));
const told = once(listener, 'notified');
await sandbox('POST', 'wechat/refunds/refund-1/success');
await told;
const refundAsked = (await node.find_refunds('refund-1')).data;
const refundAgain = (await node.refunds(wanted)).data;
const refundUnknown = await codeOf(wxpay.v3.refund.domestic.refunds._out_refund_no_.get({ out_refund_no: 'refund-2' }));

// Today's bill, which the sandbox was told to have: one client asks, the other downloads and cuts.
const bill_date = new Date(Date.now() + 8 * 3600 * 1000).toISOString().slice(0, 10);
const bill = (await node.tradebill({ bill_date, bill_type: 'ALL', tar_type: 'GZIP' })).data;
const token = new URL(bill.download_url).searchParams.get('token');
const packed = (await wxpay.v3.billdownload.file.get({ params: { token }, responseType: 'arraybuffer' })).data;
const csv = gunzipSync(packed);

// This client signs what the page or the app hands to WeChat.
const jsapi = await node.transactions_jsapi(terms('jsapi-order', { payer: { openid } }));
const app = await node.transactions_app(terms('app-order'));

console.log(JSON.stringify({
  certificates: fetched.map((item) => item.serial_no),
  native, before, after, byId, h5, notified,
  jsapi, app,
  refunded, otherTerms, refundAsked, refundAgain, refundUnknown,
  hash: { said: bill.hash_value, found: createHash('sha1').update(csv).digest('hex') },
  bill: Formatter.castCsvBill(csv),
  paid: await codeOf(order('native', 'native|1*_-')),
  closePaid: await codeOf(close('native|1*_-')),
  closed: await close('h5-order'),
  closedState: (await query('h5-order')).trade_state,
  unknown: await codeOf(query('nobody-knows')),
}));
listener.close();
