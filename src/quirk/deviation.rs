//! What was seen: departures from the specifications that are read anyway, and said.

crate::words::words! {
    /// One departure from the specification. Only what protects nobody is ever read leniently.
    Deviation
    /// The departures that one response showed.
    Deviations
    {
        /// The body opens with a byte order mark (RFC 8259 §8.1 forbids it).
        ByteOrderMark = "byte_order_mark",
        /// JSON, but another media type than `application/json` (RFC 6749 §5.1).
        ContentType = "content_type",
        /// `error` is an object, or there is no `error` but `message` or `error_code` in its place (RFC 6749 §5.2).
        ErrorShape = "error_shape",
        /// An error with a success status (RFC 6749 §5.2 asks for 400 or 401).
        ErrorStatus = "error_status",
        /// `expires_in` is not a number, but text that holds one, or has a fraction (RFC 6749 §5.1).
        ExpiresInType = "expires_in_type",
        /// The body is form-encoded, as drafts of OAuth 2.0 had it (RFC 6749 §5.1 asks for JSON).
        FormEncoded = "form_encoded",
        /// `token_type` is missing (RFC 6749 §5.1: REQUIRED); read as Bearer.
        MissingTokenType = "missing_token_type",
        /// The tokens stand one level down, in `authed_user` or `body`.
        NestedResponse = "nested_response",
        /// Scopes are separated by commas (RFC 6749 §3.3 asks for spaces).
        ScopeSeparator = "scope_separator",
        /// `scope` is a list (RFC 6749 §3.3 asks for text).
        ScopeType = "scope_type",
        /// Success with another status than 200 (RFC 6749 §5.1).
        SuccessStatus = "success_status",
        /// `token_type` is another word that means Bearer, such as `BearerToken`.
        TokenTypeAlias = "token_type_alias",
    }
}
