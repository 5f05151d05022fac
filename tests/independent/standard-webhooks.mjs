// The Standard Webhooks project's own library as the receiver.
import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';

const { secret, headers, body } = JSON.parse(readFileSync(0, 'utf8'));

const answer = { accepted: false };
try {
  answer.payload = new Webhook(secret).verify(body, headers);
  answer.accepted = true;
} catch (error) {
  answer.reason = error.message;
}

process.stdout.write(JSON.stringify(answer));
