/** The Worker's script as text. The build writes it: see `worker/main.ts`. */
declare const script: string;
export default script;
