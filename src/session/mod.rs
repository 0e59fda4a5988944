//! Sessions: what a login becomes, in a page or at the edge.

pub mod policy;
