// The Standard Webhooks project's own library as the receiver.
import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';

const { secret, headers, body, now } = JSON.parse(readFileSync(0, 'utf8'));

// The library holds the message against the time of its sender's clock.
Date.now = () => Date.parse(now);

const answer = { accepted: false };
try {
  answer.payload = new Webhook(secret).verify(body, headers);
  answer.accepted = true;
} catch (error) {
  answer.reason = error.message;
}

process.stdout.write(JSON.stringify(answer));
