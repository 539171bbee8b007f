/** Prose goes to stdout for people, and to stderr where stdout is for a program. */
export function sayer(json: boolean | undefined): (line: string) => void {
  return json === true ? (line) => console.error(line) : (line) => console.log(line);
}
