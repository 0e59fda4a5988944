/** What the requests of a script of the application say of themselves. */
export const PAGE = {
  accept: "application/json", "accept-encoding": "identity", "accept-language": "en", "user-agent": "Mozilla/5.0 (bench)",
  "x-csrf": "1", "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty",
};
