//! JSON: [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259.html), read strictly and within bounds.
//!
//! A reader of our own, because the ones at hand keep the last of two members of one name, which lets two readers of one token see two tokens,
//! and because they bring number parsing and formatting along that nobody here needs. Here a repeated name is refused, nesting is bounded, a lone
//! surrogate is refused, and the same bytes give the same answer natively and in wasm. `serde_json` is the other opinion in the tests.
//!
//! A document is checked once, whole. After that a [`Raw`] is a slice of it that is known to be one JSON value, so members
//! that nobody judges are handed on as they came, digits and all.

use alloc::{borrow::Cow, string::String, vec::Vec};

use crate::{
    limits,
    secret::opaque,
    text::{cut, has, hex, integer},
};

/// Text that is known to be one JSON value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Raw<'a>(&'a str);

/// An object: its members in their order, each name once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object<'a>(Vec<(Cow<'a, str>, Raw<'a>)>);

opaque!(Raw<'_>, Writer);

impl<'a> Raw<'a> {
    /// Checks a whole document: one value and nothing after it.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut scanner = Scanner::new(text);
        scanner.skip_space();
        let value = scanner.value(0)?;
        scanner.ends_here().then_some(value)
    }

    /// The text as it was written.
    pub fn as_str(self) -> &'a str {
        self.0
    }

    /// The text of a string, escapes resolved.
    pub fn string(self) -> Option<Cow<'a, str>> {
        let inner = self.0.strip_prefix("\"")?.strip_suffix("\"")?;
        if has(inner, b"\\") { unescape(inner).map(Cow::Owned) } else { Some(Cow::Borrowed(inner)) }
    }

    /// `true` or `false`.
    pub fn boolean(self) -> Option<bool> {
        match self.0 {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// Whether it is `null`.
    pub fn is_null(self) -> bool {
        self.0 == "null"
    }

    /// A number, its fraction cut off: times may have one, RFC 7519 §2. Numbers with an exponent or beyond 63 bits are not times.
    pub fn integer(self) -> Option<i64> {
        if has(self.0, b"eE") { None } else { integer(cut(self.0, b'.').0) }
    }

    /// Whether it is a number.
    pub fn is_number(self) -> bool {
        matches!(self.0.as_bytes(), [b'-' | b'0'..=b'9', ..])
    }

    /// The items of an array.
    pub fn array(self) -> Option<Vec<Raw<'a>>> {
        let mut scanner = Scanner::new(self.0);
        let mut items = Vec::new();
        scanner.take(b'[')?;
        while scanner.another(items.is_empty(), b']')? {
            items.push(scanner.known()?);
        }
        Some(items)
    }

    /// The items of an array of texts.
    pub fn texts(self) -> Option<Vec<String>> {
        self.array()?.into_iter().map(|item| item.string().map(Into::into)).collect()
    }

    /// The members of an object.
    pub fn object(self) -> Option<Object<'a>> {
        Scanner::new(self.0).object(None)
    }
}

impl<'a> Object<'a> {
    /// Reads a document that must be an object.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut scanner = Scanner::new(text);
        scanner.skip_space();
        let object = scanner.object(Some(1))?;
        scanner.ends_here().then_some(object)
    }

    /// A member's value; `None` where it is missing or `null`, which OAuth's servers use alike.
    pub fn get(&self, name: &str) -> Option<Raw<'a>> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| *value).filter(|value| !value.is_null())
    }

    /// A member's text, where it is one.
    pub fn string(&self, name: &str) -> Option<Cow<'a, str>> {
        self.get(name)?.string()
    }

    /// A member's text, where it is one and not empty.
    pub fn filled(&self, name: &str) -> Option<String> {
        self.text(name).filter(|text| !text.is_empty())
    }

    /// A member's text, to be kept.
    #[inline(never)]
    pub fn text(&self, name: &str) -> Option<String> {
        self.string(name).map(Cow::into_owned)
    }

    /// All members.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Raw<'a>)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), *value))
    }
}

/// Reads values off a text, byte by byte.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The byte that stands there. Asked for each byte, hence inlined also where size comes first.
    #[inline(always)]
    fn next(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Goes on by one. What stands there was looked at, so the text is longer.
    #[inline(always)]
    fn advance(&mut self) {
        self.at = self.at.wrapping_add(1);
    }

    /// Takes one byte, which must be this one.
    fn take(&mut self, byte: u8) -> Option<()> {
        if self.next()? != byte {
            return None;
        }
        self.advance();
        Some(())
    }

    fn skip_space(&mut self) {
        while matches!(self.next(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.advance();
        }
    }

    /// Whether nothing but space is left.
    fn ends_here(mut self) -> bool {
        self.skip_space();
        self.next().is_none()
    }

    /// What was taken since then.
    fn since(&self, start: usize) -> Option<Raw<'a>> {
        self.text.get(start..self.at).map(Raw)
    }

    fn value(&mut self, depth: usize) -> Option<Raw<'a>> {
        let start = self.at;
        let deeper = depth.checked_add(1).filter(|deeper| *deeper <= limits::JSON_DEPTH)?;
        match self.next()? {
            // With each name once, at any depth: two readers of one token must not see two tokens.
            b'{' => self.object(Some(deeper)).map(|_| ())?,
            b'[' => {
                self.advance();
                let mut first = true;
                while self.another(first, b']')? {
                    self.value(deeper)?;
                    first = false;
                }
            }
            b'"' => self.string()?,
            b't' => self.word("true")?,
            b'f' => self.word("false")?,
            b'n' => self.word("null")?,
            _ => self.number()?,
        }
        self.since(start)
    }

    fn word(&mut self, word: &str) -> Option<()> {
        word.bytes().try_for_each(|byte| self.take(byte))
    }

    /// Goes on to the next item between two brackets, behind a comma unless it is the first. Tells whether there is one.
    fn another(&mut self, first: bool, close: u8) -> Option<bool> {
        self.skip_space();
        if self.take(close).is_some() {
            return Some(false);
        }
        if !first {
            self.take(b',')?;
            self.skip_space();
        }
        Some(true)
    }

    /// The members of an object: checked, with this depth for their values, or known to be right.
    fn object(&mut self, depth: Option<usize>) -> Option<Object<'a>> {
        let mut members: Vec<(Cow<'a, str>, Raw<'a>)> = Vec::new();
        self.take(b'{')?;
        while self.another(members.is_empty(), b'}')? {
            let name = self.name()?.string()?;
            if members.len() == limits::JSON_MEMBERS || members.iter().any(|(other, _)| *other == name) {
                return None;
            }
            let value = match depth {
                Some(depth) => self.value(depth)?,
                None => self.known()?,
            };
            members.push((name, value));
        }
        Some(Object(members))
    }

    /// A member's name, and what stands between it and its value.
    fn name(&mut self) -> Option<Raw<'a>> {
        let start = self.at;
        self.string()?;
        let name = self.since(start)?;
        self.skip_space();
        self.take(b':')?;
        self.skip_space();
        Some(name)
    }

    /// A value inside of one that was checked before: to find its end, brackets are counted.
    fn known(&mut self) -> Option<Raw<'a>> {
        let start = self.at;
        let mut open: usize = 0;
        while let Some(byte) = self.next() {
            match byte {
                b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r' if open == 0 => break,
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'[' | b'{' => open = open.wrapping_add(1),
                b']' | b'}' => open = open.wrapping_sub(1),
                _ => {}
            }
            self.advance();
        }
        self.since(start)
    }

    /// A string, checked to its end: no control characters, known escapes, whole surrogate pairs.
    fn string(&mut self) -> Option<()> {
        self.take(b'"')?;
        loop {
            let rest = self.text.as_bytes().get(self.at..)?;
            let plain = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))?;
            self.at = self.at.wrapping_add(plain);
            if self.take(b'"').is_some() {
                return Some(());
            }
            let mut rest = self.text.get(self.at..)?;
            escape(&mut rest)?;
            self.at = self.text.len().checked_sub(rest.len())?;
        }
    }

    fn number(&mut self) -> Option<()> {
        self.take(b'-');
        if self.take(b'0').is_none() {
            self.digits()?;
        }
        if self.take(b'.').is_some() {
            self.digits()?;
        }
        if self.take(b'e').or_else(|| self.take(b'E')).is_some() {
            if self.take(b'+').is_none() {
                self.take(b'-');
            }
            self.digits()?;
        }
        Some(())
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.next().is_some_and(|byte| byte.is_ascii_digit()) {
            self.advance();
        }
        (self.at > start).then_some(())
    }
}

/// Takes one escape off the front, `\` included, and tells which character it stands for.
pub(super) fn escape(rest: &mut &str) -> Option<char> {
    let [b'\\', kind, digits @ ..] = rest.as_bytes() else { return None };
    let mut length = 2;
    let found = match *kind {
        plain @ (b'"' | b'\\' | b'/') => char::from(plain),
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            let first = hex(digits, 4)?;
            length = 6;
            match char::from_u32(first) {
                Some(found) => found,
                None => {
                    let second = hex(digits.get(4..)?.strip_prefix(b"\\u")?, 4)?;
                    length = 12;
                    pair(first.wrapping_sub(0xd800), second.wrapping_sub(0xdc00))?
                }
            }
        }
        _ => return None,
    };
    *rest = rest.get(length..)?;
    Some(found)
}

/// The character of a surrogate pair, by what its halves are above the least: [RFC 8259 §7](https://www.rfc-editor.org/rfc/rfc8259.html#section-7).
fn pair(high: u32, low: u32) -> Option<char> {
    if high < 0x400 && low < 0x400 { char::from_u32(high.wrapping_shl(10).wrapping_add(low).wrapping_add(0x10000)) } else { None }
}

fn unescape(inner: &str) -> Option<String> {
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.bytes().position(|byte| byte == b'\\') {
        let (plain, escaped) = rest.split_at_checked(at)?;
        text.push_str(plain);
        rest = escaped;
        text.push(escape(&mut rest)?);
    }
    text.push_str(rest);
    Some(text)
}

/// Writes one object, member by member.
pub struct Writer(String);

impl Default for Writer {
    fn default() -> Self {
        Self(String::from("{"))
    }
}

impl Writer {
    /// A member whose value is JSON already.
    pub fn raw(&mut self, name: &str, value: &str) -> &mut Self {
        self.name(name).push_str(value);
        self
    }

    /// A member that is text.
    pub fn string(&mut self, name: &str, value: &str) -> &mut Self {
        quote(self.name(name), value);
        self
    }

    /// A member that is text, where there is one.
    pub fn optional(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        match value {
            Some(value) => self.string(name, value),
            None => self,
        }
    }

    /// A member that is a whole number.
    pub fn integer(&mut self, name: &str, value: i64) -> &mut Self {
        push_integer(self.name(name), value);
        self
    }

    /// A member that is `true` or `false`.
    pub fn boolean(&mut self, name: &str, value: bool) -> &mut Self {
        self.raw(name, if value { "true" } else { "false" })
    }

    /// A member that is a list of texts.
    pub fn list<'a>(&mut self, name: &str, items: impl Iterator<Item = &'a str>) -> &mut Self {
        let json = self.name(name);
        let mut before = '[';
        for item in items {
            json.push(before);
            quote(json, item);
            before = ',';
        }
        json.push_str(if before == '[' { "[]" } else { "]" });
        self
    }

    /// Goes on to the value of the next member.
    fn name(&mut self, name: &str) -> &mut String {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        quote(&mut self.0, name);
        self.0.push(':');
        &mut self.0
    }

    /// The object, closed.
    pub fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// Adds a number's digits. `core::fmt` would do it too, and bring all of formatting into the module.
pub fn push_integer(text: &mut String, value: i64) {
    if value < 0 {
        text.push('-');
    }
    let mut left = value.unsigned_abs();
    let start = text.len();
    loop {
        text.insert(start, char::from(b'0' | u8::try_from(left % 10).unwrap_or(0)));
        left /= 10;
        if left == 0 {
            break;
        }
    }
}

/// Adds a text in quotes, with what must be escaped escaped.
pub fn quote(json: &mut String, text: &str) {
    json.push('"');
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)) {
        let Some((plain, special)) = rest.split_at_checked(at) else { break };
        json.push_str(plain);
        let Some((special, after)) = special.split_at_checked(1) else { break };
        special.bytes().for_each(|byte| push_escape(json, byte));
        rest = after;
    }
    json.push_str(rest);
    json.push('"');
}

fn push_escape(json: &mut String, byte: u8) {
    if byte >= b' ' {
        json.push('\\');
        json.push(char::from(byte));
        return;
    }
    json.push_str(if byte < 16 { "\\u000" } else { "\\u001" });
    json.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
}
