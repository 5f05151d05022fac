// Alipay's legacy gateway on Node's own cryptography and the platform's own GBK (the one that browsers have), written from the protocol. No
// maintained package speaks it any more.
import { createHash, createSign, createVerify } from 'node:crypto';
import { readFileSync } from 'node:fs';

const question = JSON.parse(readFileSync(0, 'utf8'));

// The platform decodes GBK and does not encode it; turning its table around gives the other direction. A browser's form uses the same table.
const gbkDecoder = new TextDecoder('gbk', { fatal: true });
const gbkTable = new Map();
for (let lead = 0x81; lead <= 0xfe; lead++) {
  for (let trail = 0x40; trail <= 0xfe; trail++) {
    try {
      const character = gbkDecoder.decode(Uint8Array.of(lead, trail));
      if (character.length === 1 && !gbkTable.has(character)) gbkTable.set(character, [lead, trail]);
    } catch {
      // No character has these bytes.
    }
  }
}

function encode(text, charset) {
  if (charset !== 'gbk') return Buffer.from(text, 'utf8');
  return Buffer.from([...text].flatMap(character => {
    if (character.codePointAt(0) < 0x80) return [character.codePointAt(0)];
    if (!gbkTable.has(character)) throw new Error(`GBK has no ${character}.`);
    return gbkTable.get(character);
  }));
}

const decode = (bytes, charset) => new TextDecoder(charset, { fatal: true }).decode(bytes);

// As an HTML form does it: byte by byte.
const percentEncode = bytes => [...bytes].map(byte =>
  /[A-Za-z0-9*\-._]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : byte === 0x20 ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');

const percentDecode = text => Buffer.from(text.replaceAll('+', ' ').replace(/%([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))), 'latin1');

const form = (fields, charset) => Object.entries(fields).map(([name, value]) => `${name}=${percentEncode(encode(value, charset))}`).join('&');

const canonical = (fields, charset) => encode(
  Object.keys(fields).filter(name => name !== 'sign' && name !== 'sign_type' && fields[name] !== '').sort().map(name => `${name}=${fields[name]}`).join('&'),
  charset);

const sign = (bytes, { type, md5Key, privateKey }) => type === 'MD5'
  ? createHash('md5').update(bytes).update(md5Key, 'ascii').digest('hex')
  : createSign('RSA-SHA1').update(bytes).sign(privateKey, 'base64');

const escapeXml = text => text.replace(/[<>&'"]/g, character => `&#${character.charCodeAt(0)};`);

const answers = {
  // Alipay notifies: signs and sends.
  notification({ fields, charset, ...keys }) {
    return { body: form({ ...fields, sign: sign(canonical(fields, charset), keys), sign_type: keys.type }, charset) };
  },

  // Alipay receives a form or an address: the browser's bytes are decoded once and the signature made or checked anew.
  request({ query, fields, charset, type, md5Key, publicKey }) {
    const sent = [query, form(fields, charset)].filter(part => part !== '').join('&');
    const received = Object.fromEntries(sent.split('&').map(pair => pair.split('=', 2)).map(([name, value]) => [name, decode(percentDecode(value), charset)]));
    const bytes = canonical(received, charset);
    const accepted = type === 'MD5'
      ? sign(bytes, { type, md5Key }) === received.sign
      : createVerify('RSA-SHA1').update(bytes).verify(publicKey, received.sign, 'base64');
    return { received, accepted };
  },

  // Alipay answers single_trade_query; the bytes go back in Base64.
  trade({ fields, charset, ...keys }) {
    const trade = Object.entries(fields).map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`).join('');
    const xml = `<?xml version="1.0" encoding="${charset.toUpperCase()}"?>\n<alipay><is_success>T</is_success><response><trade>${trade}</trade></response>`
      + `<sign>${sign(canonical(fields, charset), keys)}</sign><sign_type>${keys.type}</sign_type></alipay>`;
    return { xml: encode(xml, charset).toString('base64') };
  },

  // What GBK bytes mean to a browser, and what it would make of their text.
  alphabet({ bytes }) {
    const text = decode(Buffer.from(bytes, 'base64'), 'gbk');
    return { text, again: encode(text, 'gbk').toString('base64') };
  },
};

process.stdout.write(JSON.stringify(answers[question.ask](question)));
