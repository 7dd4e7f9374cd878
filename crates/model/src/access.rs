//! Who may do what, as words.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// Every word, the weakest first.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The stable word stored in the database and printed in JSON.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The value with that stable word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

words! {
    /// What a person may do in the workspace. A stronger role may do all that a weaker one may.
    WorkspaceRole {
        /// Read what was shared with them.
        Viewer = "viewer",
        /// Make datasets of their own.
        Editor = "editor",
        /// Manage people and see everything.
        Admin = "admin",
    }
}

words! {
    /// What a person may do with one dataset. A stronger role may do all that a weaker one may.
    DatasetRole {
        /// Look, search and export.
        Viewer = "viewer",
        /// Also tag, label and add media.
        Editor = "editor",
        /// Also share and delete.
        Owner = "owner",
    }
}

words! {
    /// What an API key may be used for. A stronger scope includes the weaker ones.
    Scope {
        /// Reading calls.
        Read = "read",
        /// Also calls that change data.
        Write = "write",
        /// Also calls that manage people and sharing.
        Admin = "admin",
    }
}
