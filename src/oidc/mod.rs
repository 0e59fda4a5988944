//! OpenID Connect, on top of OAuth.

pub mod ciba;
pub mod id_token;
pub mod logout;
pub mod userinfo;
