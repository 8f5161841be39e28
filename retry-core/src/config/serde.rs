//! Reads and writes policies in JSON, TOML and other self-describing formats.
//!
//! The implementations are written by hand, so that a message names the field, and because the macros would take longer
//! to build than the rest of this crate.

use core::fmt::{self, Formatter};

use serde_core::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Unexpected, Visitor,
};
use serde_core::ser::{Error as _, Serialize, SerializeStruct, Serializer};

use super::config::PolicyConfig;
use super::duration;
use super::invalid::{Allowed, name};
use super::jitter::JitterConfig;
use super::spelling::{self, Word};
use crate::policy::{Backoff, HintMode, Jitter, Policy};

/// Serializes the policy as a [`PolicyConfig`].
impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        PolicyConfig::from(*self).serialize(serializer)
    }
}

/// Deserializes a [`PolicyConfig`] over the [defaults](crate::policy::preset::DEFAULT). A value out of range is an
/// error that names the value.
impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let config = PolicyConfig::deserialize(deserializer)?;
        Policy::try_from(config).map_err(D::Error::custom)
    }
}

/// Serializes the configured fields and skips the others.
impl Serialize for PolicyConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("PolicyConfig", name::ALL.len())?;
        field(&mut fields, name::MAX_ATTEMPTS, self.max_attempts)?;
        field(&mut fields, name::UNLIMITED, self.unlimited.then_some(true))?;
        field(&mut fields, name::INITIAL_DELAY, self.initial_delay)?;
        field(&mut fields, name::MAX_DELAY, self.max_delay)?;
        field(&mut fields, name::EXPONENTIAL_BASE, self.exponential_base)?;
        if let Some(Backoff::List(_)) = self.backoff {
            return Err(S::Error::custom("`backoff` is a list of delays, which cannot be written"));
        }
        field(&mut fields, name::BACKOFF, self.backoff.map(Word))?;
        field(&mut fields, name::JITTER, self.jitter)?;
        field(&mut fields, name::DEADLINE, self.deadline)?;
        field(&mut fields, name::MAX_HINT, self.max_hint)?;
        field(&mut fields, name::HINT, self.hint.map(Word))?;
        fields.end()
    }
}

fn field<S: SerializeStruct>(
    fields: &mut S,
    name: &'static str,
    value: Option<impl Serialize>,
) -> Result<(), S::Error> {
    match value {
        Some(value) => fields.serialize_field(name, &value),
        None => fields.skip_field(name),
    }
}

impl Serialize for Word<Backoff> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Word<HintMode> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Serializes the jitter as in the environment: `true`, a fraction, or a kind by name.
impl Serialize for JitterConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            JitterConfig::On => serializer.serialize_bool(true),
            JitterConfig::Kind(Jitter::Additive(fraction)) => serializer.serialize_f64(*fraction),
            JitterConfig::Kind(jitter) => serializer.collect_str(&Word(*jitter)),
        }
    }
}

/// Deserializes a table whose keys are the names of fields. A field that is `null` is not configured.
impl<'de> Deserialize<'de> for PolicyConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct("PolicyConfig", name::ALL, Table)
    }
}

struct Table;

impl<'de> Visitor<'de> for Table {
    type Value = PolicyConfig;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("a table of retry settings, such as `max_attempts`")
    }

    #[expect(clippy::indexing_slicing, reason = "`Key` returns an index into the names")]
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<PolicyConfig, A::Error> {
        let (mut config, mut seen) = (PolicyConfig::default(), [false; name::ALL.len()]);
        while let Some(index) = map.next_key_seed(Key)? {
            let field = name::ALL[index];
            if core::mem::replace(&mut seen[index], true) {
                map.next_value::<IgnoredAny>()?;
                return Err(A::Error::duplicate_field(field));
            }
            map.next_value_seed(Setting { field, config: &mut config })?;
        }
        Ok(config)
    }
}

/// The words of the attribute, each with the field that has another name.
const ALIASES: [(&str, &str); 3] =
    [("max", name::MAX_ATTEMPTS), ("base", name::INITIAL_DELAY), ("factor", name::EXPONENTIAL_BASE)];

/// Reads the name of a field, or its alias, as the index of the field in [`name::ALL`].
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Key {
    type Value = usize;

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a retry setting")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<usize, E> {
        let (_, name) = ALIASES.into_iter().find(|(alias, _)| *alias == key).unwrap_or((key, key));
        let known = name::ALL.iter().position(|known| *known == name);
        known.ok_or_else(|| E::unknown_field(key, name::ALL))
    }
}

/// Reads the value of a field into the config. A value of another type is an error with the allowed values. The range
/// of a value is checked by `PolicyConfig`.
struct Setting<'a> {
    field: &'static str,
    config: &'a mut PolicyConfig,
}

impl<'de> DeserializeSeed<'de> for Setting<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Setting<'_> {
    fn allowed(&self) -> Allowed {
        match self.field {
            name::MAX_ATTEMPTS => Allowed::Attempts,
            name::UNLIMITED => Allowed::Switch,
            name::EXPONENTIAL_BASE => Allowed::Factor,
            name::BACKOFF => Allowed::Backoff,
            name::JITTER => Allowed::Jitter,
            name::HINT => Allowed::Hint,
            _ => Allowed::Duration,
        }
    }

    /// Returns the field if it is a number of seconds.
    fn seconds(&mut self) -> Option<&mut Option<f64>> {
        match self.field {
            name::INITIAL_DELAY => Some(&mut self.config.initial_delay),
            name::MAX_DELAY => Some(&mut self.config.max_delay),
            name::DEADLINE => Some(&mut self.config.deadline),
            name::MAX_HINT => Some(&mut self.config.max_hint),
            _ => None,
        }
    }

    fn number<E: Error>(mut self, number: f64, unexpected: Unexpected<'_>) -> Result<(), E> {
        match self.field {
            name::EXPONENTIAL_BASE => self.config.exponential_base = Some(number),
            name::JITTER => self.config.jitter = Some(number.into()),
            _ => match self.seconds() {
                Some(seconds) => *seconds = Some(number),
                None => return Err(E::invalid_type(unexpected, &self)),
            },
        }
        Ok(())
    }
}

impl<'de> Visitor<'de> for Setting<'_> {
    type Value = ();

    fn expecting(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` to be {}", self.field, self.allowed())
    }

    fn visit_bool<E: Error>(self, switch: bool) -> Result<(), E> {
        match self.field {
            name::UNLIMITED => self.config.unlimited = switch,
            name::JITTER => self.config.jitter = Some(switch.into()),
            _ => return Err(E::invalid_type(Unexpected::Bool(switch), &self)),
        }
        Ok(())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        if self.field != name::MAX_ATTEMPTS {
            return self.number(number as f64, Unexpected::Unsigned(number));
        }
        let attempts = u32::try_from(number);
        let refused = |_| E::invalid_value(Unexpected::Unsigned(number), &self);
        self.config.max_attempts = Some(attempts.map_err(refused)?);
        Ok(())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        match u64::try_from(number) {
            Ok(number) => self.visit_u64(number),
            Err(_) if self.field == name::MAX_ATTEMPTS => {
                Err(E::invalid_value(Unexpected::Signed(number), &self))
            }
            Err(_) => self.number(number as f64, Unexpected::Signed(number)),
        }
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.number(number, Unexpected::Float(number))
    }

    fn visit_str<E: Error>(mut self, text: &str) -> Result<(), E> {
        let refused = E::invalid_value(Unexpected::Str(text), &self);
        match self.field {
            name::BACKOFF => self.config.backoff = Some(spelling::backoff(text).ok_or(refused)?),
            name::JITTER => self.config.jitter = Some(spelling::jitter(text).ok_or(refused)?),
            name::HINT => self.config.hint = Some(spelling::hint(text).ok_or(refused)?),
            _ => match self.seconds() {
                Some(seconds) => *seconds = Some(duration::seconds(text).ok_or(refused)?),
                None => return Err(E::invalid_type(Unexpected::Str(text), &self)),
            },
        }
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.deserialize(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use serde_core::de::IntoDeserializer;
    use serde_core::de::value::{Error, MapDeserializer};
    use serde_core::forward_to_deserialize_any;

    use super::*;

    /// A number of a format that writes `Some` around it.
    struct Optional(u64);

    impl<'de> Deserializer<'de> for Optional {
        type Error = Error;

        fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.visit_some(self.0.into_deserializer())
        }

        forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
            unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
        }
    }

    impl IntoDeserializer<'_, Error> for Optional {
        type Deserializer = Optional;

        fn into_deserializer(self) -> Optional {
            self
        }
    }

    #[test]
    fn a_value_may_be_written_as_an_optional_one() {
        let map = MapDeserializer::new([("max_attempts", Optional(7))].into_iter());
        assert_eq!(Policy::deserialize(map), Ok(Policy::new().max(7)));
    }

    #[test]
    fn a_key_that_is_no_text_is_refused() {
        let map = MapDeserializer::new([(5_u64, 7_u64)].into_iter());
        let error: Error = Policy::deserialize(map).unwrap_err();
        assert_eq!(error.to_string(), "invalid type: integer `5`, expected the name of a retry setting");
    }
}
