//! JSON: [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259.html), read strictly and within bounds.
//!
//! A reader of our own, because the ones at hand keep the last of two members of one name, which lets two readers of one token see two tokens,
//! and because they bring number parsing and formatting along that nobody here needs. Here a repeated name is refused, nesting is bounded, a lone
//! surrogate is refused, and the same bytes give the same answer natively and in wasm. `serde_json` is the other opinion in the tests.
//!
//! A document is checked once, whole. After that a [`Raw`] is a slice of it that is known to be one JSON value, so members
//! that nobody judges are handed on as they came, digits and all.

use alloc::{borrow::Cow, string::String, vec::Vec};

use crate::limits;

/// Text that is known to be one JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raw<'a>(&'a str);

/// An object: its members in their order, each name once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object<'a>(Vec<(Cow<'a, str>, Raw<'a>)>);

impl<'a> Raw<'a> {
    /// Checks a whole document: one value and nothing after it.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut scanner = Scanner { rest: text };
        scanner.skip_space();
        let value = scanner.value(0)?;
        scanner.skip_space();
        scanner.rest.is_empty().then_some(value)
    }

    /// The text as it was written.
    pub fn as_str(self) -> &'a str {
        self.0
    }

    /// The text of a string, escapes resolved.
    pub fn string(self) -> Option<Cow<'a, str>> {
        let inner = self.0.strip_prefix('"')?.strip_suffix('"')?;
        if inner.contains('\\') { unescape(inner).map(Cow::Owned) } else { Some(Cow::Borrowed(inner)) }
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
        let whole = self.0.split_once('.').map_or(self.0, |(whole, _)| whole);
        let plain = !self.0.contains(['e', 'E']);
        if plain { whole.parse().ok() } else { None }
    }

    /// Whether it is a number.
    pub fn is_number(self) -> bool {
        self.0.starts_with(|first: char| first == '-' || first.is_ascii_digit())
    }

    /// The items of an array.
    pub fn array(self) -> Option<Vec<Raw<'a>>> {
        let mut scanner = Scanner { rest: self.0 };
        let mut items = Vec::new();
        scanner.items(b'[', b']', |scanner| {
            items.push(scanner.value(0)?);
            Some(())
        })?;
        Some(items)
    }

    /// The members of an object; `None` also where a name is repeated.
    pub fn object(self) -> Option<Object<'a>> {
        let mut scanner = Scanner { rest: self.0 };
        let mut members: Vec<(Cow<'a, str>, Raw<'a>)> = Vec::new();
        scanner.items(b'{', b'}', |scanner| {
            let (name, value) = scanner.member(0)?;
            let name = name.string()?;
            if members.len() == limits::JSON_MEMBERS || members.iter().any(|(other, _)| *other == name) {
                return None;
            }
            members.push((name, value));
            Some(())
        })?;
        Some(Object(members))
    }
}

impl<'a> Object<'a> {
    /// Reads a document that must be an object.
    pub fn parse(text: &'a str) -> Option<Self> {
        Raw::parse(text)?.object()
    }

    /// A member's value; `None` where it is missing or `null`, which OAuth's servers use alike.
    pub fn get(&self, name: &str) -> Option<Raw<'a>> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| *value).filter(|value| !value.is_null())
    }

    /// A member's text, where it is one.
    pub fn string(&self, name: &str) -> Option<Cow<'a, str>> {
        self.get(name)?.string()
    }

    /// All members.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Raw<'a>)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), *value))
    }
}

/// Reads values off the front of a text.
struct Scanner<'a> {
    rest: &'a str,
}

impl<'a> Scanner<'a> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    /// Takes one byte off, if it is this one.
    fn take(&mut self, byte: u8) -> bool {
        match self.rest.strip_prefix(char::from(byte)) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Takes so many bytes off.
    fn split(&mut self, at: usize) -> Option<&'a str> {
        let (taken, rest) = self.rest.split_at_checked(at)?;
        self.rest = rest;
        Some(taken)
    }

    fn value(&mut self, depth: usize) -> Option<Raw<'a>> {
        let start = self.rest;
        let deeper = depth.checked_add(1).filter(|deeper| *deeper <= limits::JSON_DEPTH)?;
        match start.as_bytes().first()? {
            b'{' => self.items(b'{', b'}', |scanner| scanner.member(deeper).map(|_| ()))?,
            b'[' => self.items(b'[', b']', |scanner| scanner.value(deeper).map(|_| ()))?,
            b'"' => self.string()?,
            b't' => self.word("true")?,
            b'f' => self.word("false")?,
            b'n' => self.word("null")?,
            _ => self.number()?,
        }
        start.get(..start.len().checked_sub(self.rest.len())?).map(Raw)
    }

    fn word(&mut self, word: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(word)?;
        Some(())
    }

    /// What stands between two brackets, separated by commas.
    fn items(&mut self, open: u8, close: u8, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        if !self.take(open) {
            return None;
        }
        self.skip_space();
        if self.take(close) {
            return Some(());
        }
        loop {
            self.skip_space();
            item(self)?;
            self.skip_space();
            if self.take(close) {
                return Some(());
            }
            if !self.take(b',') {
                return None;
            }
        }
    }

    fn member(&mut self, depth: usize) -> Option<(Raw<'a>, Raw<'a>)> {
        let start = self.rest;
        self.string()?;
        let name = start.get(..start.len().checked_sub(self.rest.len())?)?;
        self.skip_space();
        if !self.take(b':') {
            return None;
        }
        self.skip_space();
        Some((Raw(name), self.value(depth)?))
    }

    /// A string, checked to its end: no control characters, known escapes, whole surrogate pairs.
    fn string(&mut self) -> Option<()> {
        if !self.take(b'"') {
            return None;
        }
        loop {
            let plain = self.rest.bytes().position(|byte| byte == b'"' || byte == b'\\' || byte < 0x20)?;
            self.split(plain)?;
            if self.take(b'"') {
                return Some(());
            }
            escape(&mut self.rest)?;
        }
    }

    fn number(&mut self) -> Option<()> {
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            if !self.take(b'+') {
                self.take(b'-');
            }
            self.digits()?;
        }
        Some(())
    }

    fn digits(&mut self) -> Option<()> {
        let count = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        self.split(count).filter(|digits| !digits.is_empty()).map(|_| ())
    }
}

/// Takes one escape off the front, `\` included, and tells which character it stands for.
fn escape(rest: &mut &str) -> Option<char> {
    let mut chars = rest.strip_prefix('\\')?.chars();
    let found = match chars.next()? {
        plain @ ('"' | '\\' | '/') => plain,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => {
            let first = hex(&mut chars)?;
            match char::from_u32(first) {
                Some(found) => found,
                None => {
                    let (high, low) = (first, (chars.next()? == '\\' && chars.next()? == 'u').then(|| hex(&mut chars))??);
                    char::decode_utf16([u16::try_from(high).ok()?, u16::try_from(low).ok()?]).next()?.ok()?
                }
            }
        }
        _ => return None,
    };
    *rest = chars.as_str();
    Some(found)
}

/// Four hexadecimal digits.
fn hex(chars: &mut core::str::Chars<'_>) -> Option<u32> {
    let mut value: u32 = 0;
    for _ in 0..4 {
        value = value.wrapping_shl(4) | chars.next()?.to_digit(16)?;
    }
    Some(value)
}

fn unescape(inner: &str) -> Option<String> {
    let mut text = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        let (plain, escaped) = rest.split_at_checked(at)?;
        text.push_str(plain);
        rest = escaped;
        text.push(escape(&mut rest)?);
    }
    text.push_str(rest);
    Some(text)
}

/// Writes one object, member by member.
#[derive(Debug)]
pub struct Writer(String);

impl Default for Writer {
    fn default() -> Self {
        Self(String::from("{"))
    }
}

impl Writer {
    /// A member whose value is JSON already.
    pub fn raw(&mut self, name: &str, value: &str) -> &mut Self {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        quote(&mut self.0, name);
        self.0.push(':');
        self.0.push_str(value);
        self
    }

    /// A member that is text.
    pub fn string(&mut self, name: &str, value: &str) -> &mut Self {
        let mut quoted = String::with_capacity(value.len().saturating_add(2));
        quote(&mut quoted, value);
        self.raw(name, &quoted)
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
        let mut digits = String::new();
        push_integer(&mut digits, value);
        self.raw(name, &digits)
    }

    /// A member that is `true` or `false`.
    pub fn boolean(&mut self, name: &str, value: bool) -> &mut Self {
        self.raw(name, if value { "true" } else { "false" })
    }

    /// A member that is a list of texts.
    pub fn list<'a>(&mut self, name: &str, items: impl Iterator<Item = &'a str>) -> &mut Self {
        let mut list = String::from("[");
        for item in items {
            if list.len() > 1 {
                list.push(',');
            }
            quote(&mut list, item);
        }
        list.push(']');
        self.raw(name, &list)
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
    for char in text.chars() {
        match char {
            '"' | '\\' => {
                json.push('\\');
                json.push(char);
            }
            control if control < ' ' => {
                json.push_str("\\u00");
                json.push(if control < '\u{10}' { '0' } else { '1' });
                json.push(char::from_digit(u32::from(control) & 15, 16).unwrap_or('0'));
            }
            plain => json.push(plain),
        }
    }
    json.push('"');
}
