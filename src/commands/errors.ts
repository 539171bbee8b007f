/** Names that do not exist; the message lists those that do. */
export class UnknownTopicError extends Error {
  override readonly name = 'UnknownTopicError';
}
