//! Typed ids: a dataset's id can never be passed where a picture's is wanted.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

use crate::{Chance, Clock};

/// A text that is no id. The text itself is left out: it may be anything a stranger sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a {what} id: expected a UUID such as 0198c0de-0000-7000-8000-000000000000")]
pub struct IdError {
    what: &'static str,
}

/// A new UUID version 7 (RFC 9562): its order is the order of making.
fn new_v7(clock: &dyn Clock, chance: &dyn Chance) -> Uuid {
    let mut random = [0; 10];
    chance.fill(&mut random);
    let millis = u64::try_from(clock.now().as_micros() / 1000).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A fresh id. Ids made later sort after ids made earlier, to the millisecond.
            pub fn new(clock: &dyn Clock, chance: &dyn Chance) -> Self {
                Self(new_v7(clock, chance))
            }

            /// Wraps a UUID that came from the database.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID inside.
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            /// Accepts the hyphenated form only, in either case.
            fn from_str(text: &str) -> Result<Self, IdError> {
                let error = IdError { what: $what };
                if text.len() != 36 {
                    return Err(error);
                }
                Uuid::try_parse(text).map(Self).map_err(|_| error)
            }
        }
    };
}

id!(
    /// Names a dataset.
    DatasetId, "dataset"
);
id!(
    /// Names a picture, video or frame of a dataset.
    MediaId, "media"
);
id!(
    /// Names a cluster of one generation and level.
    ClusterId, "cluster"
);
id!(
    /// Names a background job (a *task* on the wire).
    JobId, "task"
);
id!(
    /// Names a person with an account.
    UserId, "user"
);
id!(
    /// Names a stored API key; not the public key id that travels in tokens.
    KeyRowId, "key"
);
id!(
    /// Names a stored browser session; not the secret in the cookie.
    SessionId, "session"
);
id!(
    /// Names an immutable pack of thumbnails and vectors in the blob store.
    SegmentId, "segment"
);
id!(
    /// Names a tag that users put on pictures.
    TagId, "tag"
);
id!(
    /// Names a change of tags or labels that can be taken back.
    ChangeId, "change"
);
id!(
    /// Names a box in a picture.
    ObjectId, "object"
);
id!(
    /// Names a field that people give pictures; also the task that takes its values in.
    FieldId, "task"
);
id!(
    /// Names an export.
    ExportId, "export"
);
id!(
    /// Names a picture that was uploaded to be searched with.
    AnchorId, "anchor"
);
id!(
    /// Names a filter that got a name.
    ViewId, "view"
);
id!(
    /// Names one HTTP request in answers and logs.
    RequestId, "request"
);

#[cfg(test)]
mod tests {
    use super::{DatasetId, MediaId};
    use crate::{Chance, Clock, Timestamp};

    #[derive(Debug)]
    struct At(i64);
    impl Clock for At {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(self.0)
        }
    }
    #[derive(Debug)]
    struct Same(u8);
    impl Chance for Same {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(self.0);
        }
    }

    #[test]
    fn later_ids_sort_after_earlier_ones() {
        let early = DatasetId::new(&At(1_000_000), &Same(255));
        let late = DatasetId::new(&At(1_001_000), &Same(0));
        assert!(early < late);
        assert_eq!(early.as_uuid().get_version_num(), 7);
    }

    #[test]
    fn reads_back_what_it_prints() {
        let id = MediaId::new(&At(5), &Same(9));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string().to_uppercase().parse(), Ok(id));
    }

    #[test]
    fn refuses_every_other_spelling() {
        let plain = "0198c0de000070008000000000000000";
        for text in [
            "",
            "7",
            plain,
            "{0198c0de-0000-7000-8000-000000000000}",
            "../../etc/passwd",
        ] {
            assert!(text.parse::<MediaId>().is_err(), "{text}");
        }
    }
}
