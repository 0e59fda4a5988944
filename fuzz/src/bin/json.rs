//! RFC 8259: what we read, `serde_json` reads too and sees the same; what it reads and we do not has a reason that we name.
#![no_main]

use grantkit::{
    limits,
    text::json::{self, Object, Raw},
};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|text: &str| {
    let theirs: Option<Value> = serde_json::from_str(text).ok();
    match (Raw::parse(text), theirs) {
        (Some(ours), Some(theirs)) => compare(ours, &theirs),
        (Some(_), None) => panic!("only we read {text}"),
        (None, Some(theirs)) => assert!(depth(&theirs) >= limits::JSON_DEPTH, "only they read {text}"),
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
        // A repeated name, or too many: we take nothing of it.
        Value::Object(theirs) => {
            let Some(object) = ours.object() else {
                let names = ours.as_str().matches(':').count();
                assert!(names > theirs.len() || theirs.len() > limits::JSON_MEMBERS, "{}", ours.as_str());
                return;
            };
            compare_members(&object, theirs);
        }
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
