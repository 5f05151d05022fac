// Two implementations of WeChat Pay's API v2 by other people as the other side: they sign what we must accept and
// check what we send. Their quirks: wechatpay-axios-plugin guesses the algorithm of an answer from the signature's length, and
// puts into CDATA only what needs it; tenpay takes MD5 unless a message names its sign_type, trims values, and its launch
// inside WeChat adds a lower-case timestamp that is not signed.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { Aes, Hash, Transformer } = require('wechatpay-axios-plugin');
const Tenpay = require('tenpay');
const tenpayUtil = require('tenpay/lib/util.js');

const question = JSON.parse(readFileSync(0, 'utf8'));
const tenpay = ({ fields, appid, mchid, key }) => Tenpay.init({ appid: appid ?? fields.appid, mchid: mchid ?? fields.mch_id, partnerKey: key });

const answers = {
  // Both read the XML that we send and sign what they read.
  async request({ xml, type, key }) {
    const axios = Transformer.toObject.call({}, xml);
    const other = await tenpayUtil.parseXML(xml);
    return {
      axios: { fields: axios, sign: Hash.sign(type, axios, key) },
      tenpay: { fields: other, sign: tenpay({ fields: other, key })._getSign(other, type) },
    };
  },

  // Both sign the parameters of a launch; the signature itself is not among them.
  async launch({ fields, type, key }) {
    return { axios: Hash.sign(type, fields, key), tenpay: tenpay({ fields, appid: 'a', mchid: 'm', key })._getSign(fields, type) };
  },

  // Both write and sign a message of WeChat Pay.
  async message({ fields, type, key }) {
    const axios = { ...fields, sign: Hash.sign(type, fields, key) };
    const other = { ...fields, sign: tenpay({ fields, key })._getSign(fields, type) };
    return { axios: Transformer.toXml.call({}, axios), tenpay: tenpayUtil.buildXML(other) };
  },

  // Both judge an answer or a notification as their users' servers do.
  async judge({ xml, type, key, appid, mchid, kind }) {
    const transformer = new Transformer(mchid, Hash.keyObjectFrom(key));
    let axios;
    try {
      const read = Transformer.toObject.call({}, xml);
      axios = transformer.verifier.call({ url: '/pay/orderquery' }, read, {}, 200) === read;
    } catch {
      axios = false;
    }
    const other = tenpay({ appid, mchid, key });
    const accepted = await other._parse(xml, kind, type).then(() => true, () => false);
    return { axios, tenpay: accepted };
  },

  // axios seals what a notification of a refund says.
  async seal({ fields, key, appid, mchid }) {
    const req_info = Aes.AesEcb.encrypt(tenpayUtil.buildXML(fields, 'root'), Hash.md5(key));
    return { xml: tenpayUtil.buildXML({ return_code: 'SUCCESS', appid, mch_id: mchid, nonce_str: 'n', req_info }) };
  },

  // Both open what the tests have sealed.
  async open({ xml, key, appid, mchid }) {
    const { req_info } = Transformer.toObject.call({}, xml);
    const other = await tenpay({ appid, mchid, key })._parse(xml, 'middleware_refund');
    return { axios: await tenpayUtil.parseXML(Aes.AesEcb.decrypt(req_info, Hash.md5(key))), tenpay: other.req_info };
  },

  // Both read our acknowledgement.
  async reply({ xml }) {
    return { axios: Transformer.toObject.call({}, xml), tenpay: await tenpayUtil.parseXML(xml) };
  },
};

process.stdout.write(JSON.stringify(await answers[question.ask](question)));
