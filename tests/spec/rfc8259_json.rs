//! RFC 8259: JSON, read strictly and within bounds.

use grantkit::{
    limits,
    text::json::{Object, Raw, Writer},
};
use serde_json::Value;
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::many;

#[wasm_bindgen_test(unsupported = test)]
fn what_is_json_is_read_and_what_is_not_is_refused() {
    for good in [
        "null",
        " true\n",
        "false",
        "0",
        "-0",
        "12.50",
        "-1e9",
        "1E+2",
        "\"\"",
        "\"\\u00e9\\n\\\"\"",
        "\"\\ud83d\\ude00\"",
        "[]",
        "[ 1 , [2] ]",
        "{}",
        "{\"a\":{\"b\":[null]}}",
        "\"\u{7f}é😀\"",
    ] {
        assert_eq!(Raw::parse(good).map(Raw::as_str), Some(good.trim()), "{good}");
        assert!(serde_json::from_str::<Value>(good).is_ok(), "{good}");
    }
    for bad in [
        "",
        " ",
        "nul",
        "True",
        "01",
        "+1",
        "1.",
        ".5",
        "1e",
        "-",
        "0x1",
        "NaN",
        "'a'",
        "\"",
        "\"\n\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\ud800\"",
        "\"\\ud800\\u0041\"",
        "\"\\udc00\"",
        "[",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{",
        "{a:1}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "1 2",
        "{}x",
        "\u{feff}{}",
        "\u{a0}1",
    ] {
        assert_eq!(Raw::parse(bad), None, "{bad}");
        assert!(serde_json::from_str::<Value>(bad).is_err(), "{bad}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_repeated_name_is_refused_however_it_is_written() {
    assert!(Object::parse("{\"a\":1,\"b\":2}").is_some());
    assert!(Object::parse("{\"a\":1,\"a\":1}").is_none());
    assert!(Object::parse("{\"a\":1,\"\\u0061\":1}").is_none());
    // At any depth: `cnf`, `events` and `jwk` stand one level down.
    assert!(Object::parse("{\"cnf\":{\"jkt\":\"x\",\"jkt\":\"y\"}}").is_none());
    assert!(Raw::parse("[[{\"a\":1},{\"a\":1,\"a\":2}]]").is_none());
}

#[wasm_bindgen_test(unsupported = test)]
fn nesting_and_members_are_bounded() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(Raw::parse(&nested(limits::JSON_DEPTH)).is_some());
    assert!(Raw::parse(&nested(limits::JSON_DEPTH + 1)).is_none());
    assert!(Raw::parse(&nested(many(100_000))).is_none());
    if cfg!(miri) {
        // Each name is looked for among those before it: minutes there, for what the rest has shown.
        return;
    }
    let members = |count: usize| format!("{{{}}}", (0..count).map(|i| format!("\"{i}\":0")).collect::<Vec<_>>().join(","));
    assert!(Object::parse(&members(limits::JSON_MEMBERS)).is_some());
    assert!(Object::parse(&members(limits::JSON_MEMBERS + 1)).is_none());
}

#[wasm_bindgen_test(unsupported = test)]
fn values_are_read_as_what_they_are() {
    let object = Object::parse(
        r#"{"s":"a\u00e9\ud83d\ude00\/","n":42,"f":1.9,"e":1e3,"big":99999999999999999999,"t":true,"z":null,"l":[1,"x"]}"#,
    )
    .unwrap();
    assert_eq!(object.string("s").unwrap(), "aé😀/");
    let integer = |name: &str| object.get(name).unwrap().integer();
    assert_eq!((integer("n"), integer("f"), integer("e"), integer("big"), integer("s")), (Some(42), Some(1), None, None, None));
    assert_eq!(object.get("t").unwrap().boolean(), Some(true));
    assert!(object.get("z").is_none() && object.get("none").is_none());
    assert_eq!(object.get("l").unwrap().array().unwrap().len(), 2);
    assert!(
        object.get("n").unwrap().string().is_none()
            && object.get("s").unwrap().array().is_none()
            && object.get("l").unwrap().object().is_none()
    );
}

#[wasm_bindgen_test(unsupported = test)]
fn what_is_written_reads_back() {
    let strange = "quote \" backslash \\ line \n null \0 unit \u{1f} é 😀 \u{2028}";
    let mut json = Writer::default();
    json.string(strange, strange).integer("min", i64::MIN).integer("max", i64::MAX).integer("zero", 0).boolean("no", false);
    json.list("list", ["a", "b\""].into_iter()).raw("raw", "[1]").optional("none", None);
    let text = json.finish();
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value[strange], strange);
    assert_eq!((value["min"].as_i64(), value["max"].as_i64(), value["zero"].as_i64()), (Some(i64::MIN), Some(i64::MAX), Some(0)));
    assert_eq!(value["list"], serde_json::json!(["a", "b\""]));
    assert_eq!(Object::parse(&text).unwrap().string(strange).unwrap(), strange);
    assert_eq!(Writer::default().finish(), "{}");
}

#[wasm_bindgen_test(unsupported = test)]
fn a_number_is_whole_as_far_as_64_bits_reach() {
    let cases = [
        ("9223372036854775807", Some(i64::MAX)),
        ("-9223372036854775808", Some(i64::MIN)),
        ("9223372036854775808", None),
        ("-9223372036854775809", None),
        ("92233720368547758070", None),
        ("-0", Some(0)),
        ("10.9", Some(10)),
        ("1e3", None),
    ];
    for (text, number) in cases {
        assert_eq!(Raw::parse(text).and_then(Raw::integer), number, "{text}");
    }
}
