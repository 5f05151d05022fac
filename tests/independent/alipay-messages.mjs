// Alipay's own SDK for Node.js as the other side: it signs what we must accept and recomputes what we send.
import { createSign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { AlipaySdk } from 'alipay-sdk';

const question = JSON.parse(readFileSync(0, 'utf8'));

const answers = {
  // The rule for payment notifications (everything but sign and sign_type, sorted, raw), with the SDK judging the result.
  notification({ fields, alipayPrivateKey, alipayPublicKey, privateKey }) {
    const canonical = Object.keys(fields).sort().map(name => `${name}=${fields[name]}`).join('&');
    const sign = createSign('RSA-SHA256').update(canonical, 'utf8').sign(alipayPrivateKey, 'base64');
    const sdk = new AlipaySdk({ appId: fields.app_id, privateKey, keyType: 'PKCS8', alipayPublicKey });
    const message = { ...fields, sign_type: 'RSA2', sign };
    return { body: new URLSearchParams(message).toString(), accepted: sdk.checkNotifySignV2(message) };
  },

  // The SDK signs the same parameters at the same moment: PKCS#1 v1.5 is deterministic, so the signatures must be equal.
  resign({ parameters, privateKey, certificates }) {
    const sdk = new AlipaySdk({
      appId: parameters.app_id,
      privateKey,
      keyType: 'PKCS8',
      ...(certificates && {
        appCertContent: certificates.app,
        alipayPublicCertContent: certificates.alipay,
        alipayRootCertContent: certificates.root,
      }),
    });
    const { method, biz_content, notify_url, return_url, timestamp, format } = parameters;
    const sent = { timestamp, format, bizContent: JSON.parse(biz_content) };
    if (notify_url) sent.notifyUrl = notify_url;
    if (return_url) sent.returnUrl = return_url;
    const theirs = new URLSearchParams(sdk.sdkExecute(method, sent));
    return { parameters: Object.fromEntries(theirs) };
  },

  // The SDK judges an answer that the test has signed.
  response({ body, method, alipayPublicKey, privateKey }) {
    const sdk = new AlipaySdk({ appId: '1', privateKey, keyType: 'PKCS8', alipayPublicKey });
    try {
      sdk.checkResponseSign(body, `${method.replaceAll('.', '_')}_response`, JSON.parse(body).sign, '');
      return { accepted: true };
    } catch {
      return { accepted: false };
    }
  },
};

process.stdout.write(JSON.stringify(answers[question.ask](question)));
