/** The parts of avsc that it does not declare. */
declare module 'avsc/lib/utils.js' {
  export const Tap: new (bytes: Buffer, pos: number) => import('./tap.ts').Tap;
}
