//! For Rust programs that speak serde: what crosses a worker, a store or a component's properties.
//!
//! Left out: tokens from the outside. [`Tokens`] come of a flow alone, after its checks; what was stored or sent could be anybody's. A [`Pending`] login is read
//! back, because it leaves for a redirect and returns: whoever can alter it where it is kept can end the login, and nothing else.
//! Everything is written as [`Tokens::to_json`] and its like write it: the names and members of the JavaScript API. Mind where it goes: tokens and the code verifier
//! are in it as they are.

use alloc::{string::String, vec::Vec};
use core::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, SeqAccess, Visitor},
    ser::{Error as _, SerializeMap, SerializeSeq},
};

use crate::{
    error::Error,
    flow::Tokens,
    oauth::authorization::Pending,
    text::json::{Object, Raw, Writer},
};

impl Serialize for Tokens {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        document(&self.to_json(), serializer)
    }
}

impl Serialize for Pending {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        document(&self.to_json(), serializer)
    }
}

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        document(&self.to_json(), serializer)
    }
}

impl<'de> Deserialize<'de> for Pending {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = deserializer.deserialize_map(Members)?;
        let object = Object::parse(&text).ok_or_else(|| de::Error::custom("a member occurs twice"))?;
        Self::parse(&object).map_err(de::Error::missing_field)
    }
}

fn document<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    Value(Raw::parse(text).ok_or_else(|| S::Error::custom("not JSON"))?).serialize(serializer)
}

/// One JSON value, as it was written.
struct Value<'a>(Raw<'a>);

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = self.0;
        if let Some(text) = raw.string() {
            return serializer.serialize_str(&text);
        }
        if let Some(object) = raw.object() {
            let mut map = serializer.serialize_map(None)?;
            for (name, value) in object.iter() {
                map.serialize_entry(name, &Value(value))?;
            }
            return map.end();
        }
        if let Some(items) = raw.array() {
            let mut list = serializer.serialize_seq(Some(items.len()))?;
            for item in items {
                list.serialize_element(&Value(item))?;
            }
            return list.end();
        }
        // Not `Raw::integer`, which cuts fractions off.
        if let Ok(integer) = raw.as_str().parse() {
            return serializer.serialize_i64(integer);
        }
        if let Some(flag) = raw.boolean() {
            return serializer.serialize_bool(flag);
        }
        match raw.as_str().parse() {
            Ok(number) => serializer.serialize_f64(number),
            Err(_) => serializer.serialize_unit(),
        }
    }
}

/// The members of a pending login, none of which has members of its own, as JSON text.
struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a pending login")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<String, A::Error> {
        let mut json = Writer::default();
        while let Some(name) = map.next_key::<String>()? {
            match map.next_value()? {
                Plain::Text(text) => json.string(&name, &text),
                Plain::Integer(integer) => json.integer(&name, integer),
                Plain::Flag(flag) => json.boolean(&name, flag),
                Plain::Texts(texts) => json.list(&name, texts.iter().map(String::as_str)),
                Plain::Nothing => &mut json,
            };
        }
        Ok(json.finish())
    }
}

/// A value without members.
enum Plain {
    Text(String),
    Integer(i64),
    Flag(bool),
    Texts(Vec<String>),
    Nothing,
}

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PlainVisitor)
    }
}

struct PlainVisitor;

impl<'de> Visitor<'de> for PlainVisitor {
    type Value = Plain;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, a whole number, true, false, a list of texts or null")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Plain, E> {
        Ok(Plain::Text(text.into()))
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Plain, E> {
        Ok(Plain::Flag(flag))
    }

    fn visit_i64<E: de::Error>(self, integer: i64) -> Result<Plain, E> {
        Ok(Plain::Integer(integer))
    }

    fn visit_u64<E: de::Error>(self, integer: u64) -> Result<Plain, E> {
        i64::try_from(integer).map(Plain::Integer).map_err(E::custom)
    }

    /// JavaScript has no other numbers.
    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Plain, E> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        #[allow(clippy::cast_possible_truncation, reason = "it is within the range in which every whole number is exact")]
        let whole = number as i64;
        #[allow(clippy::cast_precision_loss, clippy::float_cmp, reason = "the same")]
        let same = whole as f64 == number && number.abs() < EXACT;
        if same { Ok(Plain::Integer(whole)) } else { Err(E::custom("not a whole number")) }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Plain, A::Error> {
        let mut texts = Vec::new();
        while let Some(text) = list.next_element()? {
            texts.push(text);
        }
        Ok(Plain::Texts(texts))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Plain, E> {
        Ok(Plain::Nothing)
    }

    fn visit_none<E: de::Error>(self) -> Result<Plain, E> {
        Ok(Plain::Nothing)
    }
}
