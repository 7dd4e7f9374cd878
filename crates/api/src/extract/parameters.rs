//! Named texts → a struct, by serde, with faults told as FastAPI tells them.
//!
//! A parameter may come several times: a list takes them all, a single value the last, as the
//! original does.

use std::fmt;

use serde::{
    de::{
        self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess,
        SeqAccess, Visitor, value::StrDeserializer,
    },
    forward_to_deserialize_any,
};
use serde_json::Value;

use crate::{
    error::{ParameterFault, Problem},
    wire::wanted::either,
};

/// Reads the struct out of the pairs. `place` is where they came from, for the fault's `loc`.
pub(crate) fn read<T: DeserializeOwned>(
    place: &str,
    pairs: Vec<(String, String)>,
) -> Result<T, Problem> {
    let mut grouped: Vec<(String, Vec<String>)> = Vec::new();
    for (name, value) in pairs {
        match grouped.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.push(value),
            None => grouped.push((name, vec![value])),
        }
    }
    T::deserialize(Parameters {
        grouped: grouped.into_iter(),
        values: Vec::new(),
    })
    .map_err(|fault| {
        let loc = std::iter::once(place.to_owned())
            .chain(fault.name)
            .collect();
        Problem::faults(vec![ParameterFault {
            kind: fault.kind,
            loc,
            msg: fault.msg,
            input: fault.input,
        }])
    })
}

/// One thing wrong, on its way out.
#[derive(Debug)]
struct Fault {
    kind: String,
    name: Option<String>,
    msg: String,
    input: Value,
}

impl Fault {
    fn new(kind: &str, msg: impl Into<String>) -> Self {
        Self {
            kind: kind.to_owned(),
            name: None,
            msg: msg.into(),
            input: Value::Null,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.msg)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(msg: T) -> Self {
        Self::new("value_error", msg.to_string())
    }

    fn missing_field(field: &'static str) -> Self {
        Self {
            name: Some(field.to_owned()),
            ..Self::new("missing", "Field required")
        }
    }

    fn unknown_variant(_variant: &str, expected: &'static [&'static str]) -> Self {
        let words: Vec<_> = expected.iter().map(|word| format!("'{word}'")).collect();
        let words = either(words.iter().map(String::as_str));
        Self::new("enum", format!("Input should be {words}"))
    }
}

struct Parameters {
    grouped: std::vec::IntoIter<(String, Vec<String>)>,
    values: Vec<String>,
}

impl<'de> Deserializer<'de> for Parameters {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_map(Named {
            parameters: self,
            name: String::new(),
        })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct Named {
    parameters: Parameters,
    name: String,
}

impl<'de> MapAccess<'de> for Named {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let Some((name, values)) = self.parameters.grouped.next() else {
            return Ok(None);
        };
        self.parameters.values = values;
        self.name = name;
        let key: StrDeserializer<'_, Fault> = self.name.as_str().into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let values = std::mem::take(&mut self.parameters.values);
        let input = values.last().cloned().map_or(Value::Null, Value::String);
        seed.deserialize(Texts(values)).map_err(|fault| Fault {
            name: Some(self.name.clone()),
            input,
            ..fault
        })
    }
}

/// The values of one parameter.
struct Texts(Vec<String>);

impl Texts {
    fn last(self) -> Text {
        Text(self.0.into_iter().next_back().unwrap_or_default())
    }
}

/// One value.
struct Text(String);

impl Text {
    fn boolean(&self) -> Result<bool, Fault> {
        match self.0.to_ascii_lowercase().as_str() {
            "true" | "1" | "on" | "t" | "yes" | "y" => Ok(true),
            "false" | "0" | "off" | "f" | "no" | "n" => Ok(false),
            _ => Err(Fault::new(
                "bool_parsing",
                "Input should be a valid boolean, unable to interpret input",
            )),
        }
    }

    fn integer<T: TryFrom<i128> + Bounds>(&self) -> Result<T, Fault> {
        let text = self.0.trim();
        // A whole number with a fraction of nothing, as programs write those that may have one.
        let text = match text.split_once('.') {
            Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|one| one == b'0') => {
                whole
            }
            _ => text,
        };
        let number: i128 = text.parse().map_err(|_| {
            Fault::new(
                "int_parsing",
                "Input should be a valid integer, unable to parse string as an integer",
            )
        })?;
        T::try_from(number).map_err(|_| {
            let (kind, side, bound) = if number < T::LEAST {
                ("greater_than_equal", "greater", T::LEAST)
            } else {
                ("less_than_equal", "less", T::MOST)
            };
            Fault::new(
                kind,
                format!("Input should be {side} than or equal to {bound}"),
            )
        })
    }

    fn float(&self) -> Result<f64, Fault> {
        let number = self
            .0
            .trim()
            .parse::<f64>()
            .ok()
            .filter(|number| number.is_finite());
        number.ok_or_else(|| {
            Fault::new(
                "float_parsing",
                "Input should be a valid number, unable to parse string as a number",
            )
        })
    }
}

/// What an integer type can hold.
trait Bounds {
    const LEAST: i128;
    const MOST: i128;
}

macro_rules! bounds {
    ($($type:ty),*) => {
        $(impl Bounds for $type {
            const LEAST: i128 = <$type>::MIN as i128;
            const MOST: i128 = <$type>::MAX as i128;
        })*
    };
}
bounds!(i8, i16, i32, i64, u8, u16, u32, u64);

macro_rules! integers {
    ($($method:ident $visit:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            visitor.$visit(self.integer()?)
        })*
    };
}

impl<'de> Deserializer<'de> for Text {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_string(self.0)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_bool(self.boolean()?)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_f64(self.float()?)
    }

    integers! {
        deserialize_i8 visit_i8
        deserialize_i16 visit_i16
        deserialize_i32 visit_i32
        deserialize_i64 visit_i64
        deserialize_u8 visit_u8
        deserialize_u16 visit_u16
        deserialize_u32 visit_u32
        deserialize_u64 visit_u64
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_enum(self.0.into_deserializer())
    }

    forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}

macro_rules! of_the_last {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            self.last().$method(visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for Texts {
    type Error = Fault;

    of_the_last! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_f32 deserialize_f64
        deserialize_str deserialize_string deserialize_ignored_any
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_seq(Listed(self.0.into_iter()))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.last().deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        i128 u128 char bytes byte_buf unit unit_struct tuple tuple_struct map struct identifier
    }
}

struct Listed(std::vec::IntoIter<String>);

impl<'de> SeqAccess<'de> for Listed {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        self.0
            .next()
            .map(|text| seed.deserialize(Text(text)))
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::read;
    use crate::{error::Detail, extract::decode::pairs};

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Order {
        Asc,
        Desc,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Wanted {
        name: String,
        #[serde(default)]
        hidden: bool,
        limit: Option<u32>,
        score: Option<f64>,
        order: Option<Order>,
        #[serde(default)]
        tag: Vec<String>,
    }

    fn wanted(query: &str) -> Result<Wanted, serde_json::Value> {
        read("query", pairs(query).unwrap()).map_err(|problem| match problem.detail {
            Detail::Faults(faults) => serde_json::to_value(faults).unwrap(),
            Detail::Sentence(sentence) => sentence.into(),
        })
    }

    #[test]
    fn reads_every_kind_of_value_and_ignores_unknown_ones() {
        let read = wanted("name=a+b&hidden=Yes&limit=7&score=0.5&order=desc&tag=x&tag=y&what=ever");
        let expected = Wanted {
            name: "a b".to_owned(),
            hidden: true,
            limit: Some(7),
            score: Some(0.5),
            order: Some(Order::Desc),
            tag: vec!["x".to_owned(), "y".to_owned()],
        };
        assert_eq!(read, Ok(expected));
    }

    #[test]
    fn a_whole_number_may_have_a_fraction_of_nothing() {
        assert_eq!(wanted("name=a&limit=7.0").unwrap().limit, Some(7));
        for wrong in ["7.5", "7.", ".0", "7.0.0", "", "0x7", "7,0"] {
            assert!(wanted(&format!("name=a&limit={wrong}")).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_last_of_a_repeated_single_value_stands() {
        assert_eq!(wanted("name=a&name=b").unwrap().name, "b");
    }

    #[test]
    fn tells_faults_as_fastapi_does() {
        let fault = |kind, name, msg, input| json!([{"type": kind, "loc": ["query", name], "msg": msg, "input": input}]);
        assert_eq!(
            wanted(""),
            Err(fault("missing", "name", "Field required", json!(null)))
        );
        assert_eq!(
            wanted("name=a&limit=x"),
            Err(fault(
                "int_parsing",
                "limit",
                "Input should be a valid integer, unable to parse string as an integer",
                json!("x")
            ))
        );
        assert_eq!(
            wanted("name=a&limit=-1"),
            Err(fault(
                "greater_than_equal",
                "limit",
                "Input should be greater than or equal to 0",
                json!("-1")
            ))
        );
        assert_eq!(
            wanted("name=a&hidden=maybe"),
            Err(fault(
                "bool_parsing",
                "hidden",
                "Input should be a valid boolean, unable to interpret input",
                json!("maybe")
            ))
        );
        assert_eq!(
            wanted("name=a&order=up"),
            Err(fault(
                "enum",
                "order",
                "Input should be 'asc' or 'desc'",
                json!("up")
            ))
        );
        assert!(wanted("name=a&score=nan").is_err());
    }
}
