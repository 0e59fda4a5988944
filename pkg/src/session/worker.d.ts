/** The Worker's script, to be served as it is: it exports nothing. */
export {};
