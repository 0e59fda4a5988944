//! Cookies of a token handler: RFC 6265bis, with the prefixes of its successor.

use grantkit::{
    limits,
    session::{
        cookie::{Jar, Names, SameSite, delete, set},
        refusal::Why,
    },
};
use wasm_bindgen_test::wasm_bindgen_test;

fn names() -> Names {
    Names::new("session").unwrap()
}

/// What a browser makes of `Set-Cookie` headers: it keeps name and value, up to 4,096 bytes, and forgets what is over.
fn browser(kept: &mut Vec<(String, String)>, headers: &[String]) {
    for header in headers {
        let (pair, attributes) = header.split_once(';').unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        kept.retain(|(other, _)| other != name);
        if name.len() + value.len() <= 4096 && !attributes.ends_with("Max-Age=0") {
            kept.push((name.into(), value.into()));
        }
    }
}

fn header(kept: &[(String, String)]) -> String {
    kept.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
}

fn written(value: &str, cookies: &str) -> Result<Vec<String>, Why> {
    names().write_session(value, SameSite::Strict, 600, &Jar::parse(cookies))
}

#[wasm_bindgen_test(unsupported = test)]
fn section_4_2_a_cookie_header_is_read_pair_by_pair() {
    let jar = Jar::parse("a=1; b = 2 ;;c=x=y; nothing; =none; d=");
    for (name, value) in [("a", Some("1")), ("b", Some("2")), ("c", Some("x=y")), ("nothing", None), ("", None), ("d", Some(""))]
    {
        assert_eq!(jar.get(name), Ok(value), "{name}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn two_cookies_of_one_name_are_not_ours() {
    assert_eq!(Jar::parse("a=1; a=2").get("a"), Err(Why::SessionDamaged));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_cookie_is_for_this_host_over_tls_and_for_no_script_and_deleted_under_the_same_attributes() {
    let attributes = "; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=";
    assert_eq!(set("n", "v", SameSite::Strict, 9), format!("n=v{attributes}9"));
    assert_eq!(delete("n", SameSite::Strict), format!("n={attributes}0"));
    assert!(names().session.starts_with("__Host-Http-"));
    assert!(!set("n", "v", SameSite::None, 9).contains("Domain"));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_label_is_a_short_word() {
    for label in ["", "a b", "a=b", "a;b", "a.b", "ä", &"x".repeat(33)] {
        assert_eq!(Names::new(label), None, "{label}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_session_of_any_size_comes_back_as_it_was_or_is_refused() {
    let room: usize = written(&"x".repeat(3 * 3980), "").unwrap().len();
    assert_eq!(room, 3);
    let mut kept = Vec::new();
    for size in [0, 1, 3900, 3995, 4000, 4096, 7990, 8000, 11_900, 4100, 10] {
        let value: String = (0..size).map(|at| char::from(b'a' + u8::try_from(at % 26).unwrap())).collect();
        let headers = written(&value, &header(&kept)).unwrap();
        for one in &headers {
            assert!(one.len() <= limits::COOKIE_BYTES, "{size}: {}", one.len());
        }
        browser(&mut kept, &headers);
        let cookies = header(&kept);
        assert_eq!(names().read_session(&Jar::parse(&cookies)), Ok(Some(value)), "{size} bytes");
    }
    assert_eq!(kept.len(), 1, "chunks that the session has no more are deleted: {kept:?}");
    assert_eq!(written(&"x".repeat(12_200), ""), Err(Why::SessionTooLarge));
}

#[wasm_bindgen_test(unsupported = test)]
fn a_session_with_a_gap_or_a_wrong_count_is_refused_and_none_is_none() {
    let name = names().session;
    for cookies in [
        format!("{name}=2.abc"),
        format!("{name}=3.abc; {name}.2=def"),
        format!("{name}=0.abc"),
        format!("{name}=4.abc; {name}.1=a; {name}.2=b; {name}.3=c"),
        format!("{name}=-1.abc"),
        format!("{name}=abc"),
        format!("{name}=x.abc"),
        format!("{name}="),
        format!("{name}=2.abc; {name}.1=a; {name}.1=b"),
    ] {
        assert_eq!(names().read_session(&Jar::parse(&cookies)), Err(Why::SessionDamaged), "{cookies}");
    }
    for cookies in [String::new(), "other=1".into(), format!("{name}.1=def")] {
        assert_eq!(names().read_session(&Jar::parse(&cookies)), Ok(None), "{cookies}");
    }
}

#[wasm_bindgen_test(unsupported = test)]
fn a_logout_deletes_every_chunk_that_the_browser_has_and_names_no_other_cookie() {
    let name = names().session;
    let cookies = format!("other=1; {name}=1.a; {name}.2=left");
    let deleted = names().delete_session(SameSite::Lax, &Jar::parse(&cookies));
    assert_eq!(deleted, [delete(&name, SameSite::Lax), delete(&format!("{name}.2"), SameSite::Lax)]);
}

#[wasm_bindgen_test(unsupported = test)]
fn each_login_has_a_cookie_of_its_own_and_the_oldest_give_way() {
    let (mut kept, value) = (vec![("other".to_string(), "1".to_string())], "v".repeat(900));
    let state = |number: usize| format!("{number:016}-and-more");
    for number in 0..20 {
        let headers = names().write_login(&state(number), &value, SameSite::Lax, &Jar::parse(&header(&kept))).unwrap();
        browser(&mut kept, &headers);
    }
    let cookies = header(&kept);
    assert!(cookies.len() < limits::LOGIN_COOKIE_BYTES + 50, "{}", cookies.len());
    let jar = Jar::parse(&cookies);
    let there = |number: usize| jar.get(&names().login(&state(number)).unwrap()).unwrap().is_some();
    assert_eq!((0..20).filter(|number| there(*number)).collect::<Vec<_>>(), [16, 17, 18, 19], "the newest");
    assert_eq!(jar.get("other"), Ok(Some("1")), "other cookies are nobody's to delete");
    assert_eq!(names().delete_logins(SameSite::Lax, &jar).len(), 4);
}

#[wasm_bindgen_test(unsupported = test)]
fn a_state_that_is_no_name_finds_no_login() {
    for state in ["", "short", "0123456789 bcdef", "0123456789;bcdef", "0123456789äbcdefg"] {
        assert_eq!(names().login(state), None, "{state}");
    }
    assert_eq!(
        names().write_login(&"s".repeat(43), &"v".repeat(4096), SameSite::Lax, &Jar::default()),
        Err(Why::SessionTooLarge)
    );
}
