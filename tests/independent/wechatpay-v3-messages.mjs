// Two other implementations of WeChat Pay v3 as the other side: they seal and sign what we must accept and judge what we send.
import { readFileSync } from 'node:fs';
import { Aes, Formatter, Rsa } from 'wechatpay-axios-plugin';
import Pay from 'wechatpay-node-v3';

const question = JSON.parse(readFileSync(0, 'utf8'));

const pay = ({ certificate, privateKey, key }) =>
  new Pay({ appid: 'wx0000000000000001', mchid: '1900000001', serial_no: 'ABCD1234', publicKey: Buffer.from(certificate), privateKey: Buffer.from(privateKey), key });

const inOrder = header => header.split(/[ ,]/).sort().join();

const answers = {
  // One recomputes the signed text and verifies; the other signs the same text again: PKCS#1 v1.5 is deterministic.
  request({ method, pathAndQuery, body, authorization, publicKey, privateKey, certificate }) {
    const [, scheme, list] = authorization.match(/^(\S+) (.*)$/);
    const attributes = Object.fromEntries(list.split(',').map(pair => pair.match(/^([a-z_]+)="([^"]*)"$/).slice(1)));
    const { mchid, nonce_str, signature, timestamp, serial_no } = attributes;
    return {
      scheme,
      attributes,
      accepted: Rsa.verify(Formatter.request(method, pathAndQuery, timestamp, nonce_str, body), signature, publicKey),
      // Every attribute once, in any order.
      sameHeader: inOrder(Formatter.authorization(mchid, nonce_str, signature, timestamp, serial_no)) === inOrder(authorization),
      sameSignature: pay({ certificate, privateKey }).getSignature(method, nonce_str, timestamp, pathAndQuery, body || undefined) === signature,
    };
  },

  launch({ lines, signature, publicKey, privateKey, certificate }) {
    return {
      accepted: Rsa.verify(Formatter.joinedByLineFeed(...lines), signature, publicKey),
      sameSignature: pay({ certificate, privateKey }).sign([...lines, ''].join('\n')) === signature,
    };
  },

  // The content is sealed and the whole signed by one implementation; the other one opens it again.
  notification({ content, eventType = 'TRANSACTION.SUCCESS', originalType = 'transaction', associatedData, nonce, key, timestamp, signatureNonce, platformKey, certificate, privateKey }) {
    const ciphertext = Aes.AesGcm.encrypt(content, key, nonce, associatedData ?? '');
    const resource = { original_type: originalType, algorithm: 'AEAD_AES_256_GCM', ciphertext, nonce };
    if (associatedData !== null) resource.associated_data = associatedData;
    const body = JSON.stringify({
      id: 'EV-2018022511223320873', create_time: '2026-11-22T12:30:00+08:00', resource_type: 'encrypt-resource',
      event_type: eventType, summary: '支付成功', resource,
    });
    const opened = pay({ certificate, privateKey, key }).decipher_gcm(ciphertext, associatedData ?? '', nonce);
    return { body, signature: Rsa.sign(Formatter.response(timestamp, signatureNonce, body), platformKey), sameContent: JSON.stringify(opened) === JSON.stringify(JSON.parse(content)) };
  },

  // A bill, as one of them cuts it.
  bill({ text }) {
    return Formatter.castCsvBill(text);
  },

  // The list of platform certificates, sealed and signed.
  certificates({ certificates, key, timestamp, signatureNonce, platformKey }) {
    const body = JSON.stringify({
      data: certificates.map(({ serial_no, effective_time, expire_time, pem }, index) => {
        const nonce = `nonce-of12-${index}`;
        return {
          serial_no, effective_time, expire_time,
          encrypt_certificate: { algorithm: 'AEAD_AES_256_GCM', nonce, associated_data: 'certificate', ciphertext: Aes.AesGcm.encrypt(pem, key, nonce, 'certificate') },
        };
      }),
    });
    return { body, signature: Rsa.sign(Formatter.response(timestamp, signatureNonce, body), platformKey) };
  },

  // Judges a message and a list of certificates that the tests have made themselves.
  async message({ body, headers, list, key, certificate, privateKey }) {
    const other = pay({ certificate, privateKey, key });
    other.createHttp({ get: async () => ({ status: 200, data: JSON.parse(list) }) });
    return {
      accepted: await other.verifySign({
        timestamp: headers['Wechatpay-Timestamp'], nonce: headers['Wechatpay-Nonce'], body,
        serial: headers['Wechatpay-Serial'], signature: headers['Wechatpay-Signature'],
      }),
    };
  },
};

process.stdout.write(JSON.stringify(await answers[question.ask](question)));
