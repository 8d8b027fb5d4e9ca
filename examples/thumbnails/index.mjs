import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import photon from '@silvia-odwyer/photon-node';

const { PhotonImage, SamplingFilter, resize } = photon;
const LONGEST_SIDE = 128;

const s3 = new S3Client({ forcePathStyle: true });
// Whatever host the queue's URL has: functions reach the platform by their own.
const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });

export const handler = async ({ Records }) => {
  for (const { s3: event } of Records) await makeThumbnail(event);
};

async function makeThumbnail({ bucket, object }) {
  // Keys come as forms encode them.
  const key = decodeURIComponent(object.key.replaceAll('+', ' '));
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket.name, Key: key }));
  const image = PhotonImage.new_from_byteslice(await Body.transformToByteArray());
  const scale = Math.min(1, LONGEST_SIDE / Math.max(image.get_width(), image.get_height()));
  const [width, height] = [image.get_width(), image.get_height()].map(
    (side) => Math.round(side * scale) || 1,
  );
  const thumbnail = resize(image, width, height, SamplingFilter.Lanczos3);
  const target = `${key.replace(/\.\w+$/, '')}.jpg`;
  await s3.send(
    new PutObjectCommand({
      Bucket: process.env.THUMBNAILS,
      Key: target,
      Body: thumbnail.get_bytes_jpeg(80),
      ContentType: 'image/jpeg',
    }),
  );
  const record = { source: key, thumbnail: target, width, height, bytes: object.size };
  await sqs.send(
    new SendMessageCommand({ QueueUrl: process.env.QUEUE_URL, MessageBody: JSON.stringify(record) }),
  );
  console.log(`made ${target}, ${width} by ${height}`);
  // WebAssembly's memory is not collected.
  image.free();
  thumbnail.free();
}
