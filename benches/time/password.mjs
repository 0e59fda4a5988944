/** Secrets of nobody's, one for each of the libraries that seal, in the form that it wants. */
export const PASSWORD = "b7Zr1qk0Yc3nXw8tVd5mJh2sLg9pFa6e";
export const KEY = "zgI4Ao6L8JLheUcMW3sNNQpotgbdjFiT8V1QnLO-FOg";
export const JWE_KEY = "0q2n6mJ3uFjQy5xTg7Vb1Lr8kDd4Hh9sPaZcWwEeRtY";
