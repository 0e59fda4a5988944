//! Forms, held against the crate that everybody uses.

use grantkit::text::form;
use wasm_bindgen_test::wasm_bindgen_test;

use super::world::{many, noise};

fn pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

#[wasm_bindgen_test(unsupported = test)]
fn appendix_b() {
    assert_eq!(form::encode(" %&+£€"), "+%25%26%2B%C2%A3%E2%82%AC");
    assert_eq!(form::parse("a=+%25%26%2B%C2%A3%E2%82%AC"), [("a".into(), " %&+£€".into())]);
}

#[wasm_bindgen_test(unsupported = test)]
fn any_text_is_written_as_the_crate_writes_it() {
    for length in 0..many(200) {
        let value: String = noise(length, 256)
            .iter()
            .flat_map(|byte| [char::from(*byte), char::from_u32(u32::from(*byte) * 257).unwrap_or('x')])
            .collect();
        let written: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
        assert_eq!(form::encode(&value), written);
        let mut body = String::from("a=b");
        form::append(&mut body, &value, &value);
        assert_eq!(body, format!("a=b&{written}={written}"));
        assert_eq!(form::parse(&body), [("a".into(), "b".into()), (value.clone(), value)]);
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn any_text_is_read_as_the_crate_reads_it() {
    const PARTS: [&str; 24] = [
        "a",
        "Z",
        "0",
        "=",
        "=",
        "&",
        "&",
        "+",
        "%",
        "%4",
        "%41",
        "%4g",
        "%c3%a9",
        "%C3",
        "%e2%82",
        "%e2%82%ac",
        "%f0%9f",
        "%ff",
        "%00",
        "é",
        "€",
        ";",
        "#",
        " ",
    ];
    for seed in 0..many(4000) {
        let text: String = noise(seed % 12, PARTS.len()).iter().map(|at| PARTS[usize::from(*at)]).collect();
        assert_eq!(form::parse(&text), pairs(text.as_bytes()), "{text:?}");
    }
}
