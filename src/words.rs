//! Sets of words: an enumeration, the word that callers see of each, and a set that fits a register.

/// Makes an enumeration of words and its set.
macro_rules! words {
    (
        $(#[$one_doc:meta])* $one:ident
        $(#[$set_doc:meta])* $set:ident
        { $($(#[$doc:meta])* $name:ident = $word:literal,)* }
    ) => {
        $(#[$one_doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $one { $($(#[$doc])* $name,)* }

        impl $one {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word that callers see.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            const fn bit(self) -> u16 {
                1_u16.wrapping_shl(self as u32)
            }
        }

        const _: () = assert!($one::ALL.len() <= 16);

        $(#[$set_doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $set(u16);

        impl $set {
            /// Adds one.
            pub fn note(&mut self, one: $one) {
                self.0 |= one.bit();
            }

            /// Whether it is there.
            pub const fn contains(self, one: $one) -> bool {
                self.0 & one.bit() != 0
            }

            /// Whether there is none.
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }

            /// Those that are there, in the order of the enumeration.
            pub fn iter(self) -> impl Iterator<Item = $one> {
                $one::ALL.iter().copied().filter(move |one| self.contains(*one))
            }
        }
    };
}

pub(crate) use words;
