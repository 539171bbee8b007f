import { z } from 'zod';
import { EARLIEST, END } from '../../datasets/civil.ts';
import { type Event, eventSchema } from '../../schemas/generated.ts';
import { zodOfRecord } from './avro-zod.ts';

/** What only a source knows, and what we work out where it is not said. */
const canonical = zodOfRecord(eventSchema).omit({ file: true, row: true });
const text = z.string().refine((value) => value.isWellFormed(), { error: 'it has half of a surrogate pair' });

/** An event as programs post it: the canonical one (schemas/event.avsc), with what holds of it beyond its Avro types. */
export const postedEvent = canonical.extend({
  eventId: text.min(1).max(256).describe('The producer’s own. Posted again soon it is a repeat, and counts once.'),
  customerId: text.min(1).max(256).nullable().default(null).describe('null: anonymous.'),
  time: z
    .int()
    .min(EARLIEST)
    .max(END - 1)
    .describe('When it happened: ms since 1970, UTC, in the years 1 to 9999.'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .describe('ISO 4217.'),
  age: z.int().min(0).max(150).nullable().default(null),
  localDate: z.iso.date().nullable().default(null).describe('Of the shop. Absent: as its time zone has it.'),
  localHour: z.int().min(0).max(23).nullable().default(null).describe('Of the shop. Absent: as its time zone has it.'),
  dataset: text.max(256).nullable().default(null).describe('Absent: `posted`.'),
});

export type PostedEvent = Omit<Event, 'file' | 'row' | 'localDate' | 'localHour' | 'dataset'> & {
  readonly localDate: string | null;
  readonly localHour: number | null;
  readonly dataset: string | null;
};
