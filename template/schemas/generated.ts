// Generated from schemas/*.avsc by `npm run generate-types`: change the schema, not this file.

import type { RecordSchema } from '@ebb/streams';

/** What a customer spent on a day. */
export interface DailySpend {
  readonly customerId: string;
  /** Its start, UTC. */
  readonly day: number;
  readonly purchases: number;
  /** In minor units. */
  readonly spend: number;
  /** The watermark has passed the day's end and grace. */
  readonly complete: boolean;
}

/** What a customer spent on a day. */
export const dailySpendSchema: RecordSchema = {
  "type": "record",
  "name": "DailySpend",
  "namespace": "my.shop",
  "doc": "What a customer spent on a day.",
  "eventTime": "day",
  "fields": [
    {
      "name": "customerId",
      "type": "string"
    },
    {
      "name": "day",
      "type": {
        "type": "long",
        "logicalType": "timestamp-millis"
      },
      "doc": "Its start, UTC."
    },
    {
      "name": "purchases",
      "type": "long"
    },
    {
      "name": "spend",
      "type": "long",
      "doc": "In minor units."
    },
    {
      "name": "complete",
      "type": "boolean",
      "doc": "The watermark has passed the day's end and grace."
    }
  ]
};
