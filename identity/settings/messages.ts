// Settings of one-time codes and of the gateways that take messages.
import { type ConfigTable, parseInteger, parseServiceUrl } from '../../common/env.ts';
import { parseOptional } from '../../common/setting-values.ts';

export const MESSAGE_ROWS = {
  otpSeconds: {
    name: 'XINJI_IDENTITY_OTP_SECONDS',
    manual: 'How long a one-time code that was sent by SMS or mail is good, in seconds.',
    example: '300',
    fallback: () => '300',
    parse: parseInteger(60, 900),
  },
  otpTries: {
    name: 'XINJI_IDENTITY_OTP_TRIES',
    manual: 'How often one such code may be tried.',
    example: '5',
    fallback: () => '5',
    parse: parseInteger(1, 10),
  },
  smsUrl: gateway('SMS', 'takes messages for phones'),
  mailUrl: gateway('MAIL', 'takes messages for mailboxes'),
} as const satisfies ConfigTable;

/** No address: the way is not offered in production, and in development the page /outbox shows the messages. */
function gateway(channel: 'SMS' | 'MAIL', what: string) {
  return {
    name: `XINJI_IDENTITY_${channel}_URL`,
    manual: `Address of the gateway that ${what}: POST with JSON {id, kind, to, text}. Unset: in development the page /outbox shows them, in production that way to log in is not offered.`,
    example: `https://${channel.toLowerCase()}.example.gov.cn/messages`,
    fallback: () => '',
    parse: parseOptional(parseServiceUrl),
  } as const;
}
