//! RFC 8259: what we read, `serde_json` reads too and sees the same; what it reads and we do not has a reason that we name.
#![no_main]

use grantkit::{
    limits,
    text::json::{self, Object, Raw},
};
use libfuzzer_sys::fuzz_target;
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;
use std::{
    collections::HashSet,
    fmt::{self, Formatter},
};

fuzz_target!(|text: &str| {
    let theirs: Option<Value> = serde_json::from_str(text).ok();
    match (Raw::parse(text), theirs) {
        (Some(ours), Some(theirs)) => compare(ours, &theirs),
        (Some(_), None) => panic!("only we read {text}"),
        (None, Some(theirs)) => {
            assert!(depth(&theirs) >= limits::JSON_DEPTH || is_ambiguous(text), "only they read {text}")
        }
        (None, None) => {}
    }
});

fn compare(ours: Raw<'_>, theirs: &Value) {
    match theirs {
        Value::Null => assert!(ours.is_null()),
        Value::Bool(theirs) => assert_eq!(ours.boolean(), Some(*theirs)),
        Value::Number(theirs) => {
            assert!(ours.is_number());
            if let Some(integer) = ours.integer().filter(|_| !ours.as_str().contains('.')) {
                assert_eq!(theirs.as_i64(), Some(integer));
            }
        }
        Value::String(theirs) => {
            assert_eq!(ours.string().as_deref(), Some(theirs.as_str()));
            let mut written = String::new();
            json::quote(&mut written, theirs);
            assert_eq!(serde_json::from_str::<String>(&written).ok().as_ref(), Some(theirs));
            assert_eq!(Raw::parse(&written).and_then(Raw::string).as_deref(), Some(theirs.as_str()));
        }
        Value::Array(theirs) => {
            let ours = ours.array().expect("an array is one");
            assert_eq!(ours.len(), theirs.len());
            ours.into_iter().zip(theirs).for_each(|(ours, theirs)| compare(ours, theirs));
        }
        Value::Object(theirs) => compare_members(&ours.object().expect("an object is one"), theirs),
    }
}

fn compare_members(ours: &Object<'_>, theirs: &serde_json::Map<String, Value>) {
    assert_eq!(ours.iter().count(), theirs.len());
    for ((name, value), (their_name, their_value)) in ours.iter().zip(theirs) {
        assert_eq!(name, their_name);
        assert_eq!(ours.get(name).is_none(), value.is_null());
        compare(value, their_value);
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 1,
    }
}

/// Whether an object has a name twice, or too many: they keep the last.
fn is_ambiguous(text: &str) -> bool {
    serde_json::from_str::<Unambiguous>(text).is_err()
}

struct Unambiguous;

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Unambiguous {
    type Value = Self;

    fn expecting(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name once")
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        let mut names = HashSet::new();
        while let Some((name, _)) = members.next_entry::<String, Self>()? {
            if !names.insert(name) || names.len() > limits::JSON_MEMBERS {
                return Err(A::Error::custom("a name twice, or too many"));
            }
        }
        Ok(self)
    }
}
