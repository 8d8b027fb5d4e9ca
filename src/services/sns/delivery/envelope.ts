import type { QueueMessageAttribute } from '../../../model/queue-ports.ts';
import type { ConfirmationRequest, MessageNotification, Notification } from './notification.ts';
import type { NotificationSigner } from './signer.ts';

interface ShownAttribute {
  readonly Type: string;
  readonly Value: string;
}

interface Signed {
  readonly signature: string;
  readonly certificateUrl: string;
}

/** The text whose signature subscribers check: names and values, a line each, in this order. */
export function textToSign(notification: Notification): string {
  const fields: readonly (readonly [string, string | undefined])[] =
    notification.kind === 'message'
      ? [
          ['Message', notification.message],
          ['MessageId', notification.messageId],
          ['Subject', notification.subject],
          ['Timestamp', notification.timestamp],
          ['TopicArn', notification.topicArn],
          ['Type', 'Notification'],
        ]
      : [
          ['Message', confirmationText(notification)],
          ['MessageId', notification.messageId],
          ['SubscribeURL', subscribeUrl(notification)],
          ['Timestamp', notification.timestamp],
          ['Token', notification.token],
          ['TopicArn', notification.topicArn],
          ['Type', 'SubscriptionConfirmation'],
        ];
  return fields
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}\n${value}\n`)
    .join('');
}

/** What queues and web endpoints get of a message, unless they asked for the message alone. */
export async function messageEnvelope(
  notification: MessageNotification,
  signer: NotificationSigner,
): Promise<string> {
  const { subject, sequenceNumber, attributes } = notification;
  const isFifo = sequenceNumber !== undefined;
  const signed = isFifo ? undefined : await signedBy(signer, notification);
  return pretty({
    Type: 'Notification',
    MessageId: notification.messageId,
    ...(isFifo && { SequenceNumber: sequenceNumber }),
    TopicArn: notification.topicArn,
    ...(subject !== undefined && { Subject: subject }),
    Message: notification.message,
    Timestamp: notification.timestamp,
    ...(signed && {
      SignatureVersion: notification.signatureVersion,
      Signature: signed.signature,
      SigningCertURL: signed.certificateUrl,
    }),
    UnsubscribeURL: unsubscribeUrl(notification),
    ...(Object.keys(attributes).length > 0 && { MessageAttributes: shown(attributes) }),
  });
}

export async function confirmationEnvelope(
  notification: ConfirmationRequest,
  signer: NotificationSigner,
): Promise<string> {
  const { signature, certificateUrl } = await signedBy(signer, notification);
  return pretty({
    Type: 'SubscriptionConfirmation',
    MessageId: notification.messageId,
    Token: notification.token,
    TopicArn: notification.topicArn,
    Message: confirmationText(notification),
    SubscribeURL: subscribeUrl(notification),
    Timestamp: notification.timestamp,
    SignatureVersion: notification.signatureVersion,
    Signature: signature,
    SigningCertURL: certificateUrl,
  });
}

/** The event of a function. */
export async function functionEvent(
  notification: MessageNotification,
  signer: NotificationSigner,
): Promise<string> {
  const { signature, certificateUrl } = await signedBy(signer, notification);
  return JSON.stringify({
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: notification.subscriptionArn,
        Sns: {
          Type: 'Notification',
          MessageId: notification.messageId,
          TopicArn: notification.topicArn,
          Subject: notification.subject ?? null,
          Message: notification.message,
          Timestamp: notification.timestamp,
          SignatureVersion: notification.signatureVersion,
          Signature: signature,
          SigningCertUrl: certificateUrl,
          UnsubscribeUrl: unsubscribeUrl(notification),
          MessageAttributes: shown(notification.attributes),
        },
      },
    ],
  });
}

async function signedBy(signer: NotificationSigner, notification: Notification): Promise<Signed> {
  const signature = await signer.sign(textToSign(notification), notification.signatureVersion);
  return { signature, certificateUrl: `${notification.origin}${await signer.certificatePath()}` };
}

function confirmationText({ topicArn }: ConfirmationRequest): string {
  return `You have chosen to subscribe to the topic ${topicArn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`;
}

function subscribeUrl({ origin, topicArn, token }: ConfirmationRequest): string {
  return `${origin}/?Action=ConfirmSubscription&Version=2010-03-31&TopicArn=${topicArn}&Token=${token}`;
}

function unsubscribeUrl({ origin, subscriptionArn }: MessageNotification): string {
  return `${origin}/?Action=Unsubscribe&Version=2010-03-31&SubscriptionArn=${subscriptionArn}`;
}

function shown(
  attributes: Readonly<Record<string, QueueMessageAttribute>>,
): Readonly<Record<string, ShownAttribute>> {
  const entries = Object.entries(attributes).map(([name, attribute]): [string, ShownAttribute] => [
    name,
    {
      Type: attribute.dataType,
      Value: 'binaryValue' in attribute ? attribute.binaryValue : attribute.stringValue,
    },
  ]);
  return Object.fromEntries(entries);
}

/** One member a line, with spaces around the colons, as SNS writes it. */
function pretty(object: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(object).map(([name, value]) => {
    const text =
      typeof value === 'object'
        ? prettyAttributes(value as Readonly<Record<string, ShownAttribute>>)
        : JSON.stringify(value);
    return `  ${JSON.stringify(name)} : ${text}`;
  });
  return `{\n${lines.join(',\n')}\n}`;
}

function prettyAttributes(attributes: Readonly<Record<string, ShownAttribute>>): string {
  const lines = Object.entries(attributes).map(
    ([name, { Type, Value }]) =>
      `    ${JSON.stringify(name)} : {"Type":${JSON.stringify(Type)},"Value":${JSON.stringify(Value)}}`,
  );
  return `{\n${lines.join(',\n')}\n  }`;
}
