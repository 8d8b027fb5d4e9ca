import type { _Record, StreamDescription } from '@aws-sdk/client-dynamodb-streams';
import { itemFrom } from '../values/item-text.ts';
import { keyElements } from '../tables/table-description.ts';
import { shownRecord } from './stream-record.ts';
import type { SequencedRecord } from './stream-rows.ts';
import { sequenceText, shardIdOf, streamArn, type TableStream } from './table-stream.ts';

export function describedStream(stream: TableStream): StreamDescription {
  const isOn = stream.disabledAtMs === undefined;
  return {
    StreamArn: streamArn(stream.table, stream.label),
    StreamLabel: stream.label,
    StreamStatus: isOn ? 'ENABLED' : 'DISABLED',
    StreamViewType: stream.viewType,
    CreationRequestDateTime: new Date(stream.createdAtMs),
    TableName: stream.table.name,
    KeySchema: keyElements(stream.key),
    Shards: [
      {
        ShardId: shardIdOf(stream),
        SequenceNumberRange: {
          StartingSequenceNumber: sequenceText(0),
          ...(!isOn && { EndingSequenceNumber: sequenceText(stream.lastSequence) }),
        },
      },
    ],
  };
}

/** In the types of the API: times as dates, binary values as bytes. */
export function sdkRecord(stream: TableStream, { sequence, record }: SequencedRecord): _Record {
  const shown = shownRecord(stream, sequence, record);
  const { userIdentity } = shown;
  const image = (value: unknown) => itemFrom(value) as NonNullable<_Record['dynamodb']>['Keys'];
  const { NewImage, OldImage, Keys, ...rest } = shown.dynamodb;
  return {
    ...shown,
    dynamodb: {
      ...rest,
      ApproximateCreationDateTime: new Date(rest.ApproximateCreationDateTime * 1000),
      Keys: image(Keys),
      ...(NewImage !== undefined && { NewImage: image(NewImage) }),
      ...(OldImage !== undefined && { OldImage: image(OldImage) }),
    },
    ...(userIdentity !== undefined && {
      userIdentity: { Type: userIdentity.type, PrincipalId: userIdentity.principalId },
    }),
  } as _Record;
}
