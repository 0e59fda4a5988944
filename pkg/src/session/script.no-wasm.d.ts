/** The Worker's script as text. With the module as plain JavaScript. */
declare const script: string;
export default script;
