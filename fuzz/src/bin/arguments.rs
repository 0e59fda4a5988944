//! What crosses from JavaScript: options and arguments of every shape, read or refused by name.
#![no_main]

use grantkit::{error::Phase, js::convert, text::json::Object};
use grantkit_fuzz::{check, check_error};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(error) = convert::arguments(text) {
        return check_error(&error);
    }
    let object = Object::parse(text).unwrap_or_default();
    let errors = [
        convert::client(&object).err(),
        convert::client_of(&object).err(),
        convert::server(&object).err(),
        convert::call(&object).err(),
        convert::timeout(&object).err(),
        convert::parameters(&object, "parameters", Phase::Token).err(),
        convert::subject(&object).err(),
        convert::pending(&object).err(),
        convert::device(&object).err(),
        convert::backchannel(&object).err(),
        convert::assertion(&object).err(),
        convert::received(&object).err(),
        convert::callback(&object).err(),
    ];
    errors.iter().flatten().for_each(check_error);
    check(&convert::build_token_request(text), &[]);
});
