//! JSON objects from strangers, read so that no two readers can understand them differently:
//! UTF-8, no member twice, a bound on their number, and a bound on depth that comes from
//! looking at only one level of arrays and skipping everything deeper.

use std::{borrow::Cow, cell::Cell, fmt};

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// More members than this, beside those wanted, are refused: it bounds the search for
/// duplicates.
pub(crate) const MAX_MEMBERS: usize = 64;

/// A value, as far as a token's rules look into it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Bool(bool),
    Number(f64),
    Text(Cow<'a, str>),
    Array(Vec<Value<'a>>),
    /// An object, or an array inside an array. Skipped.
    Nested,
}

/// Why a text is no usable object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JsonFault {
    NotUtf8,
    /// No JSON; says which wanted member was being read when it broke.
    Syntax(Option<&'static str>),
    NotObject,
    Duplicate,
    TooMany,
}

/// Reads one object and nothing after it. Yields the values of the wanted members, in the
/// order of their names; put the likeliest first.
pub(crate) fn read_members<'a, const N: usize>(
    bytes: &'a [u8],
    names: &'static [&'static str; N],
) -> Result<[Option<Value<'a>>; N], JsonFault> {
    let text = std::str::from_utf8(bytes).map_err(|_| JsonFault::NotUtf8)?;
    let fault = Cell::new(JsonFault::Syntax(None));
    let mut reader = serde_json::Deserializer::from_str(text);
    let seed = ObjectSeed {
        names,
        fault: &fault,
    };
    let values = seed.deserialize(&mut reader).map_err(|_| fault.get())?;
    reader.end().map_err(|_| JsonFault::Syntax(None))?;
    Ok(values)
}

impl Value<'_> {
    /// The text, if the value is one.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Array(_) | Self::Nested => None,
        }
    }
}

/// The text of a member that is there and is a string.
pub(crate) fn text<'v>(member: Option<&'v Value<'_>>) -> Option<&'v str> {
    member.and_then(Value::as_text)
}

struct ObjectSeed<'n, const N: usize> {
    names: &'static [&'static str; N],
    fault: &'n Cell<JsonFault>,
}

impl<'de, const N: usize> DeserializeSeed<'de> for ObjectSeed<'_, N> {
    type Value = [Option<Value<'de>>; N];

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        // `deserialize_any`, not `deserialize_map`: so that another type is told from bad JSON.
        reader.deserialize_any(self)
    }
}

impl<'de, const N: usize> Visitor<'de> for ObjectSeed<'_, N> {
    type Value = [Option<Value<'de>>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fault.set(JsonFault::NotObject);
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut values = [const { None }; N];
        // The wanted ones are known by their place; only the others need a list.
        let mut others: Vec<Cow<'de, str>> = Vec::new();
        while let Some(Name(name)) = map.next_key()? {
            let place = self.names.iter().position(|known| *known == name);
            let again = match place {
                Some(place) => values[place].is_some(),
                None => others.contains(&name),
            };
            if again {
                self.fault.set(JsonFault::Duplicate);
                return Err(A::Error::custom("duplicate"));
            }
            if let Some(place) = place {
                self.fault.set(JsonFault::Syntax(Some(self.names[place])));
                values[place] = Some(map.next_value()?);
                self.fault.set(JsonFault::Syntax(None));
            } else if others.len() < MAX_MEMBERS {
                map.next_value::<IgnoredAny>()?;
                others.push(name);
            } else {
                self.fault.set(JsonFault::TooMany);
                return Err(A::Error::custom("too many"));
            }
        }
        Ok(values)
    }
}

/// A member's name, borrowed where it holds no escape.
struct Name<'a>(Cow<'a, str>);

impl<'de> serde::Deserialize<'de> for Name<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct NameVisitor;
        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(text)))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }
        reader.deserialize_str(NameVisitor)
    }
}

impl<'de> serde::Deserialize<'de> for Value<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        reader.deserialize_any(ValueVisitor { deep: false })
    }
}

struct ValueVisitor {
    deep: bool,
}

/// An element of an array: a value that is not looked into any further.
struct Element<'a>(Value<'a>);

impl<'de> serde::Deserialize<'de> for Element<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        reader
            .deserialize_any(ValueVisitor { deep: true })
            .map(Element)
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "whoever uses the number refuses it above 2^53"
)]
impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value<'de>, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value<'de>, E> {
        Ok(Value::Number(value as f64))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value<'de>, E> {
        Ok(Value::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value<'de>, E> {
        Ok(Value::Number(value))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value<'de>, A::Error> {
        if self.deep {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Value::Nested);
        }
        let mut elements = Vec::new();
        while let Some(Element(value)) = seq.next_element()? {
            elements.push(value);
        }
        Ok(Value::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Nested)
    }
}
